import { MIDDLEWARE } from '../../kinds/keys.ts';
import { isHugeRange } from '../../plain/address-ranges.ts';
import { at, type Data, data, isRecord, list, text, texts } from '../../plain/data.ts';
import { objectKey } from '../../stack/manifest.ts';
import { items } from '../reading/data.ts';
import { type Located, ofKind } from '../reading/objects.ts';

/** Middlewares of Traefik that ask for a password. With `forwardAuth` somebody else decides, of whom nothing is known. */
const ASKING = ['basicAuth', 'digestAuth'] as const;
/** Those that pass on requests of some addresses only; the second is their name in Traefik 2. */
const BY_ADDRESS = ['ipAllowList', 'ipWhiteList'] as const;
/** Chains within chains are followed this far. */
const DEEPEST = 8;

/**
 * Finds the middlewares that let only some people through to a route, by name. Only what is among the objects can be
 * judged: of a middleware that is not, nothing is known, and it counts for nothing.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/overview/
 */
export function limitsAmong(all: readonly Located[]): (owner: Located, route: Data) => readonly string[] {
  const known = new Map(ofKind(all, MIDDLEWARE).map((one) => [objectKey(one), one]));
  const named = (references: unknown, namespace: string): readonly Located[] =>
    items(references, '').flatMap(({ data: reference }) => {
      const found = known.get(
        objectKey({
          group: 'traefik.io',
          kind: 'Middleware',
          namespace: text(reference.namespace) ?? namespace,
          name: text(reference.name) ?? '',
        }),
      );
      return found === undefined ? [] : [found];
    });
  const limits = (middleware: Located, depth: number): boolean => {
    const spec = data(middleware.data.spec);
    if (ASKING.some((kind) => isRecord(spec[kind])) || BY_ADDRESS.some((kind) => isByAddress(spec[kind]))) {
      return true;
    }
    if (depth === DEEPEST) return false;
    const chained = named(at(spec.chain, 'middlewares'), middleware.namespace);
    return chained.some((one) => limits(one, depth + 1));
  };
  return (owner, route) =>
    named(route.middlewares, owner.namespace)
      .filter((middleware) => limits(middleware, 0))
      .map(({ name }) => name);
}

/** A list of addresses that is not of everybody. With a strategy, the address is one that the client may have written itself. */
function isByAddress(value: unknown): boolean {
  if (!isRecord(value) || value.ipStrategy !== undefined) return false;
  const ranges = texts(value.sourceRange);
  return (
    ranges.length > 0 &&
    ranges.length === list(value.sourceRange).length &&
    ranges.every((range) => !isHugeRange(range))
  );
}
