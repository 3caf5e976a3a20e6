import type { SchemaNumber } from '../stack/schemas.ts';
import type { Accepted } from './accept.ts';
import type { FluxSettings } from './delivery/flux.ts';
import type { OpenDoor } from './open-door.ts';
import type { Override } from './overrides.ts';
import type { Size } from './resources.ts';
import type { SecretProvider } from './secret-settings.ts';

/** The nodes that carry call traffic. */
export interface CallNodes {
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly Toleration[];
  /**
   * What clients are told: `public`, the given address; `stun`, what a STUN server sees;
   * `node`, the node's own address in the cluster (local network only).
   */
  readonly address: { readonly by: 'public'; readonly ip: string } | { readonly by: 'stun' | 'node' };
  /** The same in words, for tables and the diagram. */
  readonly advertised: readonly string[];
  /** Seconds that running calls get to end before their server stops. */
  readonly drainSeconds: number;
}

/** A taint that call pods accept, in Kubernetes' own words. */
export interface Toleration {
  readonly key: string;
  readonly operator?: 'Exists' | 'Equal';
  readonly value?: string;
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
}

/** An address family of the cluster's network, in Kubernetes' own word. */
export type IpFamily = 'IPv4' | 'IPv6';

/** What holds for the stack as a whole; the settings of its components follow from it. */
export interface StackFacts {
  /** Fixes the defaults. */
  readonly schema: SchemaNumber;
  /** Folder below dist/ and instance label. */
  readonly name: string;
  /** The stack file, for headers and messages. */
  readonly file: string;
  readonly namespace: string;
  /** Where the pods are that open ports of their nodes. @default - in the namespace of the stack */
  readonly callNamespace?: string;
  readonly serverName: string;
  readonly size: Size;
  readonly cluster: {
    readonly domain: string;
    readonly storageClass?: string;
    /** What pods listen on. */
    readonly network: { readonly families: readonly IpFamily[] };
    readonly traefik: { readonly entryPoints: { readonly https: string; readonly http: string } };
  };
  readonly flux: FluxSettings;
  readonly expose: {
    /** How the Internet reaches the stack. */
    readonly public?: OpenDoor;
    /** How the local network does; `names` are extra ones there, by a component's key. */
    readonly lan?: OpenDoor & { readonly names: Readonly<Partial<Record<string, string>>> };
  };
  readonly federation: 'open' | 'closed' | { readonly allow: readonly string[] };
  readonly callNodes: CallNodes;
  /** Who keeps the values of the Secrets. */
  readonly provider: SecretProvider;
  /** Changes to rendered objects, in the order they are applied. */
  readonly overrides: readonly Override[];
  /** Dangerous changes that the stack file agrees to. */
  readonly accept: readonly Accepted[];
}
