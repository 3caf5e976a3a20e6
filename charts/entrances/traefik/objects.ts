import type { App } from 'cdk8s';
import {
  IngressRoute,
  IngressRouteSpecRoutesKind,
  type IngressRouteSpecRoutesServices,
  IngressRouteSpecRoutesServicesKind,
  IngressRouteSpecRoutesServicesPort,
} from '../../../imports/traefik.io.ts';
import { type ChartFile, chartFile } from '../../../src/kubernetes/chart-file.ts';
import { type Owner, objectMeta } from '../../../src/kubernetes/labels.ts';
import type { OpenDoors } from '../../../src/system/open-door.ts';
import { precedence } from '../../../src/topology/routes.ts';
import { DOORS, type Door, type PathMatch, type Route, served } from '../../../src/topology/topology.ts';
import { certificateSecret } from '../../around/certificate-secret.ts';
import type { Stack } from '../../stack/stack.ts';
import { isBehind, type TraefikDoor } from './door.ts';
import { middlewares, REDIRECT, redirects, stepsOf } from './middlewares.ts';
import { tcpIngresses } from './tcp.ts';

/** The objects of Traefik, for the doors that go through it. */
export function traefik(app: App, stack: Stack, doors: OpenDoors<TraefikDoor>): void {
  const isHere = ({ door }: { readonly door: Door }): boolean => doors[door] !== undefined;
  const routes = stack.topology.routes.filter(isHere);
  const redirected = DOORS.filter((door) => isHere({ door }) && redirects(stack, door));
  const steps = routes.flatMap((route) =>
    stepsOf(stack, route).map((step) => ({ ...step, namespace: route.to.namespace })),
  );
  middlewares(app, stack, [...steps, ...redirected.map(() => ({ ...REDIRECT, namespace: stack.namespace }))]);
  ingresses(app, stack, routes, doors);
  tcpIngresses(app, stack, stack.topology.tcpRoutes.filter(isHere));
  for (const door of redirected) {
    redirectRoute(
      app,
      stack,
      door,
      routes.filter((route) => route.door === door),
    );
  }
}

/**
 * One file of IngressRoutes for each group of routes, behind the certificates for its hosts.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/ingressroute/
 */
function ingresses(app: App, stack: Stack, routes: readonly Route[], doors: OpenDoors<TraefikDoor>): void {
  for (const group of new Set(routes.map((route) => route.group))) {
    const file = chartFile(app, `networking/${group}-ingress.yaml`);
    const inGroup = routes.filter((route) => route.group === group);
    for (const together of objects(stack, inGroup, doors)) ingressRoute(file, stack, together);
  }
}

/**
 * Routes of one group that share an entrance, a certificate and a namespace become one object: Traefik looks for
 * Services, middlewares and the certificate in the namespace of the route, unless it was started with
 * `allowCrossNamespace`.
 */
function objects(
  stack: Stack,
  routes: readonly Route[],
  doors: OpenDoors<TraefikDoor>,
): readonly IngressRouteParts[] {
  const found = new Map<string, IngressRouteParts>();
  for (const route of routes) {
    const { group } = served(stack.topology, route).certificate;
    const name = [
      route.group,
      ...(group === route.group ? [] : ['on', group]),
      ...(route.door === 'public' ? ['public'] : []),
    ].join('-');
    const { namespace } = route.to;
    const id = `${name}@${namespace}`;
    const door = doors[route.door];
    // Behind another entrance, that has ended TLS.
    const ended = door !== undefined && isBehind(door);
    const way = ended
      ? { entryPoint: door.entryPoint }
      : {
          entryPoint: stack.cluster.traefik.entryPoints.https,
          secret: certificateSecret(stack, group, route.door),
        };
    // Labels name the group: its routes can lead to several programs, none of which owns the entrance.
    const owner = { id: route.group, role: route.group, instance: stack.name, namespace };
    found.set(id, { id, name, owner, ...way, routes: [...(found.get(id)?.routes ?? []), route] });
  }
  return [...found.values()];
}

/** What one IngressRoute holds. */
interface IngressRouteParts {
  readonly id: string;
  readonly name: string;
  readonly owner: Owner;
  readonly entryPoint: string;
  /** The Secret with its certificate. @default - TLS has ended before */
  readonly secret?: string;
  readonly routes: readonly Route[];
}

function ingressRoute(file: ChartFile, stack: Stack, parts: IngressRouteParts): void {
  const { id, name, owner, entryPoint, secret, routes } = parts;
  new IngressRoute(file, id, {
    metadata: objectMeta(owner, name),
    spec: {
      entryPoints: [entryPoint],
      routes: routes.map((route) => ({
        kind: IngressRouteSpecRoutesKind.RULE,
        match: rule(route.host, route.match),
        priority: priority(route),
        middlewares: stepsOf(stack, route).map((step) => ({ name: step.name })),
        services: [
          {
            name: route.to.service,
            port: IngressRouteSpecRoutesServicesPort.fromNumber(route.to.port),
            ...sticky(route),
          },
        ],
      })),
      ...(secret === undefined ? {} : { tls: { secretName: secret } }),
    },
  });
}

/** Where ACME servers ask for an answer by plain HTTP, whoever gives it. */
const CHALLENGES = '/.well-known/acme-challenge/';

/**
 * Redirects a door's hosts from plain HTTP. It leads to no program: were the middleware lost, nobody would be served
 * without TLS.
 */
function redirectRoute(app: App, stack: Stack, door: Door, routes: readonly Route[]): void {
  const name = door === 'public' ? 'redirect-public' : 'redirect';
  const { namespace } = stack;
  const owner: Owner = { id: 'redirect', role: 'entrance', instance: stack.name, namespace };
  new IngressRoute(chartFile(app, 'networking/redirects.yaml'), name, {
    metadata: objectMeta(owner, name),
    spec: {
      entryPoints: [stack.cluster.traefik.entryPoints.http],
      routes: [...new Set(routes.map(({ host }) => host))].map((host) => ({
        kind: IngressRouteSpecRoutesKind.RULE,
        match: `Host(\`${host}\`) && !PathPrefix(\`${CHALLENGES}\`)`,
        priority: LAST_PRIORITY,
        middlewares: [{ name: REDIRECT.name }],
        services: [{ kind: IngressRouteSpecRoutesServicesKind.TRAEFIK_SERVICE, name: 'noop@internal' }],
      })),
    },
  });
}

/** Above the length of any rule that somebody writes. */
const FIRST_PRIORITY = 100_000;

/**
 * Of a route for everything: above the length of rules for every host, and below that of the shortest rule with which
 * cert-manager answers an HTTP-01 challenge on the same host, which redirects from HTTP lead here:
 * `Host("a.io") && Path("/.well-known/acme-challenge/…")`, with a token of at least 22 characters (RFC 8555, 8.3).
 */
const LAST_PRIORITY = 70;

/**
 * Without one, Traefik takes the length of a rule, and of two that are equal any: the routes of a host are in several
 * objects, and others in the cluster have some for every host.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/
 */
function priority(route: Route): number {
  const isLast = route.match.kind === 'all' && route.rank === undefined;
  return isLast ? LAST_PRIORITY : FIRST_PRIORITY + precedence(route);
}

/** Traefik sets the cookie itself, and knows the pod by it. */
function sticky({ balance }: Route): Pick<IngressRouteSpecRoutesServices, 'sticky'> {
  if (balance?.by !== 'cookie') return {};
  return { sticky: { cookie: { name: balance.name, httpOnly: true, secure: true } } };
}

const MATCHERS = { exact: 'Path', prefix: 'PathPrefix', regex: 'PathRegexp' } as const;

function rule(host: string, match: PathMatch): string {
  const hostRule = `Host(\`${host}\`)`;
  if (match.kind === 'all') return hostRule;
  const paths = match.paths.map((path) => `${MATCHERS[match.kind]}(\`${path}\`)`).join(' || ');
  return `${hostRule} && ${match.paths.length > 1 ? `(${paths})` : paths}`;
}
