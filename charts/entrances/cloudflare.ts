import * as z from 'zod';
import { host } from '../../src/stack/fields.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import type { Path } from '../../src/stack/reading/yaml-source.ts';
import type { Abilities, HostAt } from '../../src/system/entrance.ts';
import type { PathMatch } from '../../src/topology/topology.ts';

// What holds for every tunnel of Cloudflare, whoever runs its inner end.

/** The settings about the zone, for the schema of an entrance. */
export const zoneFields = {
  zone: host.describe('The Cloudflare DNS zone of the hosts, such as example.org.'),
  edgeCertificate: z
    .enum(['universal', 'advanced'])
    .optional()
    .describe(
      "Cloudflare's certificate for the zone: universal covers the zone and names one level below it, advanced covers what you ordered. Default: universal.",
    ),
};

/** What the settings about the zone come to. */
export interface Zone {
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

/** What a tunnel does for routes, and where Cloudflare limits them. */
export const TUNNEL_CAN: Abilities = {
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
};

/** https://developers.cloudflare.com/dns/proxy-status/: the proxy carries HTTP only, and is the default for new records. */
export const PAST_DNS = 'as "DNS only": the Cloudflare proxy does not carry call traffic';

/** Why no port is open. */
export const NO_PORTS =
  'HTTPS from the Internet needs no open port: the tunnel is opened from inside (7844/tcp and udp, outbound).';

/** The zone that a host is in, the longest of several; the first one for a host outside all of them. */
export function zoneFor<One extends Zone>(zones: readonly [One, ...One[]], name: string): One {
  const fitting = zones.filter(({ zone }) => isIn(zone, name));
  return fitting.toSorted((a, b) => b.zone.length - a.zone.length)[0] ?? zones[0];
}

function isIn(zone: string, name: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/**
 * The header in which Cloudflare names the visitor, over whatever visitors send.
 *
 * @see https://developers.cloudflare.com/fundamentals/reference/http-headers/
 */
export const VISITOR_HEADER = 'Cf-Connecting-Ip';

/**
 * What people should know of any tunnel before it goes live.
 *
 * @param isThrough true where it leads to another entrance, which has its own to say of visitors' addresses
 */
export function tunnelNotes(zones: readonly Zone[], isThrough: boolean): readonly string[] {
  const named = zones.map(({ zone }) => zone).join(' and ');
  return [
    'Cloudflare terminates TLS for the public hosts: it can read everything that is not end-to-end encrypted, including passwords at login.',
    ...(isThrough
      ? []
      : [
          "Synapse takes a visitor's address from the left-most X-Forwarded-For entry, and the tunnel leads straight to it: a visitor can send an entry of their own, and so get around the login limits per address. The limits per account still apply.",
        ]),
    `The tunnel carries plain HTTP as well as HTTPS: anyone who types http:// or follows an old link sends a password unencrypted to Cloudflare. Turn on "Always Use HTTPS" and "HTTP Strict Transport Security (HSTS)" for the ${zones.length > 1 ? 'zones' : 'zone'} ${named} at Cloudflare (SSL/TLS, Edge Certificates).`,
  ];
}

/**
 * The regular expression for a path; undefined for every path. cloudflared searches the decoded path for it, so it is
 * anchored.
 *
 * @see https://github.com/cloudflare/cloudflared (ingress/rule.go)
 */
export function pathPattern(match: PathMatch): string | undefined {
  if (match.kind === 'all') return undefined;
  if (match.kind === 'regex') {
    return match.paths.length > 1 ? match.paths.map((path) => `(${path})`).join('|') : match.paths[0];
  }
  const paths = match.paths.map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const either = paths.length > 1 ? `(${paths.join('|')})` : (paths[0] ?? '');
  return `^${either}${match.kind === 'exact' ? '$' : ''}`;
}

/** Hosts that one field decides, and where each is set on its own. */
interface DecidedHosts {
  readonly path: Path;
  readonly hosts: readonly HostAt[];
}

/** A zone, and the part of the stack file that says it. */
export type ZoneAt = Zone & { readonly at: Path };

/** Tunnels carry only HTTPS for hosts of their zones that the edge certificate covers. */
export function checkHosts(
  zones: readonly [ZoneAt, ...ZoneAt[]],
  all: readonly HostAt[],
): readonly CheckFinding[] {
  return byField(all).flatMap(({ path, hosts }) => [
    ...outsideOf(zones, path, hosts),
    ...zones
      .filter(({ edgeCertificate }) => edgeCertificate === 'universal')
      .flatMap((zone) =>
        tooDeep(
          zone,
          path,
          hosts.filter(({ host: name }) => zoneFor(zones, name) === zone),
        ),
      ),
  ]);
}

function outsideOf(
  zones: readonly [ZoneAt, ...ZoneAt[]],
  path: Path,
  hosts: readonly HostAt[],
): readonly CheckFinding[] {
  const outside = hosts.filter(({ host: name }) => !zones.some(({ zone }) => isIn(zone, name)));
  if (outside.length === 0) return [];
  const several = outside.length > 1;
  const where =
    zones.length > 1
      ? `the zones of the tunnels, ${zones.map(({ zone }) => `"${zone}"`).join(' and ')}`
      : `the tunnel's zone "${zones[0].zone}"`;
  return [
    {
      code: 'MG024',
      at: path,
      other: [...zones[0].at, 'zone'],
      what: `the ${several ? 'hosts' : 'host'} ${quoted(outside)} ${several ? 'are' : 'is'} outside ${where}`,
      remedy: `use ${several ? 'hosts' : 'a host'} below ${zones.map(({ zone }) => zone).join(' or ')}, or correct the zone`,
    },
  ];
}

function tooDeep({ zone, at }: ZoneAt, path: Path, hosts: readonly HostAt[]): readonly CheckFinding[] {
  const deep = hosts.filter(({ host: name }) => labelsBelow(name, zone).length > 1);
  if (deep.length === 0) return [];
  const flat = deep.flatMap(({ host: name, setting }) =>
    setting === undefined ? [] : [`write ${setting}: ${labelsBelow(name, zone).join('-')}.${zone}, `],
  );
  return [
    {
      code: 'MG023',
      at: path,
      other: [...at, 'edgeCertificate'],
      what: `the ${deep.length > 1 ? 'hosts' : 'host'} ${quoted(deep)} ${deep.length > 1 ? 'are' : 'is'} more than one level below "${zone}", and Cloudflare's universal certificate covers only one`,
      remedy: `${flat.join('')}${flat.length > 0 ? 'or ' : ''}order an advanced certificate and write edgeCertificate: advanced`,
    },
  ];
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
