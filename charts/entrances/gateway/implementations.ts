import type { Phrase } from '../../../src/plain/phrase.ts';
import type { Abilities } from '../../../src/system/entrance.ts';

/** The programs behind a Gateway of which something is known. */
export const IMPLEMENTATIONS = ['traefik', 'envoy', 'cilium', 'istio', 'nginx'] as const;

/** One of {@link IMPLEMENTATIONS}. */
export type Implementation = (typeof IMPLEMENTATIONS)[number];

/** What one of them does, beyond what every program does that passes the conformance tests of the Gateway API. */
interface Knowledge {
  readonly title: string;
  /** The releases that the rest was looked up for. */
  readonly release: Phrase;
  /** Whether `timeouts` of a rule mean anything to it (HTTPRouteRequestTimeout in its conformance report). */
  readonly timeouts: boolean;
  /** The ports that listeners must have for HTTPS and HTTP, where it does not take any. */
  readonly ports?: { readonly https: number; readonly http: number };
  readonly limits: Pick<Abilities, 'timeouts' | 'body'>;
  /** True where it leaves the addresses in place that visitors claim to have, and adds the real one behind them. */
  readonly keepsClaims: boolean;
  /** What else has to be set up for it, in whole sentences. */
  readonly notes: readonly string[];
}

/** Seconds without data after which Envoy ends a request by default (`stream_idle_timeout`). */
const ENVOY_IDLE = {
  most: 300,
  what: 'Envoy ends a request or WebSocket that is silent for 300 seconds',
};
const NGINX_READ = {
  most: 60,
  what: 'NGINX Gateway Fabric gives up on a program that sends nothing for 60 seconds, unless a ProxySettingsPolicy changes that',
};

/**
 * What is known of each.
 *
 * @see https://github.com/kubernetes-sigs/gateway-api/tree/main/conformance/reports (what each supports)
 */
export const KNOWN: Readonly<Record<Implementation, Knowledge>> = {
  traefik: {
    title: 'Traefik',
    release: ['3.6.7 or newer, with ', { code: 'providers.kubernetesGateway' }],
    timeouts: false,
    // The ports of the entry points in its Helm chart: a listener belongs to the entry point with its port.
    ports: { https: 8443, http: 8000 },
    limits: {},
    keepsClaims: false,
    notes: [],
  },
  envoy: {
    title: 'Envoy Gateway',
    release: ['1.5 or newer'],
    timeouts: true,
    limits: { timeouts: { idle: ENVOY_IDLE } },
    keepsClaims: true,
    notes: [
      'Envoy Gateway decodes %2F in addresses and redirects, so that requests about some rooms and keys fail. Include a ClientTrafficPolicy for the Gateway with path: {escapedSlashesAction: KeepUnchanged, disableMergeSlashes: true}.',
    ],
  },
  cilium: {
    title: 'Cilium',
    release: ['1.18 or newer, with ', { code: 'gatewayAPI.enabled' }],
    timeouts: true,
    limits: { timeouts: { idle: ENVOY_IDLE } },
    keepsClaims: true,
    notes: [],
  },
  istio: {
    title: 'Istio',
    release: ['1.26 or newer'],
    timeouts: true,
    limits: {},
    keepsClaims: true,
    notes: [],
  },
  nginx: {
    title: 'NGINX Gateway Fabric',
    release: ['2.3 or newer'],
    timeouts: false,
    limits: {
      timeouts: { request: NGINX_READ, idle: NGINX_READ },
      body: {
        most: 1_048_576,
        what: 'NGINX Gateway Fabric refuses requests above 1 MB, unless a ClientSettingsPolicy with body: {maxSize: …} says otherwise',
      },
    },
    keepsClaims: true,
    notes: [],
  },
};
