import type { Phrase } from '../../../src/plain/phrase.ts';
import { exactlyOne } from '../../../src/stack/exactly-one.ts';
import { resolveTls, type TlsSource, tlsSchema } from '../../../src/stack/tls.ts';
import { entrance } from '../../../src/system/entrance.ts';
import { checkEntryPoint, isBehind, type TraefikDoor } from './door.ts';
import { traefikNotes } from './notes.ts';

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
  resolve: (written): TraefikDoor | undefined => resolveTls(written),
  passer: () => ({ kind: 'peer', id: 'traefik', title: 'Traefik', where: 'cluster', ports: [] }),
  images: {},
  tls: (own) => (isBehind(own) ? undefined : own),
  secretAt: ['secret'],
  afterCertificate: 'Traefik then serves its own certificate, which no client trusts',
  dns: (_own, door) => ({
    type: 'A',
    leadsTo: [door === 'public' ? "Traefik's public address" : "Traefik's local address"],
    who: [door === 'public' ? 'you create it' : 'you create it, in the local DNS'],
  }),
  firewall: ({ public: anybody, lan }, settings) => [
    ...(anybody === undefined || isBehind(anybody)
      ? []
      : [
          { port: '443/tcp', from: 'anywhere', to: "Traefik's public address", for: ['all HTTPS'] },
          {
            port: '80/tcp',
            from: 'anywhere',
            to: "Traefik's public address",
            for: plainHttp(anybody, settings.public?.redirect === true),
          },
        ]),
    ...(lan === undefined || isBehind(lan)
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
          ...(settings.lan?.redirect === true
            ? [
                {
                  port: '80/tcp',
                  from: 'the local network',
                  to: "Traefik's local address",
                  for: ['the redirect to HTTPS'],
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
  can: {
    regex: true,
    tcp: true,
    sticky: ['cookie'],
    allow: true,
    door: ['redirect', 'rateLimit', 'proxies'],
    doorBehind: ['rateLimit'],
  },
  notes: traefikNotes,
  checkBehind: (own, at, facts) => (isBehind(own) ? checkEntryPoint(own, at, facts) : []),
});

function challenge(issuer: string): Phrase {
  return ['the HTTP-01 challenges of the issuer ', { code: issuer }];
}

/** What port 80 is for at the public address: certificates may depend on it, people's old links do. */
function plainHttp(tls: TlsSource, redirects: boolean): Phrase {
  const redirect = `the redirect to HTTPS${redirects ? '' : ', if Traefik does that'}`;
  if ('secret' in tls || tls.acme === 'dns01' || tls.acme === 'none') return [redirect];
  if (tls.acme === 'http01') return [...challenge(tls.issuer.name), `; ${redirect}`];
  return [
    ...challenge(tls.issuer.name),
    ', if it uses them (write that at ',
    { code: 'issuer.acme' },
    `); ${redirect}`,
  ];
}
