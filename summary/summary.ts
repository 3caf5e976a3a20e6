import { compareText } from '../model/diagnostic.ts';
import { missingKeys } from '../model/kept-secrets.ts';
import type { Manifest } from '../model/manifest.ts';
import { keepsCiphertext, type SecretProvider } from '../model/secret-settings.ts';
import type { Stack } from '../model/stack.ts';
import { isOnNode, type PathMatch, party, port, type Route } from '../model/topology.ts';
import { json } from '../settings/json.ts';
import { wellKnownClient, wellKnownServer } from '../settings/well-known.ts';
import { diagram, entranceOf, portText } from './diagram.ts';
import { fenced, table } from './markdown.ts';
import { amountCells, total, volumes, workloadAmounts } from './totals.ts';
import { warnings } from './warnings.ts';

function pathsText(match: PathMatch): string {
  if (match.kind === 'all') return 'everything';
  return match.paths.map((path) => `\`${path}${match.kind === 'prefix' ? '…' : ''}\``).join(', ');
}

function routeRow(stack: Stack, route: Route): readonly string[] {
  const { title } = party(stack.topology, route.to);
  const through = party(stack.topology, entranceOf(stack, route)).title;
  return [`\`${route.host}\``, pathsText(route.match), title, through];
}

/** The nodes call pods run on, in words. */
function callNodeText(stack: Stack): string {
  const labels = Object.entries(stack.callNodes.nodeSelector).map(([key, value]) => `\`${key}=${value}\``);
  return labels.length === 0 ? 'every node' : `nodes labelled ${labels.join(', ')}`;
}

/** Every port that a firewall has to let in, and from whom. */
function firewall(stack: Stack): string {
  const nodes = callNodeText(stack);
  const anybody = stack.expose.public === undefined ? 'the local network' : 'anywhere';
  const rows: (readonly string[])[] = [];
  if (stack.expose.public?.via === 'traefik')
    rows.push(['443/tcp', 'anywhere', "Traefik's public address", 'all HTTPS']);
  if (stack.expose.lan !== undefined) {
    rows.push(['443/tcp', 'the local network', "Traefik's local address", 'HTTPS on the local network']);
  }
  for (const flow of stack.topology.flows.filter(({ direct }) => direct)) {
    const target = party(stack.topology, flow.to);
    rows.push([portText(port(target, flow.port)), anybody, nodes, `${target.title}: ${flow.why}`]);
  }
  for (const flow of stack.topology.flows.filter(({ from, to }) => from === to)) {
    const target = party(stack.topology, flow.to);
    const told = stack.callNodes.advertised.join(', ');
    const from = `the node itself; through the router where ${told} is the router's`;
    rows.push([portText(port(target, flow.port)), from, nodes, `${target.title}: ${flow.why}`]);
  }
  const inside = stack.topology.parties.filter(
    ({ network, ports }) => network === 'host' && ports.some((one) => one.service),
  );
  for (const one of inside) {
    for (const open of one.ports.filter(({ service }) => service !== undefined)) {
      rows.push([portText(open), 'the cluster only', nodes, `${one.title}: signalling through the entrance`]);
    }
  }
  const none =
    rows.length === 0
      ? '\n\nNothing: the tunnel is opened from inside.'
      : `\n\n${table(['port', 'from', 'to', 'for'], rows)}`;
  const tunnel =
    stack.expose.public?.via === 'tunnel'
      ? '\n\nHTTPS from the Internet needs no open port: the tunnel is opened from inside (7844/tcp and udp, outward).'
      : '';
  return `## Firewall: ports to open${none}${tunnel}`;
}

/** Every name that has to be in the DNS, and where it leads. */
function dns(stack: Stack): string {
  const rows: (readonly string[])[] = [];
  const hosts = (door: 'public' | 'lan'): readonly string[] => [
    ...new Set(stack.topology.routes.filter((route) => route.door === door).map(({ host }) => host)),
  ];
  const exposure = stack.expose.public;
  for (const host of hosts('public')) {
    rows.push(
      exposure?.via === 'tunnel'
        ? [`\`${host}\``, 'CNAME', `the tunnel \`${exposure.tunnel.name}\``, 'made by the tunnel operator']
        : [`\`${host}\``, 'A', "Traefik's public address", 'you make it'],
    );
  }
  for (const host of hosts('lan')) {
    rows.push([`\`${host}\``, 'A', "Traefik's local address", 'you make it, in the local DNS']);
  }
  const calls = stack.topology.parties.some(isOnNode)
    ? `\n\nCall traffic needs no name: clients are told ${stack.callNodes.advertised.join(', ')}.`
    : '';
  return `## DNS records\n\n${table(['name', 'type', 'leads to', 'who'], rows)}${calls}`;
}

/** Each image once, with the workloads that run it. */
function images(manifests: readonly Manifest[]): string {
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
    return `- \`${image.slice(0, tag)}\`\n  \`${image.slice(tag + 1)}\``;
  });
  return `## Images\n\n${lines.join('\n')}`;
}

function resources(manifests: readonly Manifest[]): string {
  const all = workloadAmounts(manifests);
  return [
    '## Resources',
    table(
      ['workload', 'CPU requested', 'memory requested', 'CPU limit', 'memory limit'],
      [...all, total(all)].map(amountCells),
    ),
    table(
      ['volume', 'size'],
      volumes(manifests).map(({ name, size }) => [name, size]),
    ),
  ].join('\n\n');
}

function keyNames(keys: readonly string[]): string {
  return keys.length === 0 ? 'nothing' : keys.map((key) => `\`${key}\``).join(', ');
}

function secrets(stack: Stack): string {
  const { provider } = stack;
  const kept = keepsCiphertext(provider);
  const rows = stack.secrets.map((secret) => [
    `\`${secret.name}\``,
    secret.namespace,
    secret.keys.map(({ key }) => `\`${key}\``).join(', '),
    ...(kept ? [keyNames(missingKeys(stack, secret))] : []),
  ]);
  const from: Readonly<Record<SecretProvider['kind'], string>> = {
    'sealed-secrets': 'Sealed for the cluster, and kept in this repository.',
    sops: 'Encrypted by SOPS, and kept in this repository.',
    'external-secrets': 'Fetched from a store by External Secrets.',
    existing: 'Made by you, in the cluster.',
  };
  return [
    '## Secrets needed',
    `${from[provider.kind]} More about them stands in SECRETS.md.`,
    table(['Secret', 'namespace', 'keys', ...(kept ? ['still missing'] : [])], rows),
  ].join('\n\n');
}

/** A rule that an overridden object breaks. */
export interface AcceptedFinding {
  readonly object: string;
  readonly field?: string;
  readonly what: string;
}

/** What the stack file changes beyond its own settings, and why. */
function changes(stack: Stack, accepted: readonly AcceptedFinding[]): readonly string[] {
  const overrides = stack.overrides.map(({ target, why }) => `- \`${target.kind}/${target.name}\`: ${why}`);
  const forced = stack.forced.map(({ path, reason }) => `- \`${path}\`: ${reason}`);
  const weakened = accepted.map(
    ({ object, field, what }) => `- \`${object}\`${field === undefined ? '' : ` \`${field}\``}: ${what}`,
  );
  return [
    ...(overrides.length === 0 ? [] : ['## Overridden objects, and why', overrides.join('\n')]),
    ...(weakened.length === 0 ? [] : ['## What the overrides weaken', weakened.join('\n')]),
    ...(forced.length === 0 ? [] : ['## Forced additions, and why', forced.join('\n')]),
  ];
}

/** With `wellKnown: elsewhere`: what the web site on the server name has to answer. */
function wellKnownElsewhere(stack: Stack): readonly string[] {
  if (stack.wellKnown === 'here') return [];
  const lines = (value: object): readonly string[] => json(value).trimEnd().split('\n');
  return [
    `## What https://${stack.serverName} has to answer`,
    'Both with `Content-Type: application/json` and `Access-Control-Allow-Origin: *`. Without the second file other homeservers do not find this one; without the third address nobody can check who a user is, and calls fail.',
    '`/.well-known/matrix/client`',
    fenced('json', lines(wellKnownClient(stack))),
    '`/.well-known/matrix/server`',
    fenced('json', lines(wellKnownServer(stack))),
    `\`/_matrix/federation/v1/openid/userinfo\`: pass it on to \`${stack.synapse.baseUrl}\`. Programs that follow the file above ask there; some ask here.`,
  ];
}

/**
 * SUMMARY.md: what a person has to know and do outside this repository, one fact a line.
 *
 * @param manifests the stack's objects, as they will be written
 * @param accepted rules that overridden objects break
 */
export function summaryText(
  stack: Stack,
  manifests: readonly Manifest[],
  accepted: readonly AcceptedFinding[],
): string {
  const { routes } = stack.topology;
  const weak = warnings(stack);
  const door = (name: 'public' | 'lan', title: string): readonly string[] => {
    const rows = routes.filter((route) => route.door === name).map((route) => routeRow(stack, route));
    if (rows.length === 0) return [];
    return [`## ${title}`, table(['host', 'paths', 'served by', 'through'], rows)];
  };
  return `${[
    `# ${stack.name}: Matrix for ${stack.serverName}`,
    `Rendered from \`${stack.file}\`; read it before you merge. User names end in \`:${stack.serverName}\`, which can never change.`,
    diagram(stack),
    'Thick arrows are call traffic, straight from clients to the call node.',
    ...door('public', 'Open to the Internet'),
    ...door('lan', 'Open to the local network'),
    firewall(stack),
    dns(stack),
    ...wellKnownElsewhere(stack),
    '## Before this goes live',
    weak.length === 0 ? 'Nothing special to know.' : weak.map((sentence) => `- ${sentence}`).join('\n'),
    ...changes(stack, accepted),
    secrets(stack),
    images(manifests),
    resources(manifests),
  ].join('\n\n')}\n`;
}
