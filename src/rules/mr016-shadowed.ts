import { objectText } from '../stack/manifest.ts';
import type { EntranceRoute } from './entrances/route.ts';
import { entranceRoutes } from './entrances/routes.ts';
import { type Shadowed, shadowed, takesAllOf } from './entrances/shadowed.ts';
import { finding, objects } from './reading/objects.ts';
import type { Finding, Rule, RuleInput } from './rule.ts';

const code = 'MR016';

/** Finds routes that never get a request, since others that come first take all of them. */
export const shadowedRule: Rule = {
  code,
  title: 'Every route gets requests: none that comes before it takes all of them.',
  check(input) {
    const isOlder = olderRoutes(input);
    const all = shadowed(entranceRoutes(objects(input)));
    // Where the one that gets nothing is as it was, somebody has put another one before it.
    const takerOf = ({ route, by }: Shadowed): EntranceRoute | undefined =>
      isOlder(route) ? by.find((one) => !isOlder(one)) : undefined;
    const takers = new Set(all.flatMap((one) => takerOf(one) ?? []));
    return [
      ...all.filter((one) => takerOf(one) === undefined).map(atShadowed),
      ...[...takers].map((taker) =>
        atTaker(
          taker,
          all.filter((one) => takerOf(one) === taker),
        ),
      ),
    ];
  },
};

function atShadowed({ route, by, at }: Shadowed): Finding {
  const [first] = by;
  const what = `never gets a request${where(at)}: ${objectText(first.owner)} comes first (${first.turn.said})`;
  // With a higher number, it would be the other one that gets none.
  const remedy = takesAllOf(route, first)
    ? 'remove one of the two; use an override to remove a rendered one'
    : first.turn.toBeBefore;
  return finding(code, route.owner, route.field, what, `${remedy}${elsewhere(route, at)}`);
}

function atTaker(taker: EntranceRoute, taken: readonly Shadowed[]): Finding {
  const [first] = taken;
  const routes = taken.map(({ route }) => `${objectText(route.owner)} ${route.field} (${route.turn.said})`);
  const what = `comes first (${taker.turn.said}), so that nothing is left${where(first?.at)} for ${listed(routes)}`;
  const remedy =
    'name only the paths that it needs; to replace the other route, remove that one with an override';
  return finding(code, taker.owner, taker.field, what, remedy);
}

/** More names help nobody. */
const NAMED = 3;

function listed(routes: readonly string[]): string {
  const more = routes.length - NAMED;
  return `${routes.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function where(entryPoint: string | undefined): string {
  return entryPoint === undefined ? '' : ` at the entry point ${entryPoint}`;
}

function elsewhere({ entryPoints }: EntranceRoute, at: string | undefined): string {
  if (at === undefined) return '';
  return entryPoints === undefined
    ? `, or name its entryPoints without ${at}`
    : `, or take ${at} from its entryPoints`;
}

/** Whether a route was there before somebody changed the objects, with the same turn. */
function olderRoutes({ before }: RuleInput): (route: EntranceRoute) => boolean {
  if (before === undefined) return () => false;
  const key = ({ owner, match, instance, entryPoints, turn: { priority } }: EntranceRoute): string =>
    JSON.stringify([objectText(owner), match, instance, entryPoints, priority]);
  const known = new Set(entranceRoutes(objects({ files: before, promisedSecrets: [] })).map(key));
  return (route) => known.has(key(route));
}
