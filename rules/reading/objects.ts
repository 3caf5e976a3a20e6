import type { Finding, RuleInput } from '../rule.ts';
import { at, type Data, data, text } from './data.ts';

/** An object and where it stands. */
export interface Located {
  readonly file: string;
  readonly data: Data;
  readonly apiVersion: string;
  /** The API group; empty for the core group. */
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  /** Empty where the object has none. */
  readonly namespace: string;
  /** `Kind/name` or `Kind/namespace/name`. */
  readonly object: string;
}

/** Every object of the files. kustomization.yaml files are read by kustomize only: no rule looks at them. */
export function objects(input: RuleInput): readonly Located[] {
  let found = known.get(input);
  if (found === undefined) {
    found = input.files.flatMap(({ path, manifests }) =>
      manifests
        .map((manifest) => locate(path, manifest))
        .filter((it) => it.group !== 'kustomize.config.k8s.io'),
    );
    known.set(input, found);
  }
  return found;
}

/** Every rule asks for the same objects. */
const known = new WeakMap<RuleInput, readonly Located[]>();

/** The objects of a kind, of whatever version of its group. */
export function ofKind(all: readonly Located[], group: string, kind: string): readonly Located[] {
  return all.filter((it) => it.kind === kind && it.group === group);
}

/** A finding on an object. `field` is empty when it concerns the object as a whole. */
export function finding(
  code: string,
  { file, object }: Located,
  field: string,
  what: string,
  remedy: string,
): Finding {
  return { code, file, object, ...(field === '' ? {} : { field }), what, remedy };
}

function locate(file: string, manifest: unknown): Located {
  const object = data(manifest);
  const apiVersion = text(object.apiVersion) ?? '';
  const kind = text(object.kind) ?? '';
  const name = text(at(object, 'metadata', 'name')) ?? '';
  const namespace = text(at(object, 'metadata', 'namespace')) ?? '';
  return {
    file,
    data: object,
    apiVersion,
    group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '',
    kind,
    name,
    namespace,
    object: [kind, namespace, name].filter((part) => part !== '').join('/'),
  };
}
