import type { App } from 'cdk8s';
import {
  HttpRoute,
  type HttpRouteSpecParentRefs,
  type HttpRouteSpecRules,
  HttpRouteSpecRulesFiltersType,
  type HttpRouteSpecRulesMatches,
  HttpRouteSpecRulesMatchesPathType,
} from '../../../imports/gateway.networking.k8s.io.ts';
import { chartFile } from '../../../src/kubernetes/chart-file.ts';
import { type Owner, objectMeta } from '../../../src/kubernetes/labels.ts';
import { type Door, type PathMatch, type Route, served } from '../../../src/topology/topology.ts';
import type { Stack } from '../../stack/stack.ts';
import type { Gateway } from './declare.ts';
import { KNOWN } from './implementations.ts';

/** Browsers come back with HTTPS only, for a year. */
const HSTS = { name: 'Strict-Transport-Security', value: 'max-age=31536000' } as const;

/** The one listener of a Gateway with one certificate for all its hosts. */
export const ALL_HOSTS = 'https';

/** Rules that one HTTPRoute may have. */
const MOST_RULES = 16;

/** One HTTPRoute: the hosts that it is for, and the routes of each of them, which are the same. */
interface RouteObject {
  readonly name: string;
  readonly owner: Owner;
  readonly hosts: readonly string[];
  readonly routes: readonly Route[];
}

/**
 * One file of HTTPRoutes for each group of routes, behind the certificates for its hosts.
 *
 * @param created name of the Gateway, where it is rendered
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
export function httpRoutes(app: App, stack: Stack, door: Door, own: Gateway, created: string): void {
  const routes = stack.topology.routes.filter((route) => route.door === door);
  for (const group of new Set(routes.map((route) => route.group))) {
    const file = chartFile(app, `networking/${group}-ingress.yaml`);
    for (const one of routeObjects(
      stack,
      door,
      routes.filter((route) => route.group === group),
    )) {
      new HttpRoute(file, `${one.name}@${one.owner.namespace}`, {
        metadata: objectMeta(one.owner, one.name),
        spec: {
          parentRefs: parents(stack, own, created, one),
          hostnames: [...one.hosts],
          rules: one.routes.map((route) => rule(route, own)),
        },
      });
    }
  }
}

/** Routes that share a certificate and a namespace: hosts with the same routes are in one object. */
function routeObjects(stack: Stack, door: Door, routes: readonly Route[]): readonly RouteObject[] {
  const buckets = new Map<string, { readonly name: string; readonly namespace: string; routes: Route[] }>();
  for (const route of routes) {
    const { group } = served(stack.topology, route).certificate;
    const parts = [route.group, ...(group === route.group ? [] : ['on', group])];
    const name = [...parts, ...(door === 'public' ? ['public'] : [])].join('-');
    const { namespace } = route.to;
    const known = buckets.get(`${name}@${namespace}`) ?? { name, namespace, routes: [] };
    known.routes.push(route);
    buckets.set(`${name}@${namespace}`, known);
  }
  return [...buckets.values()].flatMap((bucket) =>
    inObjects(stack, bucket.name, bucket.namespace, bucket.routes),
  );
}

function inObjects(
  stack: Stack,
  name: string,
  namespace: string,
  routes: readonly Route[],
): readonly RouteObject[] {
  const alike = new Map<string, { hosts: string[]; routes: readonly Route[] }>();
  for (const host of new Set(routes.map((route) => route.host))) {
    const own = routes.filter((route) => route.host === host);
    const key = JSON.stringify(own.map(({ host: _, ...route }) => route));
    const known = alike.get(key) ?? { hosts: [], routes: own };
    known.hosts.push(host);
    alike.set(key, known);
  }
  const [group = name] = routes.map((route) => route.group);
  // Labels name the group: its routes can lead to several programs, none of which owns the entrance.
  const owner: Owner = { id: group, role: group, instance: stack.name, namespace };
  const parts = [...alike.values()].flatMap((one) =>
    Array.from({ length: Math.ceil(one.routes.length / MOST_RULES) }, (_, index) => ({
      hosts: one.hosts,
      routes: one.routes.slice(index * MOST_RULES, (index + 1) * MOST_RULES),
    })),
  );
  return parts.map((one, index) => ({ ...one, owner, name: index === 0 ? name : `${name}-${index + 1}` }));
}

function parents(
  stack: Stack,
  own: Gateway,
  created: string,
  { owner, hosts }: RouteObject,
): HttpRouteSpecParentRefs[] {
  if ('create' in own) {
    const elsewhere = owner.namespace === stack.namespace ? {} : { namespace: stack.namespace };
    const listeners = 'secret' in own.create.tls ? [ALL_HOSTS] : hosts;
    return listeners.map((sectionName) => ({ name: created, ...elsewhere, sectionName }));
  }
  const { name, namespace = stack.namespace, listener } = own.use;
  return [
    {
      name,
      ...(namespace === owner.namespace ? {} : { namespace }),
      ...(listener === undefined ? {} : { sectionName: listener }),
    },
  ];
}

function rule({ match, to }: Route, { implementation }: Gateway): HttpRouteSpecRules {
  return {
    ...(match.kind === 'all' ? {} : { matches: matches(match) }),
    filters: [
      {
        type: HttpRouteSpecRulesFiltersType.RESPONSE_HEADER_MODIFIER,
        responseHeaderModifier: { set: [HSTS] },
      },
    ],
    backendRefs: [{ name: to.service, port: to.port }],
    // As long as the program takes: long polls, uploads and WebSockets last longer than any default.
    ...(KNOWN[implementation].timeouts ? { timeouts: { request: '0s' } } : {}),
  };
}

const TYPES = {
  exact: HttpRouteSpecRulesMatchesPathType.EXACT,
  prefix: HttpRouteSpecRulesMatchesPathType.PATH_PREFIX,
  regex: HttpRouteSpecRulesMatchesPathType.REGULAR_EXPRESSION,
} as const;

/** A beginning of a path is compared by whole elements here: `/a` and `/a/` are `/a` and everything below. */
function matches(match: Exclude<PathMatch, { readonly kind: 'all' }>): HttpRouteSpecRulesMatches[] {
  return match.paths.map((value) => ({ path: { type: TYPES[match.kind], value } }));
}
