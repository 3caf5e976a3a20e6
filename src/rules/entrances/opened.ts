import type { ManifestFile } from '../../stack/manifest.ts';
import { objects } from '../reading/objects.ts';
import type { RuleInput } from '../rule.ts';
import type { EntranceRoute } from './route.ts';
import { entranceRoutes } from './routes.ts';

/** What a route lets in that no route let in before somebody changed the objects. */
export interface Opened {
  readonly route: EntranceRoute;
  /** Paths that show it; none where the one who answers was not to be reached at all. */
  readonly paths: readonly string[];
  /** True where the route answers for every host. */
  readonly anyHost: boolean;
  /** True where the homeserver answers. */
  readonly toHomeserver: boolean;
}

/** Paths whose users administer a homeserver: its whole data are theirs. */
export const ADMINISTRATION = '/_synapse/admin/v1/users';
/** Paths by which clients reach it: who answers there is the homeserver. */
const HOMESERVER = ['/_matrix/client/versions', '/_synapse/client/login'];
/** Paths that only a route for everything lets through. */
export const ANYTHING = ['/', '/anything'];
const NOBODYS_HOST = 'somebody-else.invalid';

/** Every route that opens more than the objects did before; nothing where these are not known. */
export function opened(input: RuleInput): readonly Opened[] {
  let found = known.get(input);
  if (found === undefined) {
    found = input.before === undefined ? [] : compare(input, input.before);
    known.set(input, found);
  }
  return found;
}

/** Two rules ask. */
const known = new WeakMap<RuleInput, readonly Opened[]>();

function compare(input: RuleInput, files: readonly ManifestFile[]): readonly Opened[] {
  const before = entranceRoutes(objects({ files, promisedSecrets: [] }));
  const unchanged = new Set(before.map(sameRoute));
  return entranceRoutes(objects(input)).flatMap((route): readonly Opened[] => {
    if (unchanged.has(sameRoute(route))) return [];
    const rivals = before.filter(({ to }) => to === route.to);
    const isOpenTo = (one: EntranceRoute, path: string): boolean => {
      const hosts = one.hosts.length === 0 ? [NOBODYS_HOST] : one.hosts;
      return hosts.some((host) => one.accepts({ host, path }) !== 'no');
    };
    const paths = probes(route).filter((path) => isOpenTo(route, path));
    const more = paths.filter((path) => !rivals.some((one) => isOpenTo(one, path)));
    const anyHost = probes(route).some((path) => route.accepts({ host: NOBODYS_HOST, path }) !== 'no');
    if (rivals.length > 0 && more.length === 0 && !anyHost) return [];
    const toHomeserver = rivals.some((one) => HOMESERVER.some((path) => isOpenTo(one, path)));
    return [{ route, paths: rivals.length === 0 ? [] : more, anyHost, toHomeserver }];
  });
}

/** True where somebody can ask for anything. */
export function isEverything(paths: readonly string[]): boolean {
  return ANYTHING.every((path) => paths.includes(path));
}

function sameRoute({ owner: { group, kind, namespace, name }, match, to }: EntranceRoute): string {
  return JSON.stringify([group, kind, namespace, name, match, to]);
}

/** More paths than a rule names would cost time only. */
const MOST_PROBES = 20;

function probes({ paths }: EntranceRoute): readonly string[] {
  const named = paths.slice(0, MOST_PROBES);
  return [
    ...new Set([...ANYTHING, ADMINISTRATION, '/metrics', ...named, ...named.map((path) => `${path}x`)]),
  ];
}
