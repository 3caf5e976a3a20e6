import type { Stack } from '../model/stack.ts';
import { isOnNode, OUTSIDE, type Party, type Port, party, port, type Route } from '../model/topology.ts';
import { visible } from '../model/visible.ts';
import { fenced, type Markdown } from './markdown.ts';

/** `7882/udp`, `50000-60000/udp`. */
export function portText({ number, last, protocol }: Port): string {
  return `${number}${last === undefined ? '' : `-${last}`}/${protocol.toLowerCase()}`;
}

/** Who passes a route's requests on to the stack. */
export function entranceOf(stack: Stack, route: Route): string {
  return route.door === 'public' && stack.expose.public?.via === 'tunnel' ? OUTSIDE.tunnel : OUTSIDE.traefik;
}

/** Who comes to a door: with a public one beside it, the local door has visitors of its own. */
function visitor(stack: Stack, route: Route): string {
  return route.door === 'lan' && stack.expose.public !== undefined ? OUTSIDE.localClients : OUTSIDE.clients;
}

/** Mermaid takes letters, digits and underscores as a node's name in any place. */
function node(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9]/g, '_');
}

/** Text of a box: Mermaid writes as `#35;` what would end it, or be HTML or Markdown in it. */
function label(text: string): string {
  return visible(text).replaceAll(/["<>#&;`]/g, (character) => `#${character.charCodeAt(0)};`);
}

function box(item: Party): string {
  const where = isOnNode(item) ? '<br/>on the call node' : '';
  return `${node(item.id)}["${label(item.title)}${where}"]`;
}

/** Who talks to whom, as a Mermaid flow chart: read from the topology, like the routes and ports themselves. */
export function diagram(stack: Stack): Markdown {
  const { parties, flows, routes } = stack.topology;
  const lines = new Set<string>();
  for (const route of routes) {
    const entrance = entranceOf(stack, route);
    lines.add(`${node(visitor(stack, route))} -->|443/tcp| ${node(entrance)}`);
    const target = party(stack.topology, route.to);
    lines.add(`${node(entrance)} -->|${portText(port(target, route.port))}| ${node(route.to)}`);
  }
  for (const flow of flows) {
    if (flow.from === flow.to) continue;
    const target = party(stack.topology, flow.to);
    const arrow = flow.direct ? '==>' : '-->';
    lines.add(`${node(flow.from)} ${arrow}|${portText(port(target, flow.port))}| ${node(flow.to)}`);
  }
  const inside = parties.filter(({ network }) => network !== 'outside');
  const outside = parties.filter(({ network }) => network === 'outside');
  return fenced('mermaid', [
    'flowchart LR',
    ...outside.map((item) => `  ${box(item)}`),
    `  subgraph stack["namespace ${label(stack.namespace)}"]`,
    ...inside.map((item) => `    ${box(item)}`),
    '  end',
    ...[...lines].map((line) => `  ${line}`),
  ]);
}
