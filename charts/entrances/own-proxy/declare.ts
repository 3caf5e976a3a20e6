import * as z from 'zod';
import { host, ipv4, objectName } from '../../../src/stack/fields.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { entrance } from '../../../src/system/entrance.ts';
import type { Route } from '../../../src/topology/topology.ts';
import { type Backend, backendOf, servicesOf } from './backends.ts';
import { caddyfile } from './caddyfile.ts';
import { nginxConf } from './nginx-conf.ts';

/** Kubernetes' default range for node ports (--service-node-port-range of the API server). */
const FIRST = 30_000;
const LAST = 32_767;
const range = `choose a port from ${FIRST} to ${LAST}`;

const schema = z
  .strictObject({
    address: z
      .union([ipv4, host])
      .optional()
      .describe(
        'A node, or an address that leads to nodes, as the proxy reaches it. It goes together with ports.',
      ),
    ports: z
      .record(objectName, z.int().min(FIRST, range).max(LAST, range))
      .optional()
      .describe(
        'A port of every node for each Service that the proxy leads to, by its name. Default: none; the proxy reaches Services by their own names in the cluster.',
      ),
  })
  .describe('A reverse proxy of your own, outside the cluster or next to it.');

/** A reverse proxy that somebody runs themselves, and how it reaches the stack. */
export type OwnProxy = Backend;

const AT = ['expose', 'public', 'ownProxy'] as const;

/** HTTPS by a reverse proxy that is not in the cluster; SUMMARY.md has its configuration. */
export const ownProxy = entrance({
  via: 'own-proxy',
  key: 'ownProxy',
  doors: ['public'],
  schema,
  example: 'ownProxy: {address: …, ports: {synapse: 30808, …}}, or ownProxy: {} for a proxy in the cluster',
  title: 'your own proxy',
  // What it passes on is said on another machine.
  routeKinds: [],
  choices: ({ address, ports }, at) =>
    (address === undefined) === (ports === undefined)
      ? []
      : [
          {
            code: 'MG006',
            at: [...at],
            what: `expose.public.ownProxy has ${address === undefined ? 'ports, but no address' : 'an address, but no ports'}`,
            remedy: 'write both for node ports, or neither for a proxy in the cluster',
          },
        ],
  resolve: ({ address, ports }): OwnProxy | undefined => {
    if (address === undefined && ports === undefined) return {};
    return address === undefined || ports === undefined ? undefined : { nodes: { address, ports } };
  },
  passer: () => ({ kind: 'peer', id: 'own-proxy', title: 'Your own proxy', where: 'outside', ports: [] }),
  images: {},
  // The proxy ends it.
  tls: () => undefined,
  dns: () => ({ type: 'A', leadsTo: ["your proxy's public address"], who: ['you create it'] }),
  firewall: ({ public: own }) => [
    { port: '443/tcp', from: 'anywhere', to: "your proxy's public address", for: ['all HTTPS'] },
    {
      port: '80/tcp',
      from: 'anywhere',
      to: "your proxy's public address",
      for: ['the redirect to HTTPS, and HTTP-01 challenges if the proxy uses them'],
    },
    ...Object.entries(own?.nodes?.ports ?? {}).map(([service, port]) => ({
      port: `${port}/tcp`,
      from: 'your proxy only',
      to: 'every node',
      for: ['the Service ', { code: service }, ', unencrypted'],
    })),
  ],
  needs: () => [],
  // Both texts try exact paths first, then longer beginnings: nginx does so by itself.
  can: { regex: false, ranks: false, tcp: false, sticky: [] },
  notes: ({ public: own }) =>
    own?.nodes === undefined
      ? [
          "The proxy has to reach the cluster's Services by their names: a proxy in a pod, or on a node that asks the cluster's DNS. For any other, write an address and ports.",
        ]
      : [
          'The node ports answer whoever reaches a node, unencrypted and past the paths of the proxy: /_synapse/admin, too. Keep them closed to everybody but the proxy.',
        ],
  sections: ({ public: own }, _facts, topology) => {
    if (own === undefined) return [];
    const routes = topology.routes.filter(({ door }) => door === 'public');
    const to = (route: Route): string => backendOf(own, topology, route);
    return [
      {
        where: 'summary',
        title: 'What your proxy has to do',
        passages: [
          {
            text: [
              'For nginx, in a file of ',
              { code: '/etc/nginx/conf.d' },
              '; write where your certificates are at each ',
              { code: 'ssl_certificate' },
              ':',
            ],
          },
          { copy: 'nginx', lines: nginxConf(routes, to) },
          { text: ['For Caddy, which asks for its certificates itself:'] },
          { copy: 'caddyfile', lines: caddyfile(routes, to) },
          {
            text: [
              'Any other proxy has to do the same: keep the Host, overwrite ',
              { code: 'X-Forwarded-For' },
              " with the visitor's own address, send ",
              { code: 'X-Forwarded-Proto: https' },
              ', pass paths on as they came (',
              { code: '%2F' },
              ' stays ',
              { code: '%2F' },
              '), carry WebSockets, wait 10 minutes for an answer, and refuse every other path: ',
              { code: '/_synapse/admin' },
              ' above all.',
            ],
          },
        ],
      },
    ];
  },
  check: (own, _door, _hosts, routes) => (own.nodes === undefined ? [] : checkPorts(own.nodes.ports, routes)),
});

/** Every Service has a port, and no two have the same. */
function checkPorts(
  ports: Readonly<Record<string, number>>,
  routes: readonly Route[],
): readonly CheckFinding[] {
  const at = [...AT, 'ports'];
  const needed = servicesOf(routes);
  const missing = needed.filter((name) => ports[name] === undefined);
  const idle = Object.keys(ports).filter((name) => !needed.includes(name));
  const owners = new Map<number, string>();
  const twice = Object.entries(ports).flatMap(([name, port]): readonly CheckFinding[] => {
    const other = owners.get(port);
    owners.set(port, name);
    return other === undefined
      ? []
      : [
          {
            code: 'MG241',
            at: [...at, name],
            other: [...at, other],
            what: `the port ${port} of the nodes already leads to the Service "${other}"`,
            remedy: 'choose a different port',
          },
        ];
  });
  return [
    ...(missing.length === 0
      ? []
      : [
          {
            code: 'MG240' as const,
            at,
            what: `${missing.length > 1 ? 'the Services' : 'the Service'} ${missing.map((name) => `"${name}"`).join(', ')} ${missing.length > 1 ? 'have' : 'has'} no port, so that your proxy cannot reach ${missing.length > 1 ? 'them' : 'it'}`,
            remedy: `add ${missing.map((name) => `${name}: …`).join(', ')} with ports from ${FIRST} to ${LAST}`,
          },
        ]),
    ...idle.map(
      (name): CheckFinding => ({
        code: 'MG240',
        at: [...at, name],
        what: `your proxy leads to no Service "${name}"`,
        remedy: `remove it; the Services are ${needed.join(', ')}`,
      }),
    ),
    ...twice,
  ];
}
