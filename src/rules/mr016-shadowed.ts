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
    return shadowed(entranceRoutes(objects(input))).map((one) => {
      const newer = isOlder(one.route) ? one.by.find((by) => !isOlder(by)) : undefined;
      return newer === undefined ? atShadowed(one) : atTaker(one, newer);
    });
  },
};

function atShadowed({ route, by }: Shadowed): Finding {
  const [first] = by;
  const what = `never gets a request: ${objectText(first.owner)} comes first (${first.turn.said})`;
  // With a higher number, it would be the other one that gets none.
  const remedy = takesAllOf(route, first)
    ? 'remove one of the two; take a rendered one away with an override'
    : first.turn.toBeBefore;
  return finding(code, route.owner, route.field, what, remedy);
}

/** Where the one that gets nothing is as it was: somebody has put another one before it. */
function atTaker({ route }: Shadowed, by: EntranceRoute): Finding {
  const what = `comes first (${by.turn.said}), so that ${objectText(route.owner)} ${route.field} never gets a request (${route.turn.said})`;
  const remedy =
    'name only the paths that it needs; to replace the other one, take that away with an override';
  return finding(code, by.owner, by.field, what, remedy);
}

/** Whether a route was there before somebody changed the objects, with the same turn. */
function olderRoutes({ before }: RuleInput): (route: EntranceRoute) => boolean {
  if (before === undefined) return () => false;
  const key = ({ owner, match, entryPoints, turn: { priority } }: EntranceRoute): string =>
    JSON.stringify([objectText(owner), match, entryPoints, priority]);
  const known = new Set(entranceRoutes(objects({ files: before, promisedSecrets: [] })).map(key));
  return (route) => known.has(key(route));
}
