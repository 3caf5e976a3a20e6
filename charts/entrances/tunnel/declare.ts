import { entrance } from '../../../src/system/entrance.ts';
import { checkHosts, NO_PORTS, PAST_DNS, TUNNEL_CAN, tunnelNotes, VISITOR_HEADER } from '../cloudflare.ts';
import { allTunnels, checkTunnels, placeOf, resolveTunnels, tunnelFor, tunnelSchema } from './tunnels.ts';

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
  passer: (own) => {
    const names = allTunnels(own).map(({ name }) => name);
    return {
      kind: 'peer',
      id: 'tunnel',
      title: `Cloudflare ${names.length > 1 ? 'tunnels' : 'tunnel'} ${names.join(' and ')}`,
      where: 'cluster',
      ports: [],
    };
  },
  images: {},
  // Cloudflare ends it.
  tls: () => undefined,
  visitorHeader: VISITOR_HEADER,
  dns: (own, _door, host) => ({
    type: 'CNAME',
    leadsTo: ['the tunnel ', { code: tunnelFor(own, host).name }],
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
  can: { ...TUNNEL_CAN, through: true },
  notes: ({ public: own }, { isThrough }) =>
    own === undefined ? [] : tunnelNotes(allTunnels(own), isThrough),
  check: (own, door, hosts) => {
    const at = ['expose', door, 'tunnel'];
    const [main, ...others] = allTunnels(own);
    return checkHosts(
      [{ ...main, at }, ...others.map((one, index) => ({ ...one, at: placeOf(at, index + 1) }))],
      hosts,
    );
  },
});
