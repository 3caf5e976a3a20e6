import { valueAt } from '../../../src/plain/data.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import type { Abilities } from '../../../src/system/entrance.ts';
import { needsRank } from '../../../src/topology/routes.ts';
import { type Route, routeEnd, type TcpRoute } from '../../../src/topology/topology.ts';
import { entranceAt, entrances, passesOn, viasAt } from '../../entrances/index.ts';
import type { Stack } from '../stack.ts';
import type { Check } from './check.ts';

/** What a route needs that an entrance cannot do, in the middle of a sentence; undefined where it can do all. */
export function beyond(route: Route, can: Abilities, all: readonly Route[] = []): string | undefined {
  const { match, balance, allow } = route;
  if (match.kind === 'regex' && !can.regex) return 'match paths by regular expressions';
  if (can.ranks === false && needsRank(route, all)) return 'try routes in the order of their ranks';
  if (allow !== undefined && can.allow !== true) return 'let in only the addresses that are listed';
  if (balance === undefined || can.sticky.includes(balance.by)) return undefined;
  const by = balance.by === 'source' ? 'address' : `${balance.by} ${balance.name}`;
  return `keep requests with the same ${by} at one of several pods`;
}

/** Every entrance can do what the routes that go through it need; what only has limits is said in SUMMARY.md. */
export const checkRoutes: Check = (written, stack) => {
  const findings = new Map<string, CheckFinding>(
    stack.topology.tcpRoutes.flatMap((route) => {
      const found = checkTcpRoute(route, stack);
      return found === undefined ? [] : [[JSON.stringify(route.at), found] as const];
    }),
  );
  const { routes } = stack.topology;
  for (const route of routes) {
    const at = passesOn(stack, route.door);
    const what = at === undefined ? undefined : beyond(route, at.entrance.can, routes);
    const [answering] = routeEnd(stack.topology, route).workloads;
    if (at === undefined || what === undefined || answering === undefined) continue;
    const via = ['expose', route.door, 'via'];
    const others = viasAt(route.door).filter(
      (one) => beyond(route, entrances[one].can, routes) === undefined,
    );
    findings.set(JSON.stringify([route.door, what, answering.id]), {
      code: 'MG160',
      at: valueAt(written, via) === undefined ? via.slice(0, -1) : via,
      ...(valueAt(written, answering.at) === undefined ? {} : { other: answering.at }),
      what: `${answering.title} needs an entrance that can ${what}; ${at.entrance.title} cannot`,
      remedy:
        others.length === 0
          ? 'remove what needs it: no entrance in this release can do that'
          : `write ${others.map((one) => `via: ${one}`).join(' or ')} in expose.${route.door}`,
    });
  }
  return [...findings.values()];
};

/** Connections that are not HTTP come in only where the entrance passes them on whole. */
function checkTcpRoute(route: TcpRoute, stack: Stack): CheckFinding | undefined {
  const at = entranceAt(stack, route.door);
  if (at === undefined || at.entrance.can.tcp) return undefined;
  const others = viasAt(route.door).filter((one) => entrances[one].can.tcp);
  const remedies = [
    ...(route.otherwise === undefined ? [] : [route.otherwise]),
    ...(others.length === 0
      ? []
      : [`write ${others.map((one) => `via: ${one}`).join(' or ')} in expose.${route.door}`]),
  ];
  return {
    code: 'MG210',
    at: route.at,
    other: ['expose', route.door],
    what: `${route.carries} connections to "${route.host}" are not HTTP, and ${at.entrance.title} carries only HTTP`,
    remedy:
      remedies.length === 0
        ? 'remove what needs it: no entrance in this release can do that'
        : remedies.join(', or '),
  };
}
