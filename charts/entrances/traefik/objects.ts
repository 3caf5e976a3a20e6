import type { App } from 'cdk8s';
import {
  IngressRoute,
  IngressRouteSpecRoutesKind,
  type IngressRouteSpecRoutesServices,
  IngressRouteSpecRoutesServicesPort,
  Middleware,
} from '../../../imports/traefik.io.ts';
import { ChartFile, chartFile } from '../../../src/kubernetes/chart-file.ts';
import { type Owner, objectMeta } from '../../../src/kubernetes/labels.ts';
import type { TlsSource } from '../../../src/stack/tls.ts';
import type { OpenDoors } from '../../../src/system/open-door.ts';
import { precedence } from '../../../src/topology/routes.ts';
import { type Door, type PathMatch, type Route, served } from '../../../src/topology/topology.ts';
import { certificateSecret } from '../../around/certificate-secret.ts';
import type { Stack } from '../../stack/stack.ts';
import { tcpIngresses } from './tcp.ts';

/** Browsers come back with HTTPS only, for a year. */
const HSTS = { name: 'hsts', seconds: 31_536_000 } as const;

/** The objects of Traefik, for the doors that go through it. */
export function traefik(app: App, stack: Stack, doors: OpenDoors<TlsSource>): void {
  const isHere = ({ door }: { readonly door: Door }): boolean => doors[door] !== undefined;
  const routes = stack.topology.routes.filter(isHere);
  middlewares(app, stack, routes);
  ingresses(app, stack, routes);
  tcpIngresses(app, stack, stack.topology.tcpRoutes.filter(isHere));
}

/**
 * One file of IngressRoutes for each group of routes, behind the certificates for its hosts.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/ingressroute/
 */
function ingresses(app: App, stack: Stack, routes: readonly Route[]): void {
  for (const group of new Set(routes.map((route) => route.group))) {
    const file = chartFile(app, `networking/${group}-ingress.yaml`);
    const inGroup = routes.filter((route) => route.group === group);
    for (const together of objects(stack, inGroup)) ingressRoute(file, stack, together);
  }
}

/** The middleware that every route passes, and those of some: Traefik looks for them in the namespace of the route. */
function middlewares(app: App, stack: Stack, routes: readonly Route[]): void {
  if (routes.length === 0) return;
  const file = new ChartFile(app, 'networking/middlewares.yaml');
  for (const namespace of new Set(routes.map(({ to }) => to.namespace))) {
    const owner: Owner = { id: HSTS.name, role: 'entrance', instance: stack.name, namespace };
    new Middleware(file, `${HSTS.name}-${namespace}`, {
      metadata: objectMeta(owner, HSTS.name),
      spec: { headers: { stsSeconds: HSTS.seconds } },
    });
  }
  for (const { name, namespace, group, ranges } of allowLists(routes)) {
    const owner: Owner = { id: group, role: group, instance: stack.name, namespace };
    new Middleware(file, `${name}-${namespace}`, {
      metadata: objectMeta(owner, name),
      // Without a strategy it is the address that connects to Traefik, which no header changes.
      spec: { ipAllowList: { sourceRange: [...ranges] } },
    });
  }
}

/** The middleware that lets in only the addresses that a route of this group lists. */
function allowName(group: string): string {
  return `${group}-allow`;
}

/** One for each group and namespace. @throws when two routes of a group list different addresses */
function allowLists(routes: readonly Route[]) {
  const found = new Map<
    string,
    { name: string; namespace: string; group: string; ranges: readonly string[] }
  >();
  for (const { allow, group, to } of routes) {
    if (allow === undefined) continue;
    const { ranges } = allow;
    const key = JSON.stringify([group, to.namespace]);
    const other = found.get(key)?.ranges ?? ranges;
    if (other.join() !== ranges.join()) throw new Error(`the routes of ${group} list different addresses`);
    found.set(key, { name: allowName(group), namespace: to.namespace, group, ranges });
  }
  return [...found.values()];
}

/**
 * Routes of one group that share an entrance, a certificate and a namespace become one object: Traefik looks for
 * Services, middlewares and the certificate in the namespace of the route, unless it was started with
 * `allowCrossNamespace`.
 */
function objects(stack: Stack, routes: readonly Route[]): readonly IngressRouteParts[] {
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
    const secret = certificateSecret(stack, group, route.door);
    // Labels name the group: its routes can lead to several programs, none of which owns the entrance.
    const owner = { id: route.group, role: route.group, instance: stack.name, namespace };
    found.set(id, { id, name, owner, secret, routes: [...(found.get(id)?.routes ?? []), route] });
  }
  return [...found.values()];
}

/** What one IngressRoute holds. */
interface IngressRouteParts {
  readonly id: string;
  readonly name: string;
  readonly owner: Owner;
  /** The Secret with its certificate. */
  readonly secret: string;
  readonly routes: readonly Route[];
}

function ingressRoute(file: ChartFile, stack: Stack, parts: IngressRouteParts): void {
  const { id, name, owner, secret, routes } = parts;
  new IngressRoute(file, id, {
    metadata: objectMeta(owner, name),
    spec: {
      entryPoints: [stack.cluster.traefik.entryPoints.https],
      routes: routes.map((route) => ({
        kind: IngressRouteSpecRoutesKind.RULE,
        match: rule(route.host, route.match),
        priority: priority(route),
        middlewares: [
          ...(route.allow === undefined ? [] : [{ name: allowName(route.group) }]),
          { name: HSTS.name },
        ],
        services: [
          {
            name: route.to.service,
            port: IngressRouteSpecRoutesServicesPort.fromNumber(route.to.port),
            ...sticky(route),
          },
        ],
      })),
      tls: { secretName: secret },
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
