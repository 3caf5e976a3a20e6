import { addressOf, portOf, type Route, type Topology, workloadOf } from '../../../src/topology/topology.ts';
import { pathPattern } from '../cloudflare.ts';
import { CLOUDFLARED, type Cloudflared } from './declare.ts';

/** Folders of its files in the container. */
export const CLOUDFLARED_PATHS = {
  config: '/etc/cloudflared/config',
  credentials: '/etc/cloudflared/credentials',
} as const;

/** Seconds that running requests get to end before it stops. */
export const GRACE_SECONDS = 30;

/** One rule: which requests, and to whom. */
interface IngressRule {
  readonly hostname?: string;
  readonly path?: string;
  readonly service: string;
}

/**
 * The file that cloudflared reads. It takes the first rule that fits, and refuses a file whose last one does not fit
 * everything. The program's own options are in the same file as the rules.
 *
 * @see https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/do-more-with-tunnels/local-management/configuration-file/
 */
export function cloudflaredConfig(own: Cloudflared, topology: Topology, routes: readonly Route[]): object {
  const { number } = portOf(workloadOf(topology, CLOUDFLARED), 'metrics');
  return {
    tunnel: own.tunnel,
    'credentials-file': `${CLOUDFLARED_PATHS.credentials}/${own.credentials.key}`,
    ...(own.protocol === 'auto' ? {} : { protocol: own.protocol }),
    'no-autoupdate': true,
    'grace-period': `${GRACE_SECONDS}s`,
    // Go listens on every family for this address.
    metrics: `0.0.0.0:${number}`,
    ingress: [...routes.map((route) => rule(topology, route)), { service: 'http_status:404' }],
  };
}

function rule(topology: Topology, { host, match, to }: Route): IngressRule {
  const path = pathPattern(match);
  return {
    hostname: host,
    ...(path === undefined ? {} : { path }),
    service: addressOf(topology, to).url,
  };
}
