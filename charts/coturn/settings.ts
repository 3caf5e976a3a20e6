import type * as z from 'zod';
import { portRange } from '../../src/stack/fields.ts';
import { resolveTls, type TlsSource } from '../../src/stack/tls.ts';
import { isOn } from '../../src/system/component.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import { type BySize, overrideResources, type Resources } from '../../src/system/resources.ts';
import type { TurnLogin } from '../../src/system/topics.ts';
import type { turnSchema } from './schema.ts';

/** A TURN server that this stack runs. */
export interface Coturn {
  readonly host: string;
  /** STUN and TURN over UDP and TCP. */
  readonly port: number;
  /** TURN over TLS; absent where it is left out. */
  readonly tls?: { readonly port: number; readonly source?: TlsSource };
  readonly relay: { readonly first: number; readonly last: number };
  /** The node's address that it relays from. @default - the node's address in the cluster */
  readonly nodeAddress?: string;
  readonly quotas: { readonly user: number; readonly total: number };
  /** Port for metrics; absent for none. */
  readonly metrics?: number;
  readonly resources: Resources;
}

/** Who relays calls. Neither of the two is an error. */
export interface TurnSettings {
  readonly coturn?: Coturn;
  readonly external?: {
    readonly uris: readonly string[];
    /** Undefined where none is written, which is an error. */
    readonly login: TurnLogin | undefined;
  };
}

const PORTS = { turn: 3478, tls: 5349 } as const;
/** Outside of Kubernetes' node ports, of the range that LiveKit relays through and of the one it is usually given. */
const RELAY = '49152-49651';
/** Three addresses on two networks, twice. */
const USER_QUOTA = 12;

/** What coturn needs for each size: it only copies packets. */
export const COTURN_SIZES: BySize<Resources> = {
  small: { requests: { cpu: '50m', memory: '64Mi' }, limits: { memory: '256Mi' } },
  medium: { requests: { cpu: '200m', memory: '128Mi' }, limits: { memory: '512Mi' } },
  large: { requests: { cpu: '1', memory: '256Mi' }, limits: { memory: '1Gi' } },
};

/** It starts a thread for each core of the node, and one buffer for each relay. */
export const COTURN_MEMORY_FLOOR = '64Mi';

/** The settings of `turn:` with every default; undefined if the stack relays nothing. */
export function resolveTurn(
  written: z.infer<typeof turnSchema>,
  facts: StackFacts,
): TurnSettings | undefined {
  if (!isOn(written)) return undefined;
  const { coturn, external } = written;
  return {
    ...(coturn === undefined ? {} : { coturn: resolveCoturn(coturn, facts) }),
    ...(external === undefined ? {} : { external: { uris: external.uris, login: loginOf(external) } }),
  };
}

type Written = NonNullable<z.infer<typeof turnSchema>>;

function resolveCoturn(
  written: NonNullable<Written['coturn']>,
  { serverName, size }: Pick<StackFacts, 'serverName' | 'size'>,
): Coturn {
  const relay = portRange(written.relay ?? RELAY);
  const source = resolveTls(written.tls);
  return {
    host: written.host ?? `turn.${serverName}`,
    port: written.port ?? PORTS.turn,
    ...(written.withTls === false
      ? {}
      : { tls: { port: written.tlsPort ?? PORTS.tls, ...(source === undefined ? {} : { source }) } }),
    relay,
    ...(written.nodeAddress === undefined ? {} : { nodeAddress: written.nodeAddress }),
    quotas: {
      user: written.quotas?.user ?? USER_QUOTA,
      total: written.quotas?.total ?? Math.max(1, relay.last - relay.first + 1),
    },
    ...(written.metrics === undefined ? {} : { metrics: written.metrics }),
    resources: overrideResources(COTURN_SIZES[size], written.resources),
  };
}

function loginOf({ secret, login }: NonNullable<Written['external']>): TurnLogin | undefined {
  if (secret !== undefined) return { by: 'shared-secret', secret: secret.fromSecret, key: secret.key };
  if (login === undefined) return undefined;
  const { username, password } = login;
  return {
    by: 'password',
    username: { secret: username.fromSecret, key: username.key },
    password: { secret: password.fromSecret, key: password.key },
  };
}

/** The addresses that clients are given, in the order in which they should be tried. */
export function coturnUris({ host, port, tls }: Coturn): readonly string[] {
  return [
    `turn:${host}:${port}?transport=udp`,
    `turn:${host}:${port}?transport=tcp`,
    ...(tls === undefined ? [] : [`turns:${host}:${tls.port}?transport=tcp`]),
  ];
}
