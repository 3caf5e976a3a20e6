import type { App } from 'cdk8s';
import { certificateSecret } from '../../constructs/certificate-secret.ts';
import { ChartFile } from '../../constructs/chart-file.ts';
import { type Owner, objectMeta } from '../../constructs/labels.ts';
import {
  IngressRoute,
  IngressRouteSpecRoutesKind,
  type IngressRouteSpecRoutesServices,
  IngressRouteSpecRoutesServicesPort,
  Middleware,
} from '../../imports/traefik.io.ts';
import type { OpenDoors } from '../../model/entrances/entrance.ts';
import { precedence } from '../../model/routes.ts';
import type { Stack } from '../../model/stack.ts';
import type { TlsSource } from '../../model/tls.ts';
import { claimOf, type Door, type HostClaim, type PathMatch, type Route } from '../../model/topology.ts';
import { certificates, groupOwner } from './certificates.ts';

/** Browsers come back with HTTPS only, for a year. */
const HSTS = { name: 'hsts', seconds: 31_536_000 } as const;

/** The objects of Traefik, for the doors that go through it. */
export function traefik(app: App, stack: Stack, doors: OpenDoors<TlsSource>): void {
  const isHere = ({ door }: { readonly door: Door }): boolean => doors[door] !== undefined;
  const routes = stack.topology.routes.filter(isHere);
  middlewares(app, stack, routes);
  ingresses(app, stack, routes, stack.topology.hosts.filter(isHere));
}

/**
 * One file of Certificates and IngressRoutes for each group of hosts and routes.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/ingressroute/
 */
function ingresses(app: App, stack: Stack, routes: readonly Route[], claims: readonly HostClaim[]): void {
  const groups = [...routes.map(({ group }) => group), ...claims.map(({ certificate }) => certificate.group)];
  for (const group of new Set(groups)) {
    const file = new ChartFile(app, `networking/${group}-ingress.yaml`);
    certificates(file, stack, claims, group);
    const inGroup = routes.filter((route) => route.group === group);
    for (const [name, together] of byName(stack, inGroup)) ingressRoute(file, stack, name, together);
  }
}

/** The middleware that every route passes: Traefik looks for it in the namespace of the route. */
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
}

/** Routes of one group that share an entrance and a certificate become one object. */
function byName(stack: Stack, routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const named = new Map<string, Route[]>();
  for (const route of routes) {
    const { certificate } = claimOf(stack.topology, route);
    const name = [
      route.group,
      ...(certificate.group === route.group ? [] : ['on', certificate.group]),
      ...(route.door === 'public' ? ['public'] : []),
    ].join('-');
    named.set(name, [...(named.get(name) ?? []), route]);
  }
  return named;
}

function ingressRoute(file: ChartFile, stack: Stack, name: string, routes: readonly Route[]): void {
  const [first] = routes;
  if (first === undefined) return;
  const { certificate } = claimOf(stack.topology, first);
  new IngressRoute(file, name, {
    metadata: objectMeta(groupOwner(stack, first.group, first.to.namespace), name),
    spec: {
      entryPoints: [stack.cluster.traefik.entryPoints.https],
      routes: routes.map((route) => ({
        kind: IngressRouteSpecRoutesKind.RULE,
        match: rule(route.host, route.match),
        priority: priority(route),
        middlewares: [{ name: HSTS.name }],
        services: [
          {
            name: route.to.service,
            port: IngressRouteSpecRoutesServicesPort.fromNumber(route.to.port),
            ...sticky(route),
          },
        ],
      })),
      tls: { secretName: certificateSecret(stack, certificate.group, first.door) },
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
