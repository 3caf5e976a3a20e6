import type * as z from 'zod';
import type { Phrase } from '../plain/phrase.ts';
import type { CheckFinding } from '../stack/finding.ts';
import type { ObjectId } from '../stack/manifest.ts';
import type { Path } from '../stack/reading/yaml-source.ts';
import type { TlsSource } from '../stack/tls.ts';
import type {
  Balance,
  Door,
  Flow,
  Peer,
  Route,
  ServicePoint,
  Topology,
  Workload,
} from '../topology/topology.ts';
import type { DoorSetting, DoorSettings } from './door-settings.ts';
import type { StackFacts } from './facts.ts';
import type { Need } from './need.ts';
import type { Note } from './note.ts';
import type { OpenDoors } from './open-door.ts';
import type { KnownReleases } from './releases.ts';
import type { SecretUse } from './secret-use.ts';

/** What a host needs in the DNS. */
export interface DnsTarget {
  readonly type: 'A' | 'CNAME';
  readonly leadsTo: Phrase;
  readonly who: Phrase;
}

/** Who passes requests on: somebody around the stack, or a workload that the entrance itself brings. */
export type Passer = Peer | Pick<Workload, 'kind' | 'id' | 'title'>;

/** What an entrance brings that runs in the stack. */
export interface EntranceParts {
  /** Its `at` is the field that chooses the entrance: `['expose', 'public', 'via']`. */
  readonly workloads: readonly Workload[];
  /** @default - none: nobody connects to it */
  readonly services?: readonly ServicePoint[];
  /** Those around the stack that it connects to. */
  readonly peers?: readonly Peer[];
  /** The connections to these. Those to the programs behind its routes follow from the routes. */
  readonly flows?: readonly Flow[];
  /** The keys of Secrets that the stack file gives to it. */
  readonly secretUses?: readonly SecretUse[];
}

/** A port that a firewall has to let in. */
export interface FirewallRow {
  readonly port: string;
  readonly from: string;
  readonly to: string;
  readonly for: Phrase;
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
  /** Its name for the one of plain HTTP. */
  readonly plainEntryPoint: string;
  /** What is written at its doors besides its own settings. */
  readonly settings: Readonly<Partial<Record<Door, DoorSettings>>>;
  /** True where the public entrance leads everything to another one. */
  readonly isThrough: boolean;
  /** The routes of its doors. */
  readonly routes: readonly Route[];
}

/** A limit of an entrance that no object of ours changes. */
export interface Limit {
  /** In bytes or seconds. */
  readonly most: number;
  /** The first half of a sentence: `Cloudflare refuses requests above 100 MB on most plans`. */
  readonly what: string;
}

/** What an entrance does for routes that need more than to be passed on. */
export interface Abilities {
  /** True where it finds regular expressions in paths. Routes that need it are an error otherwise. */
  readonly regex: boolean;
  /**
   * False where it tries routes in an order of its own: the exact path first, then the longer beginning. Routes that
   * need another order are an error.
   * @default true: in the order of the topology
   */
  readonly ranks?: boolean;
  /** True where it passes on whole connections by the host that TLS names (SNI), with and without ending TLS itself. */
  readonly tcp: boolean;
  /** By what it keeps requests at one of several pods. Routes that need another way are an error. */
  readonly sticky: readonly Balance['by'][];
  /** True where it passes requests on for listed addresses only. @default - it cannot: routes that need it are an error */
  readonly allow?: true;
  /** Longest times, in seconds. What routes need above them is in SUMMARY.md. @default as long as it takes */
  readonly timeouts?: { readonly request?: Limit; readonly idle?: Limit };
  /** Largest body, in bytes. What routes need above it is in SUMMARY.md. @default any */
  readonly body?: Limit;
  /** Which settings of doors it follows. The others are an error where they are written. @default - none */
  readonly door?: readonly DoorSetting[];
  /** The same where another entrance leads to it. @default - nothing can lead to it */
  readonly doorBehind?: readonly DoorSetting[];
  /** True where it can lead everything to another entrance. @default false */
  readonly through?: boolean;
}

/**
 * A way in from outside: everything about it but its objects, which are in its objects.ts.
 *
 * @typeParam Via its word in the stack file
 * @typeParam Key the key next to `via` that holds its settings
 * @typeParam Own what they come to
 * @typeParam At the doors that it can be written at
 * @typeParam Image names of its images in versions.yaml
 */
export interface Entrance<
  Via extends string,
  Key extends string,
  Schema extends z.ZodType,
  Own,
  At extends Door = Door,
  Image extends string = string,
> {
  readonly via: Via;
  /** No two entrances have one key at the same door. */
  readonly key: Key;
  /** What it can be written at. */
  readonly doors: readonly At[];
  /** Of its key. Descriptions say what is there; `With via: …` is added. */
  readonly schema: Schema;
  /** The kinds of its objects that pass requests on. None where no object says what it passes on: then nothing changes it. */
  readonly routeKinds: readonly Pick<ObjectId, 'group' | 'kind'>[];
  /** Settings to write, for messages: `tunnel: {name: …, zone: …}`. */
  readonly example: string;
  /** In the middle of a sentence: `a tunnel`. */
  readonly title: string;
  /** What is missing or too much in its settings, which are at this path: as long as something is, nothing else is said. */
  choices?(written: z.infer<Schema>, at: Path): readonly CheckFinding[];
  /** Undefined where the settings are not whole, which {@link choices} reports. */
  resolve(written: z.infer<Schema>): Own | undefined;
  /**
   * Who passes requests on at a door with these settings. The same id at both doors is one program; where the settings
   * choose among several, it has the choice in it.
   */
  passer(own: Own): Passer;
  /** The images it runs from, with the releases this tool knows how to configure; none where the cluster runs it. */
  readonly images: Readonly<Record<Image, KnownReleases>>;
  /** What of it runs in the stack. @default - nothing: the cluster has it */
  parts?(doors: OpenDoors<Own>, facts: StackFacts): EntranceParts;
  /** Where its certificates come from; undefined where TLS ends before the cluster. */
  tls(own: Own): TlsSource | undefined;
  /** The field below its key that names the Secret of a certificate that somebody gives. @default - it has none */
  readonly secretAt?: Path;
  /**
   * Where it reads certificates: in the namespace of each route, or in that of the stack alone.
   * @default 'routes'
   */
  readonly certificatesIn?: 'routes' | 'stack';
  /** What it does when a certificate has ended. @default - it has none */
  afterCertificate?: string;
  /** What a host needs that leads to it. */
  dns(own: Own, door: Door, host: string): DnsTarget;
  /** What to watch for in the DNS record of a host that leads past it, to the call nodes. @default - nothing */
  pastDns?: string;
  firewall(doors: OpenDoors<Own>, settings: NoteFacts['settings']): readonly FirewallRow[];
  /** The header in which it gives the visitor's own address, whatever visitors send there. @default - it has none */
  readonly visitorHeader?: string;
  /** Why no port is open for it. @default - some are */
  noPorts?: string;
  /** What the cluster has to have. */
  needs(doors: OpenDoors<Own>): readonly Need[];
  readonly can: Abilities;
  /** Its own limits, where its settings decide them. @default - those of `can` */
  limits?(own: Own): Pick<Abilities, 'timeouts' | 'body'>;
  /** What people should know before this goes live, in whole sentences. */
  notes(doors: OpenDoors<Own>, facts: NoteFacts): readonly string[];
  /** What is wrong with its settings where another entrance leads to it; they are at this path. */
  checkBehind?(own: Own, at: Path, facts: StackFacts): readonly CheckFinding[];
  /** Sections of its own in SUMMARY.md. @default - none */
  sections?(doors: OpenDoors<Own>, facts: StackFacts, topology: Topology): readonly Note[];
  /** What is wrong with its settings, the hosts that lead there and their routes. */
  check?(own: Own, door: Door, hosts: readonly HostAt[], routes: readonly Route[]): readonly CheckFinding[];
}

/** An entrance that doors can be opened through. */
export interface Openable<
  Via extends string,
  Key extends string,
  Schema extends z.ZodType,
  Own,
  At extends Door,
  Image extends string,
> extends Entrance<Via, Key, Schema, Own, At, Image> {
  /** Undefined where the settings are not whole. */
  open(written: z.infer<Schema>): { readonly via: Via; readonly own: Own } | undefined;
}

/** Infers all types, so that an entrance is written without one. */
export function entrance<
  const Via extends string,
  const Key extends string,
  Schema extends z.ZodType,
  Own,
  const At extends Door,
  const Image extends string,
>(one: Entrance<Via, Key, Schema, Own, At, Image>): Openable<Via, Key, Schema, Own, At, Image> {
  return {
    ...one,
    open: (written) => {
      const own = one.resolve(written);
      return own === undefined ? undefined : { via: one.via, own };
    },
  };
}
