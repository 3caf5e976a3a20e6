import type { ComponentSettings, LanName } from './components/index.ts';
import type { Images } from './images.ts';
import type { Override } from './overrides.ts';
import type { Size } from './resources.ts';
import type { SecretFile } from './secret-files.ts';
import type { SecretProvider } from './secret-settings.ts';
import type { SecretSpec } from './secrets.ts';
import type { Topology } from './topology.ts';

/** Where a certificate comes from: asked of cert-manager, or a Secret somebody else keeps. */
export type TlsSource =
  | { readonly issuer: { readonly kind: 'ClusterIssuer' | 'Issuer'; readonly name: string } }
  | { readonly secret: string };

/** How the Internet reaches the stack. */
export type PublicExposure =
  | {
      readonly via: 'tunnel';
      readonly tunnel: {
        readonly kind: 'ClusterTunnel' | 'Tunnel';
        readonly name: string;
        /** The DNS zone the tunnel's hosts live in. */
        readonly zone: string;
        readonly edgeCertificate: 'universal' | 'advanced';
      };
    }
  | { readonly via: 'traefik'; readonly tls: TlsSource };

/** How the local network reaches the stack. */
export interface LanExposure {
  readonly tls: TlsSource;
  readonly names: Readonly<Partial<Record<LanName, string>>>;
}

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

/** What holds for the stack as a whole; the settings of its components follow from it. */
export interface StackFacts {
  /** Folder below dist/ and instance label. */
  readonly name: string;
  /** The stack file, for headers and messages. */
  readonly file: string;
  readonly namespace: string;
  readonly serverName: string;
  readonly size: Size;
  readonly cluster: {
    readonly domain: string;
    readonly storageClass?: string;
    readonly traefik: { readonly entryPoints: { readonly https: string } };
  };
  readonly flux: {
    readonly namespace: string;
    readonly source: { readonly kind: 'GitRepository' | 'OCIRepository' | 'Bucket'; readonly name: string };
    /** Where dist/ is in the source, such as `./dist`. */
    readonly path: string;
  };
  readonly expose: { readonly public?: PublicExposure; readonly lan?: LanExposure };
  readonly federation: 'open' | 'closed' | { readonly allow: readonly string[] };
  readonly images: Images;
  readonly callNodes: CallNodes;
  /** Who keeps the values of the Secrets. */
  readonly provider: SecretProvider;
  /** Changes to rendered objects, in the order they are applied. */
  readonly overrides: readonly Override[];
  /** Why additions may replace what other settings own, by the path of the addition. */
  readonly forced: readonly { readonly path: string; readonly reason: string }[];
}

/** A stack and its components: every default filled in, every shared fact derived once. */
export interface StackBase extends StackFacts, ComponentSettings {}

/** A complete, frozen deployment, with everything that follows from it. */
export interface Stack extends StackBase {
  readonly topology: Topology;
  readonly secrets: readonly SecretSpec[];
  /** The ciphertext of their values that lies beside the stack file; see secrets/read-files.ts. */
  readonly secretFiles: readonly SecretFile[];
}

/** Where a door's certificates come from; undefined where TLS ends before the cluster. */
export function doorTls(stack: Pick<StackBase, 'expose'>, door: 'public' | 'lan'): TlsSource | undefined {
  if (door === 'lan') return stack.expose.lan?.tls;
  return stack.expose.public?.via === 'traefik' ? stack.expose.public.tls : undefined;
}
