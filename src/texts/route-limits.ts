import { dotted } from '../stack/reading/yaml-source.ts';
import type { Abilities, Limit } from '../system/entrance.ts';
import { type Route, routeEnd, type Topology } from '../topology/topology.ts';

/** What routes need above the limits of the entrance that they go through, in whole sentences, each once. */
export function beyondLimits(
  topology: Topology,
  routes: readonly Route[],
  can: Abilities,
): readonly string[] {
  const isAbove = (needed: number | undefined, limit: Limit | undefined): limit is Limit =>
    limit !== undefined && needed !== undefined && needed > limit.most;
  const found = routes.flatMap((route) => {
    const { host, body, timeouts = {} } = route;
    const who = routeEnd(topology, route).workloads.map(({ title }) => title);
    const named = `${[...new Set(who)].join(', ')} (${host})`;
    const { request, idle } = can.timeouts ?? {};
    return [
      ...(body !== undefined && isAbove(body.bytes, can.body)
        ? [`${can.body.what}; ${dotted(body.decidedBy)} is ${body.text}.`]
        : []),
      ...(isAbove(timeouts.request, request)
        ? [`${request.what}; ${named} may take ${timeouts.request} seconds to answer.`]
        : []),
      ...(isAbove(timeouts.idle, idle)
        ? [`${idle.what}; connections to ${named} may be silent for ${timeouts.idle} seconds.`]
        : []),
    ];
  });
  return [...new Set(found)];
}
