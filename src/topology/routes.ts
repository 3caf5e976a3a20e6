import type { PathMatch, Route } from './topology.ts';

/** Most special first: every entrance takes the first rule of a host that fits, or behaves as if it did. */
const SPECIAL: Readonly<Record<PathMatch['kind'], number>> = { exact: 3, regex: 2, prefix: 1, all: 0 };

/** Kinds of match that a rank has room for. */
const KINDS = Object.keys(SPECIAL).length;

/**
 * Where a route is among those of its host, the higher number first. It depends on the route alone, so that another
 * one changes no number: `rank * 4`, and the kind of match.
 */
export function precedence({ rank = 0, match }: Pick<Route, 'rank' | 'match'>): number {
  return rank * KINDS + SPECIAL[match.kind];
}

/** Routes of one host together, in the order in which they are tried; hosts in the order of their first route. */
export function inOrder(routes: readonly Route[]): readonly Route[] {
  const hosts = [...new Set(routes.map(({ host }) => host))];
  return hosts.flatMap((host) =>
    routes.filter((route) => route.host === host).sort((a, b) => precedence(b) - precedence(a)),
  );
}

/**
 * Two routes that both take one request, of which nothing says which is tried first: entrances would differ in it, and
 * Traefik even from one start to the next. Regular expressions are not compared: each leads elsewhere with a rank of
 * its own.
 */
export function ambiguous(routes: readonly Route[]): readonly [Route, Route] | undefined {
  for (const [index, one] of routes.entries()) {
    const rival = routes
      .slice(index + 1)
      .find(
        (other) =>
          other.host === one.host &&
          other.door === one.door &&
          precedence(other) === precedence(one) &&
          !isSameTarget(one, other) &&
          mayOverlap(one.match, other.match),
      );
    if (rival !== undefined) return [one, rival];
  }
  return undefined;
}

/**
 * True where a route comes before another one that an entrance without ranks would try first: one for the exact path,
 * or for a longer beginning of it. Where regular expressions come in, nobody knows.
 */
export function needsRank(route: Route, all: readonly Route[]): boolean {
  return all.some(
    (other) =>
      other.host === route.host &&
      other.door === route.door &&
      precedence(other) < precedence(route) &&
      !isSameTarget(route, other) &&
      isMoreSpecial(other.match, route.match),
  );
}

/** Whether some requests fit both, and the first is the more special one for them. */
function isMoreSpecial(one: PathMatch, other: PathMatch): boolean {
  if (one.kind === 'regex' || other.kind === 'regex' || other.kind === 'all') return true;
  if (one.kind === 'all') return false;
  if (other.kind === 'exact') {
    return one.kind === 'exact' && one.paths.some((path) => other.paths.includes(path));
  }
  return one.paths.some((path) => other.paths.some((beginning) => path.startsWith(beginning)));
}

function isSameTarget({ to: a }: Route, { to: b }: Route): boolean {
  return a.service === b.service && a.namespace === b.namespace && a.port === b.port;
}

/** Of two matches of one kind. */
function mayOverlap(a: PathMatch, b: PathMatch): boolean {
  if (a.kind === 'all' || b.kind === 'all' || a.kind === 'regex' || b.kind === 'regex') return true;
  const isOne = (path: string, other: string): boolean =>
    a.kind === 'exact' ? path === other : path.startsWith(other) || other.startsWith(path);
  return a.paths.some((path) => b.paths.some((other) => isOne(path, other)));
}
