import * as z from 'zod';
import { shortText } from '../../../src/stack/fields.ts';
import { standIns } from '../../../src/stack/reading/salvage.ts';
import { entrance } from '../../../src/system/entrance.ts';
import { secretReference } from '../../../src/system/secret-use.ts';
import type { Workload } from '../../../src/topology/topology.ts';
import {
  checkHosts,
  NO_PORTS,
  PAST_DNS,
  TUNNEL_CAN,
  tunnelNotes,
  type Zone,
  zoneFields,
} from '../cloudflare.ts';

const tunnelId = shortText.regex(
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  'write the id of the tunnel, which cloudflared tunnel list shows: 8 characters, then 4, 4, 4 and 12, with dashes in between',
);
standIns.add(tunnelId, { text: '00000000-0000-4000-8000-000000000000' });

const schema = z.strictObject({
  tunnel: tunnelId.describe('The id of the tunnel, as cloudflared tunnel create prints it.'),
  credentials: secretReference.describe(
    'The Secret with the file that cloudflared tunnel create wrote: <id>.json.',
  ),
  ...zoneFields,
  protocol: z
    .enum(['auto', 'quic', 'http2'])
    .optional()
    .describe(
      'How the tunnel is carried: quic needs 7844/udp, http2 needs 7844/tcp, auto tries quic first. Default: auto.',
    ),
});

/** A Cloudflare tunnel, run by the stack itself. */
export interface Cloudflared extends Zone {
  /** Its id. */
  readonly tunnel: string;
  readonly credentials: { readonly secret: string; readonly key: string };
  readonly protocol: 'auto' | 'quic' | 'http2';
}

/** Its workload. */
export const CLOUDFLARED = 'cloudflared';
const EDGE = 'cloudflare';
const AT = ['expose', 'public', 'cloudflared'] as const;

/** HTTPS from the Internet through a tunnel that the stack's own cloudflared opens, without an operator. */
export const cloudflared = entrance({
  via: 'cloudflared',
  key: 'cloudflared',
  doors: ['public'],
  schema,
  example: 'cloudflared: {tunnel: …, credentials: {fromSecret: …, key: …}, zone: …}',
  title: 'a tunnel',
  // Its rules are the text of a ConfigMap.
  routeKinds: [{ group: '', kind: 'ConfigMap' }],
  resolve: ({ tunnel, credentials, zone, edgeCertificate, protocol }): Cloudflared => ({
    tunnel,
    credentials: { secret: credentials.fromSecret, key: credentials.key },
    zone,
    edgeCertificate: edgeCertificate ?? 'universal',
    protocol: protocol ?? 'auto',
  }),
  passer: () => ({ kind: 'workload', id: CLOUDFLARED, title: 'cloudflared' }),
  images: {
    cloudflared: {
      program: 'cloudflared',
      tag: /^([0-9]{4})\.([0-9]+)\.([0-9]+)$/,
      atLeast: [2025, 8, 0],
      example: '2026.8.2',
      because: 'Cloudflare supports the releases of one year',
      // proxy/path.go of these two: the path is sent on as it was decoded.
      except: {
        tags: /^2026\.8\.[01]$/,
        because: 'it decodes %2F in addresses, so that requests about some rooms and keys reach nobody',
      },
    },
  },
  parts: ({ public: own }, { name, namespace }) => {
    if (own === undefined) return { workloads: [] };
    const { secret, key } = own.credentials;
    const self: Workload = {
      kind: 'workload',
      id: CLOUDFLARED,
      role: 'entrance',
      instance: name,
      namespace,
      title: 'cloudflared',
      hostNetwork: false,
      ports: [{ name: 'metrics', number: 2000, protocol: 'TCP', on: 'pod', purpose: 'metrics' }],
      at: [...AT],
    };
    const protocols = own.protocol === 'auto' ? (['quic', 'http2'] as const) : [own.protocol];
    return {
      workloads: [self],
      peers: [
        {
          kind: 'peer',
          id: EDGE,
          title: 'Cloudflare',
          where: 'outside',
          ports: [
            { name: 'quic', number: 7844, protocol: 'UDP', on: 'pod' },
            { name: 'http2', number: 7844, protocol: 'TCP', on: 'pod' },
          ],
        },
      ],
      flows: protocols.map((port) => ({ from: CLOUDFLARED, to: EDGE, port, why: 'the tunnel' })),
      secretUses: [{ workload: CLOUDFLARED, secret, key, at: [...AT, 'credentials'] }],
    };
  },
  // Cloudflare ends it.
  tls: () => undefined,
  dns: ({ tunnel }, _door, host) => ({
    type: 'CNAME',
    leadsTo: [{ code: `${tunnel}.cfargotunnel.com` }],
    who: ['you create it, proxied: ', { code: `cloudflared tunnel route dns ${tunnel} ${host}` }],
  }),
  pastDns: PAST_DNS,
  firewall: () => [],
  noPorts: NO_PORTS,
  needs: () => [
    {
      program: 'Cloudflare',
      for: 'the tunnel',
      release: [
        'a tunnel that was made with ',
        { code: 'cloudflared tunnel create' },
        ': one that was made on the web pages of Cloudflare ignores the rules rendered here',
      ],
    },
  ],
  can: TUNNEL_CAN,
  notes: ({ public: own }, { isThrough }) => (own === undefined ? [] : tunnelNotes([own], isThrough)),
  check: (own, door, hosts) => checkHosts([{ ...own, at: ['expose', door, 'cloudflared'] }], hosts),
});
