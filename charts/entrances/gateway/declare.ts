import * as z from 'zod';
import type { Phrase } from '../../../src/plain/phrase.ts';
import { exactlyOne } from '../../../src/stack/exactly-one.ts';
import { dnsLabel, objectName, shortText } from '../../../src/stack/fields.ts';
import { resolveTls, type TlsSource, tlsSchema } from '../../../src/stack/tls.ts';
import type { FirewallRow } from '../../../src/system/entrance.ts';
import { entrance } from '../../../src/system/entrance.ts';
import type { OpenDoors } from '../../../src/system/open-door.ts';
import { DOORS, type Door } from '../../../src/topology/topology.ts';
import { IMPLEMENTATIONS, type Implementation, KNOWN } from './implementations.ts';

const listenerName = shortText.regex(
  /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/,
  'write the name of a listener of that Gateway, such as https',
);

const listenerPort = z
  .int()
  .min(1, 'choose a port from 1 to 65535')
  .max(65_535, 'choose a port from 1 to 65535');

const schema = z.strictObject({
  implementation: z
    .enum(IMPLEMENTATIONS)
    .describe(
      'The program behind the Gateway: traefik, envoy (Envoy Gateway), cilium, istio or nginx (NGINX Gateway Fabric). It decides what routes can rely on.',
    ),
  use: z
    .strictObject({
      name: objectName.describe('Its name.'),
      namespace: dnsLabel.optional().describe("Its namespace. Default: the stack's own."),
      listener: listenerName
        .optional()
        .describe('Its HTTPS listener for these hosts. Default: every listener that admits them.'),
    })
    .optional()
    .describe('A Gateway that somebody else keeps, with a certificate for these hosts.'),
  create: z
    .strictObject({
      class: objectName.describe('The GatewayClass.'),
      ports: z
        .strictObject({
          https: listenerPort.optional().describe('Default: 443; 8443 with implementation: traefik.'),
          http: listenerPort.optional().describe('Default: 80; 8000 with implementation: traefik.'),
        })
        .optional()
        .describe(
          "Ports of its listeners. With Traefik they have to be those of Traefik's entry points in the pod, not of its Service.",
        ),
      tls: tlsSchema,
    })
    .optional()
    .describe(
      'A Gateway of this stack alone, with an HTTPS listener for each host and a redirect from plain HTTP.',
    ),
});

/** A Gateway of the Gateway API: one that is there, or one that is rendered. */
export type Gateway = { readonly implementation: Implementation } & (
  | {
      readonly use: { readonly name: string; readonly namespace?: string; readonly listener?: string };
    }
  | {
      readonly create: {
        readonly className: string;
        readonly ports: { readonly https: number; readonly http: number };
        readonly tls: TlsSource;
      };
    }
);

function resolve({ implementation, use, create }: z.infer<typeof schema>): Gateway | undefined {
  if (use !== undefined) {
    const { name, namespace, listener } = use;
    return {
      implementation,
      use: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(listener === undefined ? {} : { listener }),
      },
    };
  }
  const tls = resolveTls(create?.tls);
  if (create === undefined || tls === undefined) return undefined;
  const usual = KNOWN[implementation].ports ?? { https: 443, http: 80 };
  const { https = usual.https, http = usual.http } = create.ports ?? {};
  return { implementation, create: { className: create.class, ports: { https, http }, tls } };
}

/** HTTPS by whatever serves the Gateway API in the cluster. */
export const gateway = entrance({
  via: 'gateway',
  key: 'gateway',
  doors: ['public', 'lan'],
  schema,
  example:
    'gateway: {implementation: …, use: {name: …}} or gateway: {implementation: …, create: {class: …, tls: …}}',
  title: 'a Gateway',
  routeKinds: [{ group: 'gateway.networking.k8s.io', kind: 'HTTPRoute' }],
  choices: (written, at) => [
    ...exactlyOne(at, written, ['use', 'create']),
    ...(written.create === undefined
      ? []
      : exactlyOne([...at, 'create', 'tls'], written.create.tls, ['issuer', 'secret'])),
  ],
  resolve,
  passer: (own) => {
    const { title } = KNOWN[own.implementation];
    const which = 'use' in own ? own.use.name : `of class ${own.create.className}`;
    const id = 'use' in own ? own.use.name : `class-${own.create.className}`;
    return {
      kind: 'peer',
      id: `gateway-${id}`,
      title: `Gateway ${which} (${title})`,
      where: 'cluster',
      ports: [],
    };
  },
  images: {},
  tls: (own) => ('create' in own ? own.create.tls : undefined),
  secretAt: ['create', 'tls', 'secret'],
  // Its listeners name Secrets, and other namespaces only with a permission there.
  certificatesIn: 'stack',
  afterCertificate: 'the Gateway goes on serving the old one, which no client trusts',
  dns: (_own, door) => ({
    type: 'A',
    leadsTo: [door === 'public' ? "the Gateway's public address" : "the Gateway's local address"],
    who: [door === 'public' ? 'you create it' : 'you create it, in the local DNS'],
  }),
  firewall: (doors) => DOORS.flatMap((door) => firewall(doors, door)),
  needs: (doors) =>
    [...new Set(DOORS.flatMap((door) => doors[door]?.implementation ?? []))].map((implementation) => ({
      program: KNOWN[implementation].title,
      for: 'HTTPS, by the Gateway API',
      release: [
        ...KNOWN[implementation].release,
        '; the Gateway API 1.2 or newer, which serves ',
        { code: 'gateway.networking.k8s.io/v1' },
      ],
    })),
  can: {
    // Where expressions come among other matches is not specified, and whether they are anchored differs.
    regex: false,
    ranks: false,
    // TLSRoutes are for TLS that the program ends itself only.
    tcp: false,
    // Session persistence is experimental.
    sticky: [],
  },
  limits: ({ implementation }) => KNOWN[implementation].limits,
  notes: (doors) => [...new Set(DOORS.flatMap((door) => notes(doors, door)))],
});

function firewall(doors: OpenDoors<Gateway>, door: Door): readonly FirewallRow[] {
  const own = doors[door];
  if (own === undefined) return [];
  const [from, to] =
    door === 'public'
      ? ['anywhere', "the Gateway's public address"]
      : ['the local network', "the Gateway's local address"];
  const https = door === 'public' ? 'all HTTPS' : 'HTTPS on the local network';
  return [
    { port: '443/tcp', from, to, for: [https] },
    ...('create' in own ? [{ port: '80/tcp', from, to, for: plainHttp(own.create.tls) }] : []),
  ];
}

/** What port 80 is for: certificates may depend on it. */
function plainHttp(tls: TlsSource): Phrase {
  const redirect = 'the redirect to HTTPS';
  if ('secret' in tls || tls.acme === 'dns01' || tls.acme === 'none') return [redirect];
  const challenge: Phrase = ['the HTTP-01 challenges of the issuer ', { code: tls.issuer.name }];
  if (tls.acme === 'http01') return [redirect, '; ', ...challenge];
  return [redirect, '; ', ...challenge, ', if it uses them (write that at ', { code: 'issuer.acme' }, ')'];
}

function notes(doors: OpenDoors<Gateway>, door: Door): readonly string[] {
  const own = doors[door];
  if (own === undefined) return [];
  const { title, keepsClaims, notes: more } = KNOWN[own.implementation];
  return [
    ...('use' in own
      ? [
          `The Gateway ${own.use.name} is not rendered here: its listener has to have a certificate for the hosts above, to admit routes of this namespace (allowedRoutes), and to redirect plain HTTP.`,
          ...(own.use.listener === undefined
            ? [
                `The routes are on every listener of the Gateway ${own.use.name} that admits them: if one is for plain HTTP, passwords are readable on the way. Write gateway.use.listener.`,
              ]
            : []),
        ]
      : []),
    ...('create' in own && own.implementation === 'traefik'
      ? [
          `The listeners of the Gateway have the ports ${own.create.ports.https} and ${own.create.ports.http}: those of Traefik's entry points in its pod. If yours differ, write them at gateway.create.ports, or no route works.`,
        ]
      : []),
    ...(keepsClaims
      ? [
          `Synapse takes a visitor's address from the left-most X-Forwarded-For entry, and ${title} adds the real one behind those that a visitor sends: a visitor can so get around the login limits per address. The limits per account still apply.`,
        ]
      : []),
    ...more,
  ];
}
