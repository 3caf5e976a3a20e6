import * as z from 'zod';
import { host, objectName } from '../../../src/stack/fields.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import type { Path } from '../../../src/stack/reading/yaml-source.ts';
import { entrance, type HostAt } from '../../../src/system/entrance.ts';

const schema = z.strictObject({
  kind: z.enum(['ClusterTunnel', 'Tunnel']).optional().describe('Default: ClusterTunnel.'),
  name: objectName.describe('Name of the tunnel object that the operator runs.'),
  zone: host.describe('The Cloudflare DNS zone of the hosts, such as example.org.'),
  edgeCertificate: z
    .enum(['universal', 'advanced'])
    .optional()
    .describe(
      "Cloudflare's certificate for the zone: universal covers the zone and names one level below it, advanced covers what you ordered. Default: universal.",
    ),
});

/** A Cloudflare tunnel, run by an operator in the cluster. */
export interface Tunnel {
  readonly kind: 'ClusterTunnel' | 'Tunnel';
  readonly name: string;
  /** The DNS zone the tunnel's hosts live in. */
  readonly zone: string;
  readonly edgeCertificate: 'universal' | 'advanced';
}

/** What Cloudflare accepts in one request on its free and professional plans, in MB of 10^6 bytes. */
const UPLOAD_MB = 100;
/** Seconds between two reads from the tunnel. @see https://developers.cloudflare.com/fundamentals/reference/connection-limits/ */
const READ_SECONDS = 120;
const GIVES_UP = {
  most: READ_SECONDS,
  what: `Cloudflare gives up on a program that sends nothing for ${READ_SECONDS} seconds`,
};

/** HTTPS from the Internet through a tunnel that is opened from inside, by adyanth's cloudflare-operator. */
export const tunnel = entrance({
  via: 'tunnel',
  key: 'tunnel',
  doors: ['public'],
  schema,
  example: 'tunnel: {name: …, zone: …}',
  title: 'a tunnel',
  routeKinds: [{ group: 'networking.cfargotunnel.com', kind: 'TunnelBinding' }],
  resolve: ({ kind, name, zone, edgeCertificate }): Tunnel => ({
    kind: kind ?? 'ClusterTunnel',
    name,
    zone,
    edgeCertificate: edgeCertificate ?? 'universal',
  }),
  peer: ({ name }) => ({
    kind: 'peer',
    id: 'tunnel',
    title: `Cloudflare tunnel ${name}`,
    where: 'cluster',
    ports: [],
  }),
  // Cloudflare ends it.
  tls: () => undefined,
  dns: ({ name }) => ({
    type: 'CNAME',
    leadsTo: ['the tunnel ', { code: name }],
    who: 'made by the tunnel operator',
  }),
  // https://developers.cloudflare.com/dns/proxy-status/: the proxy carries HTTP only, and is the default for new records.
  pastDns: 'as "DNS only": the Cloudflare proxy does not carry call traffic',
  firewall: () => [],
  noPorts:
    'HTTPS from the Internet needs no open port: the tunnel is opened from inside (7844/tcp and udp, outbound).',
  needs: {
    program: 'cloudflare-operator (adyanth)',
    for: 'the tunnel',
    release: ['0.13, with ', { code: 'networking.cfargotunnel.com/v1alpha1' }],
  },
  can: {
    regex: true,
    // cloudflared carries TCP only to people who run cloudflared too.
    tcp: false,
    // cloudflared connects to a Service, whose pods take turns.
    sticky: [],
    timeouts: { request: GIVES_UP, idle: GIVES_UP },
    body: {
      most: UPLOAD_MB * 1_000_000,
      what: `Cloudflare refuses requests above ${UPLOAD_MB} MB on most plans`,
    },
  },
  notes: ({ public: own }) =>
    own === undefined
      ? []
      : [
          'Cloudflare terminates TLS for the public hosts: it can read everything that is not end-to-end encrypted, including passwords at login.',
          "Synapse takes a visitor's address from the left-most X-Forwarded-For entry, and the tunnel leads straight to it: a visitor can send an entry of their own, and so get around the login limits per address. The limits per account still apply.",
          `The tunnel carries plain HTTP as well as HTTPS: anyone who types http:// or follows an old link sends a password unencrypted to Cloudflare. Turn on "Always Use HTTPS" and "HTTP Strict Transport Security (HSTS)" for the zone ${own.zone} at Cloudflare (SSL/TLS, Edge Certificates).`,
        ],
  check: (own, door, hosts) => checkHosts(own, ['expose', door, 'tunnel'], hosts),
});

/** Hosts that one field decides, and where each is set on its own. */
interface DecidedHosts {
  readonly path: Path;
  readonly hosts: readonly HostAt[];
}

/** A tunnel carries only HTTPS for hosts of its zone that the edge certificate covers. */
function checkHosts(
  { zone, edgeCertificate }: Tunnel,
  at: Path,
  all: readonly HostAt[],
): readonly CheckFinding[] {
  const findings: CheckFinding[] = [];
  for (const { path, hosts } of byField(all)) {
    const outside = hosts.filter(({ host: name }) => name !== zone && !name.endsWith(`.${zone}`));
    if (outside.length > 0) {
      const several = outside.length > 1;
      findings.push({
        code: 'MG024',
        at: path,
        other: [...at, 'zone'],
        what: `the ${several ? 'hosts' : 'host'} ${quoted(outside)} ${several ? 'are' : 'is'} outside the tunnel's zone "${zone}"`,
        remedy: `use ${several ? 'hosts' : 'a host'} below ${zone}, or correct the zone`,
      });
    }
    const deep = hosts.filter(({ host: name }) => labelsBelow(name, zone).length > 1);
    if (deep.length > 0 && edgeCertificate === 'universal') {
      const flat = deep.flatMap(({ host: name, setting }) =>
        setting === undefined ? [] : [`write ${setting}: ${labelsBelow(name, zone).join('-')}.${zone}, `],
      );
      findings.push({
        code: 'MG023',
        at: path,
        other: [...at, 'edgeCertificate'],
        what: `the ${deep.length > 1 ? 'hosts' : 'host'} ${quoted(deep)} ${deep.length > 1 ? 'are' : 'is'} more than one level below "${zone}", and Cloudflare's universal certificate covers only one`,
        remedy: `${flat.join('')}${flat.length > 0 ? 'or ' : ''}order an advanced certificate and write edgeCertificate: advanced`,
      });
    }
  }
  return findings;
}

/** One entry for each field: a server name in the wrong zone is one mistake, however many hosts follow from it. */
function byField(hosts: readonly HostAt[]): readonly DecidedHosts[] {
  const fields = new Map<string, DecidedHosts>();
  for (const one of hosts) {
    const key = one.path.join('.');
    fields.set(key, { path: one.path, hosts: [...(fields.get(key)?.hosts ?? []), one] });
  }
  return [...fields.values()];
}

/** Labels of a host in front of the zone; none for the zone itself and for hosts outside it. */
function labelsBelow(name: string, zone: string): readonly string[] {
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1).split('.') : [];
}

function quoted(hosts: readonly HostAt[]): string {
  return hosts.map(({ host: name }) => `"${name}"`).join(', ');
}
