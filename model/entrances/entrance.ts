import type * as z from 'zod';
import type { CheckFinding } from '../checks/finding.ts';
import type { Phrase } from '../phrase.ts';
import type { Path } from '../reading/yaml-source.ts';
import type { TlsSource } from '../tls.ts';
import type { Door, Peer } from '../topology.ts';

/** The doors that go through an entrance, each with what the stack file says of it there. */
export type OpenDoors<Own> = Readonly<Partial<Record<Door, Own>>>;

/** What a host needs in the DNS. */
export interface DnsTarget {
  readonly type: 'A' | 'CNAME';
  readonly leadsTo: Phrase;
  readonly who: string;
}

/** A port that a firewall has to let in. */
export interface FirewallRow {
  readonly port: string;
  readonly from: string;
  readonly to: string;
  readonly for: Phrase;
}

/** A program that the cluster has to have. */
export interface Need {
  readonly program: string;
  readonly for: string;
  /** Which releases of it. */
  readonly release: Phrase;
}

/** A host at a door, and the field that decides it. */
export interface HostAt {
  readonly host: string;
  readonly path: Path;
  /** Where it can be set on its own: `synapse.host`. @default - nowhere: it is the server name's */
  readonly setting?: string;
}

/** What notes may depend on. */
export interface NoteFacts {
  /** Traefik's own name for its HTTPS entry point. */
  readonly entryPoint: string;
  /** The largest files that people send through it: see the topic UPLOADS. */
  readonly uploads: readonly { readonly limit: string; readonly bytes: number; readonly setting: string }[];
}

/**
 * A way in from outside: everything about it but its objects, which are in charts/networking/.
 *
 * @typeParam Via its word in the stack file
 * @typeParam Key the key beside `via` that holds its settings
 * @typeParam Own what they come to
 */
export interface Entrance<Via extends string, Key extends string, Schema extends z.ZodType, Own> {
  readonly via: Via;
  readonly key: Key;
  /** What it can be written at. */
  readonly doors: readonly Door[];
  /** Of its key. */
  readonly schema: Schema;
  /** Settings to write, for messages: `tunnel: {name: …, zone: …}`. */
  readonly example: string;
  /** In the middle of a sentence: `a tunnel`. */
  readonly title: string;
  /** Undefined where the settings are not whole, which the checks report. */
  resolve(written: z.infer<Schema>): Own | undefined;
  /** Who passes requests on. */
  peer(own: Own): Peer;
  /** Where its certificates come from; undefined where TLS ends before the cluster. */
  tls(own: Own): TlsSource | undefined;
  dns(own: Own, door: Door): DnsTarget;
  firewall(doors: OpenDoors<Own>): readonly FirewallRow[];
  /** Why no port is open for it. @default - some are */
  noPorts?: string;
  needs: Need;
  /** What people should know before this goes live, in whole sentences. */
  notes(doors: OpenDoors<Own>, facts: NoteFacts): readonly string[];
  /** What is wrong with its settings and the hosts that lead there. */
  check?(own: Own, door: Door, hosts: readonly HostAt[]): readonly CheckFinding[];
}

/** An entrance that doors can be opened through. */
export interface Openable<Via extends string, Key extends string, Schema extends z.ZodType, Own>
  extends Entrance<Via, Key, Schema, Own> {
  /** Undefined where the settings are not whole. */
  open(written: z.infer<Schema>): { readonly via: Via; readonly own: Own } | undefined;
}

/** Infers all types, so that an entrance is written without one. */
export function entrance<const Via extends string, const Key extends string, Schema extends z.ZodType, Own>(
  one: Entrance<Via, Key, Schema, Own>,
): Openable<Via, Key, Schema, Own> {
  return {
    ...one,
    open: (written) => {
      const own = one.resolve(written);
      return own === undefined ? undefined : { via: one.via, own };
    },
  };
}
