import type { Request } from './expression.ts';
import type { EntranceRoute } from './route.ts';

/** A route that never gets a request. */
export interface Shadowed {
  readonly route: EntranceRoute;
  /** The routes that take what it would get, the first one first. */
  readonly by: readonly [EntranceRoute, ...EntranceRoute[]];
}

/** What all comparisons may cost, in characters of rules and pairs of routes: many times what a large stack takes. */
const MOST = 100_000_000;

/** Every route before which others surely take all of its requests. What cannot be told is left out. */
export function shadowed(all: readonly EntranceRoute[]): readonly Shadowed[] {
  const inOrder = all.toSorted((a, b) => b.turn.priority - a.turn.priority);
  const effort = { left: MOST };
  const seen = new Map<unknown, Set<string>>();
  return all.flatMap((route): readonly Shadowed[] => {
    // A rule that leads to several Services is one route.
    const fields = seen.get(route.owner) ?? new Set();
    if (fields.has(route.field)) return [];
    seen.set(route.owner, fields.add(route.field));
    const by = takers(route, inOrder, effort);
    const [first, ...others] = [...by].sort((a, b) => b.turn.priority - a.turn.priority);
    return first === undefined ? [] : [{ route, by: [first, ...others] }];
  });
}

/** True where one route takes every request that another one would get, if it comes first. */
export function takesAllOf(one: EntranceRoute, other: EntranceRoute): boolean {
  const requests = other.extent();
  return requests.length > 0 && requests.every((request) => one.accepts(request) === 'yes');
}

/** Who takes the requests of a route before it is asked; none where some may be left. */
function takers(
  route: EntranceRoute,
  inOrder: readonly EntranceRoute[],
  effort: { left: number },
): ReadonlySet<EntranceRoute> {
  const found = new Set<EntranceRoute>();
  effort.left -= inOrder.length;
  if (effort.left <= 0) return found;
  const earlier = inOrder.filter((one) => comesFirst(one, route));
  if (earlier.length === 0) return found;
  const takes = (one: EntranceRoute, request: Request): boolean => {
    effort.left -= one.match.length + 1;
    return effort.left > 0 && one.accepts(request) === 'yes';
  };
  for (const request of route.extent()) {
    const taker = earlier.find((one) => takes(one, request));
    if (taker === undefined) return new Set();
    found.add(taker);
  }
  return found;
}

/** Wherever a request for the second route comes in. */
function comesFirst(one: EntranceRoute, other: EntranceRoute): boolean {
  return (
    one.turn.priority > other.turn.priority &&
    one.owner.kind === other.owner.kind &&
    other.entryPoints.length > 0 &&
    other.entryPoints.every((name) => one.entryPoints.includes(name))
  );
}
