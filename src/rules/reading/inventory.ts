import { KINDS } from '../../kinds/index.ts';
import { NAMESPACE, SECRET } from '../../kinds/keys.ts';
import { type KindKey, keyOfKind } from '../../kinds/kind.ts';
import { at, data } from '../../plain/data.ts';
import type { RuleInput } from '../rule.ts';
import { items } from './data.ts';
import { type Located, objects, ofKind } from './objects.ts';

/** Keys of a Secret or ConfigMap; `any` where something else decides them. */
export type Keys = ReadonlySet<string> | 'any';

/** What of an object others can name. */
export interface Contents {
  readonly keys: Keys;
  /** Its ports, as routes and tunnels may name them. */
  readonly ports: ServicePorts;
}

export interface ServicePorts {
  readonly numbers: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
}

/** What exists once the files are applied. */
export interface Inventory {
  /** The objects of one kind, by `<namespace>/<name>`. */
  readonly of: (kind: KindKey) => ReadonlyMap<string, Contents>;
  /** Namespaces in which at least one object is rendered. */
  readonly namespaces: ReadonlySet<string>;
}

/** Lists what the files bring, what controllers will make of it, and what is promised. */
export function inventory(input: RuleInput): Inventory {
  const all = objects(input);
  const known = new Map<KindKey, Map<string, Contents>>();
  // What is rendered, made and promised may be the same object: the keys and ports of all are there in the end.
  const add = (kind: KindKey, id: string, keys: Keys, ports: ServicePorts = NO_PORTS): void => {
    const some = known.get(kind) ?? new Map<string, Contents>();
    const before = some.get(id);
    some.set(id, before === undefined ? { keys, ports } : both(before, { keys, ports }));
    known.set(kind, some);
  };
  for (const knowledge of KINDS) {
    const kind = keyOfKind(knowledge);
    for (const it of ofKind(all, kind)) {
      add(kind, `${it.namespace}/${it.name}`, keysOf(it), portsOf(it));
      for (const made of knowledge.makes?.(it.data) ?? []) {
        const keys = made.keys === 'any' ? 'any' : new Set(made.keys);
        const ports = made.ports ?? [];
        add(made.kind, `${it.namespace}/${made.name}`, keys, {
          numbers: new Set(ports.map(({ number }) => number)),
          names: new Set(ports.map(({ name }) => name)),
        });
      }
    }
  }
  for (const { namespace, name, keys } of input.promisedSecrets) {
    add(SECRET, `${namespace}/${name}`, new Set(keys));
  }
  return {
    of: (kind) => known.get(kind) ?? new Map(),
    namespaces: new Set([
      ...all.map(({ namespace }) => namespace),
      ...ofKind(all, NAMESPACE).map(({ name }) => name),
    ]),
  };
}

const NO_PORTS: ServicePorts = { numbers: new Set(), names: new Set() };

function both(a: Contents, b: Contents): Contents {
  return {
    keys: a.keys === 'any' || b.keys === 'any' ? 'any' : new Set([...a.keys, ...b.keys]),
    ports: {
      numbers: new Set([...a.ports.numbers, ...b.ports.numbers]),
      names: new Set([...a.ports.names, ...b.ports.names]),
    },
  };
}

function keysOf({ data: object, knowledge }: Located): Keys {
  return new Set(
    (knowledge?.keys ?? []).flatMap((field) => Object.keys(data(at(object, ...field.split('.'))))),
  );
}

function portsOf({ data: object, knowledge }: Located): ServicePorts {
  if (knowledge?.ports === undefined) return NO_PORTS;
  const ports = items(at(object, ...knowledge.ports.split('.')), '');
  return {
    numbers: new Set(ports.map((it) => it.data.port).filter((port) => typeof port === 'number')),
    names: new Set(ports.map((it) => it.data.name).filter((name) => typeof name === 'string')),
  };
}
