import type { Abilities, Limit } from '../model/entrances/entrance.ts';
import { dotted } from '../model/reading/yaml-source.ts';
import { type Route, routeEnd, type Topology } from '../model/topology.ts';

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
