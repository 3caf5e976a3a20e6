import { changeOf } from '../model/accept.ts';
import { missingKeys, outdatedKeys } from '../model/composed.ts';
import { compareText } from '../model/diagnostic.ts';
import { entranceAt, openEntrances } from '../model/entrances/index.ts';
import type { Exposure } from '../model/exposure.ts';
import { type Manifest, type ObjectId, objectId, objectText } from '../model/manifest.ts';
import { isMadeByOthers } from '../model/secret-files.ts';
import { keepsCiphertext, type SecretProvider } from '../model/secret-settings.ts';
import type { Stack } from '../model/stack.ts';
import {
  type Door,
  hostsAt,
  isDirect,
  isOnNode,
  listeners,
  type PathMatch,
  type Peer,
  type Port,
  portOf,
  type Route,
  routeEnd,
  selected,
  type Workload,
} from '../model/topology.ts';
import { json } from '../settings/json.ts';
import { wellKnownClient, wellKnownServer, wellKnownSupport } from '../settings/well-known.ts';
import { clusterNeeds } from './cluster-needs.ts';
import { configuredPorts, isSamePort } from './configured-ports.ts';
import { diagram, entranceOf, portText } from './diagram.ts';
import { isStillOpen, newPortRows } from './final-ports.ts';
import { isStillThere, newRows } from './final-routes.ts';
import {
  blocks,
  type Content,
  code,
  fenced,
  heading,
  joined,
  list,
  type Markdown,
  markdownText,
  md,
  phrase,
  table,
} from './markdown.ts';
import { amountCells, total, volumes, workloadAmounts } from './totals.ts';
import { warnings } from './warnings.ts';

function pathsText(match: PathMatch): Content {
  if (match.kind === 'all') return 'everything';
  const more = match.kind === 'prefix' ? '…' : '';
  return joined(match.paths.map((path) => code(`${path}${more}`)));
}

function routeRow(stack: Stack, route: Route): readonly Content[] {
  const titles = routeEnd(stack.topology, route).workloads.map(({ title }) => title);
  const through = listeners(stack.topology, entranceOf(stack, route)).map(({ title }) => title);
  return [code(route.host), pathsText(route.match), titles.join(', '), through.join(', ')];
}

/** The nodes call pods run on, in words. */
function callNodeText(stack: Stack): Content {
  const labels = Object.entries(stack.callNodes.nodeSelector).map(([key, value]) => code(`${key}=${value}`));
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

/** Every port that a firewall has to let in, and from whom. */
function firewall(
  stack: Stack,
  manifests: readonly Manifest[],
  exposure: Exposure | undefined,
): readonly Markdown[] {
  const nodes = callNodeText(stack);
  const anybody = stack.expose.public === undefined ? 'the local network' : 'anywhere';
  const rows: (readonly Content[])[] = [];
  const entrances = openEntrances(stack);
  for (const { entrance, doors } of entrances) {
    for (const row of entrance.firewall(doors)) rows.push([row.port, row.from, row.to, phrase(row.for)]);
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
      rows.push([portText(open), anybody, nodes, `${target.title}: ${flow.why}`]);
    }
  }
  for (const { to, port, why } of topology.flows.filter(({ from, to }) => from === to)) {
    for (const target of listeners(topology, to)) {
      const open = portOf(target, port);
      if (isClosed(target, open)) continue;
      rows.push([portText(open), itself(stack), nodes, `${target.title}: ${why}`]);
    }
  }
  for (const { selects, ports } of topology.services) {
    for (const one of selected(topology, selects)) {
      for (const open of ports.map(({ to }) => portOf(one, to)).filter(({ on }) => on === 'node')) {
        if (isClosed(one, open)) continue;
        rows.push([
          portText(open),
          'the cluster only',
          nodes,
          `${one.title}: signalling through the entrance`,
        ]);
      }
    }
  }
  for (const workload of topology.workloads) {
    const more = configured(workload)?.filter((one) => !workload.ports.some((port) => isSamePort(one, port)));
    for (const open of more ?? []) {
      rows.push([
        portText(open),
        open.isForClients ? anybody : 'the cluster only',
        isOnNode(workload) ? nodes : 'its pod',
        `${workload.title}: ${open.why}`,
      ]);
    }
  }
  rows.push(...newPortRows(stack, exposure));
  return [
    heading(2, 'Firewall: ports to open'),
    rows.length === 0
      ? md`Nothing: the tunnel is opened from inside.`
      : table(['port', 'from', 'to', 'for'], rows),
    ...entrances.flatMap(({ entrance: { noPorts } }) => (noPorts === undefined ? [] : [md`${noPorts}`])),
  ];
}

/** Every name that has to be in the DNS, and where it leads. */
function dns(stack: Stack): readonly Markdown[] {
  const rows: (readonly Content[])[] = [];
  const nodes = `the call nodes: ${stack.callNodes.advertised.join(', ')}`;
  /** Where the server name has its host for well-known only, a web site may have been there before. */
  const who = (host: string, maker: string): Content =>
    host === stack.serverName && host !== stack.synapse.host
      ? md`${maker}. It takes the name over from a web site there: to keep one, write ${code('wellKnown: elsewhere')}`
      : maker;
  for (const door of ['public', 'lan'] as const) {
    const at = entranceAt(stack, door);
    if (at === undefined) continue;
    const { type, leadsTo: to, who: maker } = at.entrance.dns(at.own, door);
    for (const { host, leadsTo } of hostsAt(stack.topology, door)) {
      rows.push(
        leadsTo === 'entrance'
          ? [code(host), type, phrase(to), who(host, maker)]
          : [code(host), 'A', nodes, door === 'public' ? 'you make it' : 'you make it, in the local DNS'],
      );
    }
  }
  return [
    heading(2, 'DNS records'),
    table(['name', 'type', 'leads to', 'who'], rows),
    ...(stack.expose.public === undefined && stack.livekit !== undefined
      ? [
          md`Pods need two of these names too: ${code(stack.serverName)} and ${code(stack.livekit.host)}, which lk-jwt-service asks when somebody joins a call. They usually get the answer of their node's resolver through CoreDNS; where that does not know the local DNS, add a forward for the zone to CoreDNS. Without it calls fail.`,
        ]
      : []),
    ...(stack.topology.workloads.some(isOnNode)
      ? [
          md`Call traffic needs no name: clients connect directly to ${stack.callNodes.advertised.join(', ')}.`,
        ]
      : []),
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
  const from: Readonly<Record<SecretProvider['kind'], string>> = {
    'sealed-secrets': 'Sealed for the cluster, and kept in this repository.',
    sops: 'Encrypted by SOPS, and kept in this repository.',
    'external-secrets': 'Fetched from a store by External Secrets.',
    existing: 'Made by you, in the cluster.',
  };
  return blocks([
    heading(2, 'Secrets needed'),
    md`${from[provider.kind]} SECRETS.md says what each key is for and when to change it.`,
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
    heading(2, 'Included from files of your own'),
    md`Copies of these, without their comments, are in the folders ${code('own')}. Rules have checked them as every other object; what they open is in the tables above.`,
    table(
      ['object', 'from'],
      stack.included.flatMap(({ file, objects }) =>
        objects.map(({ manifest }) => [code(objectText(objectId(manifest))), code(file)]),
      ),
    ),
    ...(opening.length === 0 ? [] : [md`What they open:`, list(opening.map(acceptedItem))]),
  ];
}

/** With `wellKnown: elsewhere`: what the web site on the server name has to answer. */
function wellKnownElsewhere(stack: Stack): readonly Markdown[] {
  if (stack.wellKnown.at === 'here') return [];
  const support = wellKnownSupport(stack.wellKnown);
  const lines = (value: object): readonly string[] => json(value).trimEnd().split('\n');
  return [
    heading(2, `What https://${stack.serverName} has to answer`),
    md`${support === undefined ? 'Both' : 'All'} with ${code('Content-Type: application/json')} and ${code('Access-Control-Allow-Origin: *')}. Without the second file other homeservers do not find this one; without the third address nobody can check who a user is, and calls fail.`,
    code('/.well-known/matrix/client'),
    fenced('json', lines(wellKnownClient(stack))),
    code('/.well-known/matrix/server'),
    fenced('json', lines(wellKnownServer(stack))),
    ...(support === undefined ? [] : [code('/.well-known/matrix/support'), fenced('json', lines(support))]),
    md`${code('/_matrix/federation/v1/openid/userinfo')}: pass it on to ${code(stack.synapse.baseUrl)}. Programs that follow the file above ask there; some ask here.`,
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
        .filter((route) => route.door === name && isStillThere(route, exposure))
        .map((route) => routeRow(stack, route)),
      ...newRows(stack, name, exposure),
    ];
    if (rows.length === 0) return [];
    return [heading(2, title), table(['host', 'paths', 'served by', 'through'], rows)];
  };
  return markdownText([
    heading(1, `${stack.name}: Matrix for ${stack.serverName}`),
    md`Rendered from ${code(stack.file)}; read it before you merge. User names end in ${code(`:${stack.serverName}`)}, which can never change.`,
    diagram(stack),
    md`Thick arrows are call traffic, straight from clients to the call node.`,
    ...door('public', 'Open to the Internet'),
    ...door('lan', 'Open to the local network'),
    ...firewall(stack, manifests, exposure),
    ...dns(stack),
    ...wellKnownElsewhere(stack),
    heading(2, 'Before this goes live'),
    weak.length === 0 ? md`Nothing special to know.` : list(weak),
    ...included(stack, opening),
    ...changes(stack, accepted),
    clusterNeeds(stack, manifests),
    secrets(stack),
    images(manifests),
    resources(manifests),
  ]);
}
