import type { Request } from './expression.ts';
import type { EntranceRoute } from './route.ts';

/** A route that never gets a request. */
export interface Shadowed {
  readonly route: EntranceRoute;
  /** The routes that take what it would get, the first one first. */
  readonly by: readonly [EntranceRoute, ...EntranceRoute[]];
  /** The entry point where that is so. @default - everywhere */
  readonly at?: string;
}

/** What all comparisons may cost, in pairs of routes and matchers of rules: more than routes to every kind of worker take. */
const MOST = 20_000_000;
/** About as many characters as a short matcher has. */
const MATCHER = 16;

/**
 * Every route before which others surely take all of its requests, at one of its entry points at least. What cannot be
 * told is left out. A route that names no entry points is looked at wherever others name one.
 */
export function shadowed(all: readonly EntranceRoute[]): readonly Shadowed[] {
  const inOrder = all.toSorted((a, b) => b.turn.priority - a.turn.priority);
  const effort = { left: MOST };
  const seen = new Map<unknown, Set<string>>();
  return all.flatMap((route): readonly Shadowed[] => {
    // A rule that leads to several Services is one route.
    const fields = seen.get(route.owner) ?? new Set();
    if (fields.has(route.field)) return [];
    seen.set(route.owner, fields.add(route.field));
    const found = shadowOf(route, inOrder, effort);
    return found === undefined ? [] : [found];
  });
}

/** True where one route takes every request that another one would get, if it comes first. */
export function takesAllOf(one: EntranceRoute, other: EntranceRoute): boolean {
  const requests = other.extent();
  return requests.length > 0 && requests.every((request) => one.accepts(request) === 'yes');
}

function shadowOf(
  route: EntranceRoute,
  inOrder: readonly EntranceRoute[],
  effort: { left: number },
): Shadowed | undefined {
  effort.left -= inOrder.length;
  if (effort.left <= 0) return undefined;
  const earlier = inOrder.filter(
    ({ instance, turn }) => instance === route.instance && turn.priority > route.turn.priority,
  );
  if (earlier.length === 0) return undefined;
  const requests = route.extent();
  const named = new Set(route.entryPoints ?? earlier.flatMap(({ entryPoints = [] }) => entryPoints));
  const isOne = route.entryPoints?.length === 1;
  for (const at of named.size === 0 && route.entryPoints === undefined ? [undefined] : named) {
    const here = earlier.filter(
      ({ entryPoints }) => entryPoints === undefined || (at !== undefined && entryPoints.includes(at)),
    );
    const [first, ...others] = takers(requests, here, effort);
    if (first !== undefined) {
      return { route, by: [first, ...others], ...(at === undefined || isOne ? {} : { at }) };
    }
  }
  return undefined;
}

/** Who takes these requests, in their order; nobody where some may be left. */
function takers(
  requests: readonly Request[],
  inOrder: readonly EntranceRoute[],
  effort: { left: number },
): readonly EntranceRoute[] {
  const found = new Set<EntranceRoute>();
  effort.left -= inOrder.length;
  for (const request of requests) {
    const taker = inOrder.find((one) => {
      effort.left -= 1 + one.match.length / MATCHER;
      return effort.left > 0 && one.accepts(request) === 'yes';
    });
    if (taker === undefined) return [];
    found.add(taker);
  }
  return [...found].sort((a, b) => b.turn.priority - a.turn.priority);
}
