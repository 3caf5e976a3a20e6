import type { App } from 'cdk8s';
import { certificateSecret } from '../../constructs/certificate-secret.ts';
import { ChartFile } from '../../constructs/chart-file.ts';
import { objectMeta } from '../../constructs/labels.ts';
import { Certificate } from '../../imports/cert-manager.io.ts';
import {
  IngressRoute,
  IngressRouteSpecRoutesKind,
  IngressRouteSpecRoutesServicesPort,
  Middleware,
} from '../../imports/traefik.io.ts';
import { compareText } from '../../model/diagnostic.ts';
import { doorTls, type Stack } from '../../model/stack.ts';
import { type Party, type PathMatch, party, port, type Route } from '../../model/topology.ts';

/** Browsers come back with HTTPS only, for a year. */
const HSTS = { name: 'hsts', seconds: 31_536_000 } as const;

/** The routes that Traefik carries: all at the LAN door, and the public ones without a tunnel. */
function traefikRoutes(stack: Stack): readonly Route[] {
  return stack.topology.routes.filter(({ door }) => doorTls(stack, door) !== undefined);
}

/**
 * One file of IngressRoutes and Certificates for each group of routes.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/ingressroute/
 */
export function ingresses(app: App, stack: Stack): void {
  const routes = traefikRoutes(stack);
  for (const group of [...new Set(routes.map((route) => route.group))]) {
    const file = new ChartFile(app, `networking/${group}-ingress.yaml`);
    const inGroup = routes.filter((route) => route.group === group);
    certificates(file, stack, routes, group);
    for (const [name, together] of byName(inGroup)) ingressRoute(file, stack, name, together);
  }
}

/** The middleware that every route passes. */
export function middlewares(app: App, stack: Stack): void {
  const [first] = traefikRoutes(stack);
  if (first === undefined) return;
  const file = new ChartFile(app, 'networking/middlewares.yaml');
  const owner: Party = { ...party(stack.topology, first.to), id: HSTS.name, component: 'entrance' };
  new Middleware(file, HSTS.name, {
    metadata: objectMeta(owner, HSTS.name),
    spec: { headers: { stsSeconds: HSTS.seconds } },
  });
}

/** Routes of one group that share an entrance and a certificate become one object. */
function byName(routes: readonly Route[]): ReadonlyMap<string, readonly Route[]> {
  const named = new Map<string, Route[]>();
  for (const route of routes) {
    const name = [
      route.group,
      ...(route.certificate === route.group ? [] : ['on', route.certificate]),
      ...(route.door === 'public' ? ['public'] : []),
    ].join('-');
    named.set(name, [...(named.get(name) ?? []), route]);
  }
  return named;
}

/** Labels name the group: its routes can lead to several programs, none of which owns the entrance. */
function groupOwner(stack: Stack, route: Route, group: string): Party {
  return { ...party(stack.topology, route.to), id: group, component: group };
}

function ingressRoute(file: ChartFile, stack: Stack, name: string, routes: readonly Route[]): void {
  const [first] = routes;
  if (first === undefined) return;
  new IngressRoute(file, name, {
    metadata: objectMeta(groupOwner(stack, first, first.group), name),
    spec: {
      entryPoints: [stack.cluster.traefik.entryPoints.https],
      routes: routes.map((route) => {
        const target = party(stack.topology, route.to);
        return {
          kind: IngressRouteSpecRoutesKind.RULE,
          match: rule(route.host, route.match),
          middlewares: [{ name: HSTS.name }],
          services: [
            {
              name: target.service ?? target.id,
              port: IngressRouteSpecRoutesServicesPort.fromNumber(port(target, route.port).service ?? 0),
            },
          ],
        };
      }),
      tls: { secretName: certificateSecret(stack, first.certificate, first.door) },
    },
  });
}

function rule(host: string, match: PathMatch): string {
  const hostRule = `Host(\`${host}\`)`;
  if (match.kind === 'all') return hostRule;
  const matcher = match.kind === 'exact' ? 'Path' : 'PathPrefix';
  const paths = match.paths.map((path) => `${matcher}(\`${path}\`)`).join(' || ');
  return `${hostRule} && ${match.paths.length > 1 ? `(${paths})` : paths}`;
}

/** A certificate for the hosts of a group at each door that asks cert-manager for them. */
function certificates(file: ChartFile, stack: Stack, routes: readonly Route[], group: string): void {
  for (const door of ['lan', 'public'] as const) {
    const source = doorTls(stack, door);
    if (source === undefined || 'secret' in source) continue;
    const covered = routes.filter((route) => route.certificate === group && route.door === door);
    const [first] = covered;
    if (first === undefined) continue;
    const name = certificateSecret(stack, group, door);
    new Certificate(file, name, {
      metadata: objectMeta(groupOwner(stack, first, group), name),
      spec: {
        secretName: name,
        dnsNames: [...new Set(covered.map(({ host }) => host))].sort(compareText),
        issuerRef: { group: 'cert-manager.io', ...source.issuer },
      },
    });
  }
}
