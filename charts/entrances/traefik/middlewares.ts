import type { App } from 'cdk8s';
import {
  Middleware,
  type MiddlewareSpec,
  MiddlewareSpecRateLimitPeriod,
} from '../../../imports/traefik.io.ts';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { objectMeta } from '../../../src/kubernetes/labels.ts';
import type { Door, Route } from '../../../src/topology/topology.ts';
import type { Stack } from '../../stack/stack.ts';
import { entranceAt } from '../index.ts';

/** Something that requests pass on their way. */
export interface Step {
  /** Of its object, in every namespace that needs one. */
  readonly name: string;
  readonly spec: MiddlewareSpec;
  /** Whose it is. @default - everybody's */
  readonly owner?: string;
}

/** Browsers come back with HTTPS only, for a year. */
const HSTS: Step = { name: 'hsts', spec: { headers: { stsSeconds: 31_536_000 } } };

/** Traefik sends it with TLS only, which the entrance in front has ended; browsers ignore it without. */
const HSTS_BEHIND: Step = {
  name: 'hsts-behind',
  spec: { headers: { stsSeconds: 31_536_000, forceStsHeader: true } },
};

/** For the entry point of plain HTTP. */
export const REDIRECT: Step = {
  name: 'redirect-to-https',
  spec: { redirectScheme: { scheme: 'https', permanent: true } },
};

/** Answers of Traefik itself, such as 429, are otherwise hidden from the web client, which is on another host. */
const READABLE: Step = {
  name: 'readable-for-browsers',
  spec: { headers: { customResponseHeaders: { 'Access-Control-Allow-Origin': '*' } } },
};

/**
 * What a route's requests pass, in this order. There is none for the size of bodies: Traefik's `buffering` would hold each
 * upload, and each answer, before it passes it on, and the programs refuse what is too large by themselves.
 */
export function stepsOf(stack: Stack, route: Route): readonly Step[] {
  const isBehind = stack.expose[route.door]?.through !== undefined;
  return [...allowOf(route), isBehind ? HSTS_BEHIND : HSTS, ...limitOf(stack, route)];
}

/** Lets in only the addresses that a route lists: of whoever connects to Traefik, which no header changes. */
function allowOf({ allow, group }: Route): readonly Step[] {
  if (allow === undefined) return [];
  return [
    { name: `${group}-allow`, spec: { ipAllowList: { sourceRange: [...allow.ranges] } }, owner: group },
  ];
}

/**
 * Counts requests by the address that connects; with proxies in front, by the one that the outermost of them saw; behind
 * another entrance, by the header that names the visitor. A visitor has a whole IPv6 network, so a /64 counts as one.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/middlewares/ratelimit/
 */
function limitOf(stack: Stack, { door, limit }: Route): readonly Step[] {
  if (limit === undefined) return [];
  const { proxies } = stack.expose[door]?.settings ?? {};
  const header = stack.expose[door]?.through && entranceAt(stack, door)?.entrance.visitorHeader;
  return [
    READABLE,
    {
      name: `login-limit-${door}`,
      spec: {
        rateLimit: {
          average: limit.requests,
          period: MiddlewareSpecRateLimitPeriod.fromString(`${limit.seconds}s`),
          burst: limit.burst,
          sourceCriterion:
            header === undefined
              ? { ipStrategy: { ...(proxies === undefined ? {} : { depth: proxies }), ipv6Subnet: 64 } }
              : { requestHeaderName: header },
        },
      },
    },
  ];
}

/**
 * The objects for all steps: Traefik looks for them in the namespace of the route.
 *
 * @throws when two steps of one name do something else
 */
export function middlewares(
  app: App,
  stack: Stack,
  steps: readonly (Step & { readonly namespace: string })[],
): void {
  if (steps.length === 0) return;
  const file = new ChartFile(app, 'networking/middlewares.yaml');
  const known = new Map<string, Step>();
  for (const { namespace, ...step } of steps) {
    const { name, spec, owner: id = name } = step;
    const key = `${name}-${namespace}`;
    const other = known.get(key);
    if (other !== undefined) {
      if (JSON.stringify(other) === JSON.stringify(step)) continue;
      throw new Error(`two middlewares of ${namespace} have the name "${name}"`);
    }
    known.set(key, step);
    const owner = { id, role: step.owner ?? 'entrance', instance: stack.name, namespace };
    new Middleware(file, key, { metadata: objectMeta(owner, name), spec });
  }
}

/** Whether a door's hosts are redirected from plain HTTP. */
export function redirects(stack: Stack, door: Door): boolean {
  return stack.expose[door]?.settings.redirect === true;
}
