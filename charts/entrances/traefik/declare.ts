import type { Phrase } from '../../../src/plain/phrase.ts';
import { exactlyOne } from '../../../src/stack/exactly-one.ts';
import { dotted } from '../../../src/stack/reading/yaml-source.ts';
import { resolveTls, type TlsSource, tlsSchema } from '../../../src/stack/tls.ts';
import { entrance, type NoteFacts } from '../../../src/system/entrance.ts';

/** Seconds that Traefik gives a request to arrive, its body included, unless its entry point says otherwise. */
const READ_SECONDS = 60;
/** Mbit/s that the slowest person uploads with whom a limit should not leave out: by DSL, and by a poor Wi-Fi. */
const SLOWEST = { public: 2, lan: 50 } as const;

/** HTTPS by the Traefik that the cluster has; its settings are where its certificates come from. */
export const traefik = entrance({
  via: 'traefik',
  key: 'tls',
  doors: ['public', 'lan'],
  schema: tlsSchema,
  example: 'tls: {issuer: {name: …}} or tls: {secret: …}',
  title: 'Traefik',
  routeKinds: [
    { group: 'traefik.io', kind: 'IngressRoute' },
    { group: 'traefik.io', kind: 'IngressRouteTCP' },
  ],
  choices: (written, at) => exactlyOne(at, written, ['issuer', 'secret']),
  resolve: resolveTls,
  passer: () => ({ kind: 'peer', id: 'traefik', title: 'Traefik', where: 'cluster', ports: [] }),
  images: {},
  tls: (own: TlsSource) => own,
  secretAt: ['secret'],
  afterCertificate: 'Traefik then serves its own certificate, which no client trusts',
  dns: (_own, door) => ({
    type: 'A',
    leadsTo: [door === 'public' ? "Traefik's public address" : "Traefik's local address"],
    who: [door === 'public' ? 'you create it' : 'you create it, in the local DNS'],
  }),
  firewall: ({ public: anybody, lan }) => [
    ...(anybody === undefined
      ? []
      : [
          { port: '443/tcp', from: 'anywhere', to: "Traefik's public address", for: ['all HTTPS'] },
          { port: '80/tcp', from: 'anywhere', to: "Traefik's public address", for: plainHttp(anybody) },
        ]),
    ...(lan === undefined
      ? []
      : [
          {
            port: '443/tcp',
            from: 'the local network',
            to: "Traefik's local address",
            for: ['HTTPS on the local network'],
          },
          ...('issuer' in lan && lan.acme === 'http01'
            ? [
                {
                  port: '80/tcp',
                  from: 'the ACME server',
                  to: "Traefik's local address",
                  for: challenge(lan.issuer.name),
                },
              ]
            : []),
        ]),
  ],
  needs: () => [
    {
      program: 'Traefik',
      for: 'HTTPS',
      release: [
        '3, but not 3.6.4 to 3.6.6: they refuse ',
        { code: '%23' },
        ' and ',
        { code: '%2F' },
        ' in addresses, so that rooms cannot be found by their aliases',
      ],
    },
  ],
  // Its hashing takes the address of whoever connects, which is another proxy's more often than the client's.
  can: () => ({ regex: true, tcp: true, sticky: ['cookie'], allow: true }),
  notes: ({ public: anybody }, facts) => [
    ...(anybody === undefined
      ? []
      : [
          `Nothing rendered here answers on port 80: anyone who types a host without https:// gets no answer unless Traefik redirects. Start Traefik with --entryPoints.web.http.redirections.entryPoint.to=${facts.entryPoint} (web is its usual name for port 80).`,
        ]),
    ...slowUploads(anybody === undefined ? SLOWEST.lan : SLOWEST.public, facts),
    ...sourceAddresses(facts),
  ],
});

function challenge(issuer: string): Phrase {
  return ['the HTTP-01 challenges of the issuer ', { code: issuer }];
}

/** What port 80 is for at the public address: certificates may depend on it, people's old links do. */
function plainHttp(tls: TlsSource): Phrase {
  const redirect = 'the redirect to HTTPS, if Traefik does that';
  if ('secret' in tls || tls.acme === 'dns01' || tls.acme === 'none') return [redirect];
  if (tls.acme === 'http01') return [...challenge(tls.issuer.name), `; ${redirect}`];
  return [
    ...challenge(tls.issuer.name),
    ', if it uses them (write that at ',
    { code: 'issuer.acme' },
    `); ${redirect}`,
  ];
}

/** Lists of addresses are compared with the one that connects to Traefik, which another program may have replaced. */
function sourceAddresses({ routes }: NoteFacts): readonly string[] {
  const hosts = [...new Set(routes.flatMap(({ allow, host }) => (allow === undefined ? [] : [host])))];
  if (hosts.length === 0) return [];
  return [
    `Traefik lets in to ${hosts.join(' and ')} only the addresses that are listed above, and compares them with the address that connects to it. With externalTrafficPolicy: Cluster (the default) on Traefik's Service, or a proxy in front of it, that is an address of a node or a pod for everybody, also behind the ServiceLB of K3s: set externalTrafficPolicy: Local. Then open the page from an address that is not listed: the answer has to be 403.`,
  ];
}

/** The largest upload, if Traefik would cut it off: its time limit is set where it starts, not by any object of ours. */
function slowUploads(slowest: number, { entryPoint, routes }: NoteFacts): readonly string[] {
  const [body] = routes.flatMap((one) => one.body ?? []).sort((a, b) => b.bytes - a.bytes);
  if (body === undefined) return [];
  const megabits = (body.bytes * 8) / 1_000_000;
  if (megabits <= READ_SECONDS * slowest) return [];
  const needed = Math.ceil(megabits / READ_SECONDS);
  const seconds = Math.ceil(megabits / slowest / 60) * 60;
  const option = `--entryPoints.${entryPoint}.transport.respondingTimeouts.readTimeout=${seconds}s`;
  return [
    `Traefik cuts off a request that takes more than ${READ_SECONDS} seconds to arrive. A file of ${body.text} (${dotted(body.decidedBy)}) needs ${needed} Mbit/s for that: slower uploads always fail. Start Traefik with ${option}, which is enough for ${slowest} Mbit/s.`,
  ];
}
