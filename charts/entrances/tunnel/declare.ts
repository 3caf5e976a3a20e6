import * as z from 'zod';
import { objectName } from '../../../src/stack/fields.ts';
import { entrance } from '../../../src/system/entrance.ts';
import {
  checkHosts,
  NO_PORTS,
  PAST_DNS,
  TUNNEL_CAN,
  tunnelNotes,
  type Zone,
  zoneFields,
} from '../cloudflare.ts';

const schema = z.strictObject({
  kind: z.enum(['ClusterTunnel', 'Tunnel']).optional().describe('Default: ClusterTunnel.'),
  name: objectName.describe('Name of the tunnel object that the operator runs.'),
  ...zoneFields,
});

/** A Cloudflare tunnel, run by an operator in the cluster. */
export interface Tunnel extends Zone {
  readonly kind: 'ClusterTunnel' | 'Tunnel';
  readonly name: string;
}

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
  passer: ({ name }) => ({
    kind: 'peer',
    id: 'tunnel',
    title: `Cloudflare tunnel ${name}`,
    where: 'cluster',
    ports: [],
  }),
  images: {},
  // Cloudflare ends it.
  tls: () => undefined,
  dns: ({ name }) => ({
    type: 'CNAME',
    leadsTo: ['the tunnel ', { code: name }],
    who: ['made by the tunnel operator'],
  }),
  pastDns: PAST_DNS,
  firewall: () => [],
  noPorts: NO_PORTS,
  needs: () => [
    {
      program: 'cloudflare-operator (adyanth)',
      for: 'the tunnel',
      release: ['0.13, with ', { code: 'networking.cfargotunnel.com/v1alpha1' }],
    },
  ],
  can: () => TUNNEL_CAN,
  notes: ({ public: own }) => (own === undefined ? [] : tunnelNotes(own)),
  check: (own, door, hosts) => checkHosts(own, ['expose', door, 'tunnel'], hosts),
});
