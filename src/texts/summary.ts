import { doorSettings, entranceAt, openEntrances, passers } from '../../charts/entrances/index.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { compareText } from '../plain/compare.ts';
import { type Manifest, type ObjectId, objectId, objectText } from '../stack/manifest.ts';
import { changeOf } from '../system/accept.ts';
import { missingKeys, outdatedKeys } from '../system/composed.ts';
import type { Exposure } from '../system/exposure.ts';
import { keepsCiphertext, providerFacts } from '../system/providers/index.ts';
import { isMadeByOthers } from '../system/secret-files.ts';
import {
  DOORS,
  type Door,
  hostsAt,
  isDirect,
  isOnNode,
  listeners,
  type PathMatch,
  type Peer,
  type Port,
  portOf,
  portText,
  type Route,
  routeEnd,
  type ServicePoint,
  selected,
  type TcpRoute,
  type Workload,
} from '../topology/topology.ts';
import { clusterNeeds } from './cluster-needs.ts';
import { configuredPorts, isSamePort } from './configured-ports.ts';
import { diagram } from './diagram.ts';
import { isStillOpen, newPortRows } from './final-ports.ts';
import { isStillPassed, isStillThere, limited, newHosts, newRows } from './final-routes.ts';
import { insidePorts, PURPOSES } from './inside-ports.ts';
import {
  blocks,
  type Content,
  code,
  heading,
  joined,
  list,
  type Markdown,
  markdownText,
  md,
  phrase,
  table,
} from './markdown.ts';
import { notesAt, sectionsOf } from './notes.ts';
import { amountCells, total, volumes, workloadAmounts } from './totals.ts';
import { warnings } from './warnings.ts';

function pathsText(match: PathMatch): Content {
  if (match.kind === 'all') return 'everything';
  const more = match.kind === 'prefix' ? '…' : '';
  return joined(match.paths.map((path) => code(`${path}${more}`)));
}

/** How often one address may ask. */
function limitText({ limit }: Route): string {
  if (limit === undefined) return '';
  const { requests, seconds, burst } = limit;
  return `: at most ${requests} requests in ${seconds} seconds from one address, ${burst} at once`;
}

function routeRow(stack: Stack, route: Route, exposure: Exposure | undefined): readonly Content[] {
  const titles = routeEnd(stack.topology, route).workloads.map(({ title }) => title);
  return [
    code(route.host),
    limited(md`${pathsText(route.match)}${limitText(route)}`, route, exposure),
    titles.join(', '),
    through(stack, route),
  ];
}

/** Who passes it on, the one that visitors come to first. */
function through(stack: Stack, { door }: Pick<Route, 'door'>): string {
  const all = passers(stack, door).flatMap((id) => listeners(stack.topology, id));
  return all.map(({ title }) => title).join(', ');
}

function tcpRouteRow(stack: Stack, route: TcpRoute): readonly Content[] {
  const titles = routeEnd(stack.topology, route).workloads.map(({ title }) => title);
  const what =
    route.endsTls === 'entrance' ? `${route.carries} over TLS` : `${route.carries} over TLS, passed through`;
  return [code(route.host), what, titles.join(', '), through(stack, route)];
}

/** The nodes a call pod runs on, in words. */
function callNodeText(stack: Stack, target: Workload | Peer): Content {
  const own = target.kind === 'workload' ? target.onNodes : undefined;
  const labels = Object.entries((own ?? stack.callNodes).nodeSelector).map(([key, value]) =>
    code(`${key}=${value}`),
  );
  return labels.length === 0 ? 'every node' : md`nodes labelled ${joined(labels)}`;
}

/** From where a node's connections to itself come: to the address that clients are told, which may be a router's. */
function itself({ callNodes: { address } }: Stack): string {
  switch (address.by) {
    case 'public':
      return `the node itself, through the router if ${address.ip} is the router's`;
    case 'stun':
      return 'the node itself, through the router if there is one';
    case 'node':
      return 'the node itself';
  }
}

function leadsTo({ to }: Pick<Route, 'to'>, { name, namespace }: ServicePoint, port: number): boolean {
  return to.service === name && to.namespace === namespace && to.port === port;
}

/** Every port that a firewall has to let in, and from whom. */
function firewall(
  stack: Stack,
  manifests: readonly Manifest[],
  exposure: Exposure | undefined,
): readonly Markdown[] {
  const anybody = stack.expose.public === undefined ? 'the local network' : 'anywhere';
  const rows: (readonly Content[])[] = [];
  const entrances = openEntrances(stack);
  for (const { entrance, doors } of entrances) {
    for (const row of entrance.firewall(doors, doorSettings(stack)))
      rows.push([row.port, row.from, row.to, phrase(row.for)]);
  }
  const { topology } = stack;
  const configured = configuredPorts(manifests);
  const isClosed = (target: Workload | Peer, open: Port): boolean =>
    target.kind === 'workload' &&
    (!isStillOpen(target, open, exposure) ||
      configured(target)?.some((one) => isSamePort(one, open)) === false);
  for (const flow of topology.flows.filter((one) => isDirect(topology, one))) {
    for (const target of listeners(topology, flow.to)) {
      const open = portOf(target, flow.port);
      if (isClosed(target, open)) continue;
      rows.push([portText(open), anybody, callNodeText(stack, target), `${target.title}: ${flow.why}`]);
    }
  }
  for (const { to, port, why } of topology.flows.filter(({ from, to }) => from === to)) {
    for (const target of listeners(topology, to)) {
      const open = portOf(target, port);
      if (isClosed(target, open)) continue;
      rows.push([portText(open), itself(stack), callNodeText(stack, target), `${target.title}: ${why}`]);
    }
  }
  for (const service of topology.services) {
    for (const one of selected(topology, service)) {
      for (const { number, to } of service.ports) {
        const open = portOf(one, to);
        if (open.on !== 'node' || isClosed(one, open) || open.purpose !== undefined) continue;
        const whole = topology.tcpRoutes.filter((route) => leadsTo(route, service, number));
        const why = topology.routes.some((route) => leadsTo(route, service, number))
          ? ['signalling through the entrance']
          : whole.length > 0
            ? whole.map(({ carries }) => `${carries} through the entrance`)
            : topology.flows
                .filter(({ to: end, port }) => end === one.id && port === to)
                .map((flow) => flow.why);
        rows.push([
          portText(open),
          'the cluster only',
          callNodeText(stack, one),
          [one.title, ...(why.length === 0 ? [] : [why.join('; ')])].join(': '),
        ]);
      }
    }
  }
  for (const { workload, port, purpose } of insidePorts(topology)) {
    if (isClosed(workload, port)) continue;
    rows.push([
      portText(port),
      'the cluster only',
      callNodeText(stack, workload),
      `${workload.title}: ${PURPOSES[purpose]}`,
    ]);
  }
  for (const workload of topology.workloads) {
    const more = configured(workload)?.filter((one) => !workload.ports.some((port) => isSamePort(one, port)));
    for (const open of more ?? []) {
      rows.push([
        portText(open),
        open.isForClients ? anybody : 'the cluster only',
        isOnNode(workload) ? callNodeText(stack, workload) : 'its pod',
        `${workload.title}: ${open.why}`,
      ]);
    }
  }
  rows.push(...newPortRows(stack, exposure));
  return [
    heading(2, 'Firewall: ports to open'),
    rows.length === 0 ? md`None.` : table(['port', 'from', 'to', 'for'], rows),
    ...entrances.flatMap(({ entrance: { noPorts } }) => (noPorts === undefined ? [] : [md`${noPorts}`])),
  ];
}

/** Every name that has to be in the DNS, and where it leads. */
function dns(stack: Stack, exposure: Exposure | undefined): readonly Markdown[] {
  const rows: (readonly Content[])[] = [];
  const nodes = `the call nodes: ${stack.callNodes.advertised.join(', ')}`;
  for (const door of DOORS) {
    const at = entranceAt(stack, door);
    if (at === undefined) continue;
    const own = [
      door === 'public' ? 'you create it' : 'you create it, in the local DNS',
      at.entrance.pastDns,
    ];
    const past = own.filter((part) => part !== undefined).join(', ');
    for (const { host, leadsTo, note } of hostsAt(stack.topology, door)) {
      const { type, leadsTo: to, who: maker } = at.entrance.dns(at.own, door, host);
      rows.push(
        leadsTo === 'entrance'
          ? [
              code(host),
              type,
              phrase(to),
              note === undefined ? phrase(maker) : md`${phrase(maker)}. ${phrase(note)}`,
            ]
          : [code(host), 'A', nodes, past],
      );
    }
    for (const { host, isIncluded } of newHosts(stack, exposure).filter((one) => one.door === door)) {
      const { type, leadsTo: to, who: maker } = at.entrance.dns(at.own, door, host);
      const whose = isIncluded ? 'an object of your own' : 'an override';
      rows.push([code(host), type, phrase(to), md`${phrase(maker)}, for ${whose}`]);
    }
  }
  return [
    heading(2, 'DNS records'),
    table(['name', 'type', 'leads to', 'who'], rows),
    ...notesAt(stack, 'dns').map(phrase),
    ...callTraffic(stack),
  ];
}

/** Most calls need no record: their servers tell clients an address. */
function callTraffic({ topology, callNodes }: Stack): readonly Markdown[] {
  if (!topology.workloads.some(isOnNode)) return [];
  const named = [
    ...new Set(topology.hosts.flatMap(({ host, leadsTo: to }) => (to === 'call-nodes' ? [host] : []))),
  ];
  const own = topology.workloads.flatMap(({ onNodes }) => onNodes?.address ?? []);
  const address = [...new Set([...callNodes.advertised, ...own])].join(', ');
  return [
    named.length === 0
      ? md`Call traffic needs no name: clients connect directly to ${address}.`
      : md`Apart from ${joined(named.map(code))}, call traffic needs no name: clients connect directly to ${address}.`,
  ];
}

/** Each image once, with the workloads that run it. */
function images(manifests: readonly Manifest[]): Markdown {
  const found = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if ((key === 'image' || key === 'imageName') && typeof inner === 'string') found.add(inner);
      walk(inner);
    }
  };
  for (const { spec } of manifests) walk(spec);
  // Repository and tag on lines of their own: two branches that bump neighbours then merge without a conflict.
  const lines = [...found].sort(compareText).map((image) => {
    const tag = image.indexOf(':', image.lastIndexOf('/'));
    return tag === -1 ? code(image) : md`${code(image.slice(0, tag))}\n  ${code(image.slice(tag + 1))}`;
  });
  return blocks([heading(2, 'Images'), list(lines)]);
}

function resources(manifests: readonly Manifest[]): Markdown {
  const all = workloadAmounts(manifests);
  return blocks([
    heading(2, 'Resources'),
    table(
      ['workload', 'CPU requested', 'memory requested', 'CPU limit', 'memory limit'],
      [...all.map((one) => [one.name, ...amountCells(one)]), [md`**total**`, ...amountCells(total(all))]],
    ),
    table(
      ['volume', 'size'],
      volumes(manifests).map(({ name, size }) => [name, size]),
    ),
  ]);
}

function keyNames(keys: readonly string[]): Content {
  return keys.length === 0 ? 'nothing' : joined(keys.map(code));
}

/** Nothing here makes it, and nothing here sees whether it is there. */
const BY_OTHERS = 'nothing here; you put it into the cluster yourself';

function secrets(stack: Stack): Markdown {
  const { provider } = stack;
  const isCiphertext = keepsCiphertext(provider);
  const rows = stack.secrets.flatMap((secret) =>
    secret.places.map(({ namespace }) => {
      const lacking = [...missingKeys(stack, secret, namespace), ...outdatedKeys(stack, secret, namespace)];
      const state = isMadeByOthers(stack.secretFiles, secret) ? BY_OTHERS : keyNames(lacking);
      return [
        code(secret.name),
        namespace,
        joined(secret.keys.map(({ key }) => code(key))),
        ...(isCiphertext ? [state] : []),
      ];
    }),
  );
  return blocks([
    heading(2, 'Secrets needed'),
    md`${providerFacts(provider.kind).origin} SECRETS.md says what each key is for and when to change it.`,
    table(['Secret', 'namespace', 'keys', ...(isCiphertext ? ['still missing'] : [])], rows),
  ]);
}

/** A rule that an overridden object breaks. */
export interface AcceptedFinding {
  readonly object: ObjectId;
  readonly field?: string;
  readonly what: string;
}

function acceptedItem({ object, field, what }: AcceptedFinding): Markdown {
  return field === undefined
    ? md`${code(objectText(object))}: ${what}`
    : md`${code(objectText(object))} ${code(field)}: ${what}`;
}

/** What the stack file changes beyond its own settings, and why. */
function changes(stack: Stack, accepted: readonly AcceptedFinding[]): readonly Markdown[] {
  const overrides = stack.overrides.map(
    ({ target, why }) => md`${code(`${target.kind}/${target.name}`)}: ${why}`,
  );
  const forced = stack.forced.map(({ path, reason }) => md`${code(path)}: ${reason}`);
  const weakened = accepted.map(acceptedItem);
  const agreed = stack.accept.map((entry) => {
    const { code: what, object, why } = entry;
    const change = changeOf(entry);
    return change === undefined
      ? md`${code(object)} (${what}): ${why}`
      : md`${code(object)}, from ${code(change.from)} to ${code(change.to)} (${what}): ${why}`;
  });
  const part = (title: string, items: readonly Markdown[]): readonly Markdown[] =>
    items.length === 0 ? [] : [heading(2, title), list(items)];
  return [
    ...part('Overridden objects, and why', overrides),
    ...part('What the overrides weaken', weakened),
    ...part('Forced additions, and why', forced),
    ...part('What was agreed to, and why', agreed),
  ];
}

/** What the operator has added, so that nobody takes it for what the settings make. */
function included(stack: Stack, opening: readonly AcceptedFinding[]): readonly Markdown[] {
  if (stack.included.length === 0) return [];
  return [
    heading(2, 'Included from your own files'),
    md`Copies of these, without their comments, are in the folders ${code('own')}. The rules have checked them like every other object; what they open is in the tables above.`,
    table(
      ['object', 'from'],
      stack.included.flatMap(({ file, objects }) =>
        objects.map(({ manifest }) => [code(objectText(objectId(manifest))), code(file)]),
      ),
    ),
    ...(opening.length === 0 ? [] : [md`What they open:`, list(opening.map(acceptedItem))]),
  ];
}

/**
 * SUMMARY.md: what a person has to know and do outside this repository, one fact a line.
 *
 * @param manifests the stack's objects, as they will be written
 * @param accepted rules that overridden objects break
 * @param exposure what the objects open, where overrides or included objects have changed that
 * @param opening what included objects open to people outside
 */
export function summaryText(
  stack: Stack,
  manifests: readonly Manifest[],
  accepted: readonly AcceptedFinding[],
  exposure?: Exposure,
  opening: readonly AcceptedFinding[] = [],
): string {
  const { routes } = stack.topology;
  const weak = warnings(stack, exposure);
  const door = (name: Door, title: string): readonly Markdown[] => {
    const rows = [
      ...routes
        .filter((route) => route.door === name && isStillThere(stack, route, exposure))
        .map((route) => routeRow(stack, route, exposure)),
      ...stack.topology.tcpRoutes
        .filter((route) => route.door === name && isStillPassed(route, exposure))
        .map((route) => tcpRouteRow(stack, route)),
      ...newRows(stack, name, exposure),
    ];
    if (rows.length === 0) return [];
    return [heading(2, title), table(['host', 'paths', 'served by', 'through'], rows)];
  };
  return markdownText([
    heading(1, `${stack.name}: Matrix for ${stack.serverName}`),
    md`Rendered from ${code(stack.file)}; read it before you merge. User names end in ${code(`:${stack.serverName}`)}, which can never change.`,
    diagram(stack, exposure),
    md`Thick arrows are call traffic, straight from clients to the call node.`,
    ...door('public', 'Open to the Internet'),
    ...door('lan', 'Open to the local network'),
    ...firewall(stack, manifests, exposure),
    ...dns(stack, exposure),
    ...sectionsOf(stack, 'summary'),
    heading(2, 'Before this goes live'),
    weak.length === 0 ? md`Nothing to note.` : list(weak.map(phrase)),
    ...included(stack, opening),
    ...changes(stack, accepted),
    clusterNeeds(stack, manifests),
    secrets(stack),
    images(manifests),
    resources(manifests),
  ]);
}
