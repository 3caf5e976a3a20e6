import { passers, passesOn } from '../../charts/entrances/index.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { visible } from '../plain/visible.ts';
import type { Exposure } from '../system/exposure.ts';
import {
  isDirect,
  isOnNode,
  listeners,
  PEERS,
  type Peer,
  portOf,
  portText,
  type Route,
  routeEnd,
  type Workload,
} from '../topology/topology.ts';
import { isStillPassed, isStillThere, newEnds } from './final-routes.ts';
import { fenced, type Markdown } from './markdown.ts';

/** Who passes a route's requests on to the stack. */
export function entranceOf(stack: Stack, route: Pick<Route, 'door'>): string {
  const at = passesOn(stack, route.door);
  if (at === undefined) throw new Error(`the ${route.door} door is closed`);
  return at.entrance.passer(at.own).id;
}

/** Who comes to a door: with a public one beside it, the local door has visitors of its own. */
function visitor(stack: Stack, route: Pick<Route, 'door'>): string {
  return route.door === 'lan' && stack.expose.public !== undefined ? PEERS.localClients : PEERS.clients;
}

/** Mermaid takes letters, digits and underscores as a node's name in any place. */
function node(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9]/g, '_');
}

/** Text of a box: Mermaid writes as `#35;` what would end it, or be HTML or Markdown in it. */
function label(text: string): string {
  return visible(text).replaceAll(/["<>#&;`]/g, (character) => `#${character.charCodeAt(0)};`);
}

function box(item: Workload | Peer): string {
  const where = item.kind === 'workload' && isOnNode(item) ? '<br/>on the call node' : '';
  return `${node(item.id)}["${label(item.title)}${where}"]`;
}

/**
 * Who talks to whom, as a Mermaid flow chart: read from the topology, like the routes and ports themselves, and from
 * the finished objects where overrides have changed some.
 */
export function diagram(stack: Stack, exposure?: Exposure): Markdown {
  const { workloads, peers, flows, routes, tcpRoutes } = stack.topology;
  const lines = new Set<string>();
  const passed = [
    ...routes.filter((one) => isStillThere(stack, one, exposure)),
    ...tcpRoutes.filter((one) => isStillPassed(one, exposure)),
  ];
  for (const route of passed) {
    const chain = passers(stack, route.door);
    const [first = '', ...others] = chain;
    lines.add(`${node(visitor(stack, route))} -->|443/tcp| ${node(first)}`);
    for (const [index, next] of others.entries()) lines.add(`${node(chain[index] ?? '')} --> ${node(next)}`);
    const entrance = entranceOf(stack, route);
    const { workloads: answering, port } = routeEnd(stack.topology, route);
    for (const { id } of answering) lines.add(`${node(entrance)} -->|${portText(port)}| ${node(id)}`);
  }
  for (const { entrance, workload, port } of newEnds(stack, exposure)) {
    lines.add(`${node(entrance)} -->|${portText(port)}| ${node(workload.id)}`);
  }
  for (const flow of flows) {
    if (flow.from === flow.to) continue;
    const arrow = isDirect(stack.topology, flow) ? '==>' : '-->';
    for (const target of listeners(stack.topology, flow.to)) {
      lines.add(`${node(flow.from)} ${arrow}|${portText(portOf(target, flow.port))}| ${node(target.id)}`);
    }
  }
  return fenced('mermaid', [
    'flowchart LR',
    ...peers.map((item) => `  ${box(item)}`),
    ...stack.topology.namespaces.flatMap(({ name }, index) => [
      `  subgraph ${index === 0 ? 'stack' : `stack${index + 1}`}["namespace ${label(name)}"]`,
      ...workloads.filter(({ namespace }) => namespace === name).map((item) => `    ${box(item)}`),
      '  end',
    ]),
    ...[...lines].map((line) => `  ${line}`),
  ]);
}
