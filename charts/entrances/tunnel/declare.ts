import { entrance } from '../../../src/system/entrance.ts';
import { checkHosts, checkTunnels } from './check.ts';
import { allTunnels, resolveTunnels, tunnelFor, tunnelSchema } from './tunnels.ts';

/** What Cloudflare accepts in one request on its free and professional plans, in MB of 10^6 bytes. */
const UPLOAD_MB = 100;
/** Seconds between two reads from the tunnel. @see https://developers.cloudflare.com/fundamentals/reference/connection-limits/ */
const READ_SECONDS = 120;
const GIVES_UP = {
  most: READ_SECONDS,
  what: `Cloudflare gives up on a program that sends nothing for ${READ_SECONDS} seconds`,
};

/** What a tunnel straight to the homeserver weakens. */
const STRAIGHT =
  "Synapse takes a visitor's address from the left-most X-Forwarded-For entry, and the tunnel leads straight to it: a visitor can send an entry of their own, and so get around the login limits per address. The limits per account still apply.";

/** HTTPS from the Internet through a tunnel that is opened from inside, by adyanth's cloudflare-operator. */
export const tunnel = entrance({
  via: 'tunnel',
  key: 'tunnel',
  doors: ['public'],
  schema: tunnelSchema,
  example: 'tunnel: {name: …, zone: …}',
  title: 'a tunnel',
  routeKinds: [{ group: 'networking.cfargotunnel.com', kind: 'TunnelBinding' }],
  choices: checkTunnels,
  resolve: resolveTunnels,
  peer: (own) => {
    const names = allTunnels(own).map(({ name }) => name);
    return {
      kind: 'peer',
      id: 'tunnel',
      title: `Cloudflare ${names.length > 1 ? 'tunnels' : 'tunnel'} ${names.join(' and ')}`,
      where: 'cluster',
      ports: [],
    };
  },
  // Cloudflare ends it.
  tls: () => undefined,
  // https://developers.cloudflare.com/fundamentals/reference/http-headers/: the edge writes it, over what visitors send.
  visitorHeader: 'Cf-Connecting-Ip',
  dns: (own, _door, host) => ({
    type: 'CNAME',
    leadsTo: ['the tunnel ', { code: tunnelFor(own, host).name }],
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
    through: true,
    timeouts: { request: GIVES_UP, idle: GIVES_UP },
    body: {
      most: UPLOAD_MB * 1_000_000,
      what: `Cloudflare refuses requests above ${UPLOAD_MB} MB on most plans`,
    },
  },
  notes: ({ public: own }, { isThrough }) =>
    own === undefined
      ? []
      : [
          'Cloudflare terminates TLS for the public hosts: it can read everything that is not end-to-end encrypted, including passwords at login.',
          ...(isThrough ? [] : [STRAIGHT]),
          `The tunnel carries plain HTTP as well as HTTPS: anyone who types http:// or follows an old link sends a password unencrypted to Cloudflare. Turn on "Always Use HTTPS" and "HTTP Strict Transport Security (HSTS)" for the ${own.others.length > 0 ? 'zones' : 'zone'} ${allTunnels(
            own,
          )
            .map(({ zone }) => zone)
            .join(' and ')} at Cloudflare (SSL/TLS, Edge Certificates).`,
        ],
  check: (own, door, hosts) => checkHosts(own, ['expose', door, 'tunnel'], hosts),
});
