import type * as z from 'zod';
import type { Phrase } from '../plain/phrase.ts';
import type { CheckFinding } from '../stack/finding.ts';
import type { Path } from '../stack/reading/yaml-source.ts';
import type {
  Flow,
  HostClaim,
  Route,
  ServicePoint,
  TcpRoute,
  Topology,
  Workload,
} from '../topology/topology.ts';
import type { RawAdditions } from './extra-config.ts';
import type { ExtraFilesPlace } from './extra-files.ts';
import type { StackFacts } from './facts.ts';
import type { FileSetting } from './file-settings.ts';
import type { Note } from './note.ts';
import type { OpensPorts } from './opened-ports.ts';
import type { KnownReleases } from './releases.ts';
import type { Resources, SizeRow } from './resources.ts';
import type { SecretConfig } from './secret-config.ts';
import type { SecretUse } from './secret-use.ts';
import type { SecretSpec } from './secrets.ts';
import type { Offered } from './topics.ts';

/** What a component sees of the stack around it. */
export interface Around {
  readonly facts: StackFacts;
  /** What all components have for each other, by topic: `CALLS.of(offers)`. */
  readonly offers: readonly Offered[];
}

/** The same once all components have brought their parts: `reach(topology, …)` gives addresses. */
export interface Placed extends Around {
  readonly topology: Topology;
}

/** Everything that a component brings, once the stack has it. */
export interface Parts {
  /** What of it runs, in the order people read it. */
  readonly workloads?: readonly Workload[];
  /** The names in the cluster's DNS that lead to it. */
  readonly services?: readonly ServicePoint[];
  /** The connections its workloads open, and those that come to it from outside. */
  readonly flows?: readonly Flow[];
  /** The names in the DNS outside that lead to it. */
  readonly hosts?: readonly HostClaim[];
  /** What of its hosts' paths an entrance passes on to it. */
  readonly routes?: readonly Route[];
  /** Its hosts whose connections an entrance passes on whole. */
  readonly tcpRoutes?: readonly TcpRoute[];
  /** Secrets in the namespace of the stack that another program makes for it there. */
  readonly made?: readonly MadeElsewhere[];
  /** The keys of other Secrets that the stack file gives to its workloads as variables. */
  readonly secretUses?: readonly SecretUse[];
  /** The containers whose resources the stack file can set. */
  readonly containers?: readonly SizedContainer[];
  /** The volumes whose size the stack file can set. */
  readonly volumes?: readonly SizedVolume[];
}

/** A Secret in the namespace of the stack that another program makes there. Whoever writes it too takes turns with that. */
export interface MadeElsewhere {
  readonly name: string;
  /** Who makes it, and for what. */
  readonly by: Phrase;
  /** Which workloads of the stack read it, with the keys. @default - none that matter */
  readonly readers?: Phrase;
}

/** A container's resources, and the least memory it lives with. */
export interface SizedContainer {
  /** Where the stack file sets them, below the component's key: `['resources']`. */
  readonly at: Path;
  readonly resources: Resources;
  /** Smallest memory limit with which it starts and survives use; absent where it hardly takes any. */
  readonly floor?: string;
}

/** A volume's size, and the least with which it is of use. */
export interface SizedVolume {
  /** Where the stack file sets it, below the component's key: `['cnpg', 'size']`. */
  readonly at: Path;
  /** Where the stack file sets its class on its own, below the component's key. @default - nowhere: it is that of the stack */
  readonly classAt?: Path;
  /** The object that asks for it. */
  readonly object: { readonly kind: 'Cluster' | 'PersistentVolumeClaim'; readonly name: string };
  readonly size: string;
  readonly floor: string;
  /** Why it must not be smaller, after `write at least 5Gi: `. */
  readonly because: string;
}

/**
 * A kind of thing that a stack can have. It knows the topics (src/system/topics.ts) and no other component. Schema, stack,
 * topology, secrets catalogue, versions.yaml and reference pages only assemble these.
 *
 * @typeParam Key its key in the stack file
 * @typeParam Schema of what is written there
 * @typeParam Result its settings with every default; undefined if the stack does not have it
 * @typeParam Image names of its images in versions.yaml
 */
export interface Component<
  Key extends string = string,
  Schema extends z.ZodType = z.ZodType,
  Result = unknown,
  Image extends string = string,
  Lan extends string | undefined = string | undefined,
> {
  readonly key: Key;
  /** Of its key in the stack file: optional, and described. */
  readonly schema: Schema;
  /** What its extra name on the local network is for; undefined without a host of its own. */
  readonly lanName: Lan;
  /** The images it runs from, with the releases this tool knows how to configure. */
  readonly images: Readonly<Record<Image, KnownReleases>>;
  /** Why all its images must be of one release, as a sentence. @default each can be of any */
  readonly oneRelease?: string;
  /** Where the stack file takes raw additions for it. */
  readonly additions: readonly RawAdditions[];
  /** Where the stack file takes options for it that hold values of Secrets. @default nowhere */
  readonly secretConfigs?: readonly SecretConfig[];
  /** Where the stack file takes files for its programs. @default nowhere */
  readonly extraFiles?: readonly ExtraFilesPlace[];
  /** Its settings that are files of the repository. @default none */
  readonly fileSettings?: readonly FileSetting[];
  /** Where the configuration of its programs can open ports that it does not declare. @default nowhere */
  readonly opensPorts?: readonly OpensPorts[];
  /** What `size` decides for it, with the reason for each number. */
  readonly sizes: readonly SizeRow[];
  /**
   * Its settings; undefined if the stack does not have it, and then nothing else of it is called.
   * It sees its own part of the file only. Never fails: that is for the checks.
   */
  resolve(written: z.infer<Schema>, facts: StackFacts): Result;
  /** What it has for others. @default nothing */
  offers?(own: Exclude<Result, undefined>, facts: StackFacts): readonly Offered[];
  /** What it brings. */
  parts(own: Exclude<Result, undefined>, around: Around): Parts;
  /** The Secrets its workloads read, with the files composed in them. @default none */
  secrets?(own: Exclude<Result, undefined>, placed: Placed): readonly SecretSpec[];
  /**
   * What is wrong with its part of the stack file that no single field shows. Places are paths from the root of the file.
   * @default nothing
   */
  check?(written: z.infer<Schema>, own: Exclude<Result, undefined>, placed: Placed): readonly CheckFinding[];
  /** What people should know of it. @default nothing */
  notes?(own: Exclude<Result, undefined>, placed: Placed): readonly Note[];
}

/** A component as one stack has it. */
export interface Started<Result> {
  /** Undefined where the stack does not have it. */
  readonly own: Result;
  readonly offers: readonly Offered[];
  /** Nothing where the stack does not have it. */
  parts(around: Around): Parts;
  /** None where the stack does not have it. */
  secrets(placed: Placed): readonly SecretSpec[];
  /** Nothing where the stack does not have it. */
  notes(placed: Placed): readonly Note[];
}

/** A component, ready to be assembled. */
export interface Startable<
  Key extends string,
  Schema extends z.ZodType,
  Result,
  Image extends string,
  Lan extends string | undefined,
> extends Component<Key, Schema, Result, Image, Lan> {
  readonly secretConfigs: readonly SecretConfig[];
  readonly extraFiles: readonly ExtraFilesPlace[];
  readonly fileSettings: readonly FileSetting[];
  readonly opensPorts: readonly OpensPorts[];
  /** @param written the part of the stack file at its key, its shape checked */
  start(written: z.infer<Schema>, facts: StackFacts): Started<Result>;
  /** What is wrong with its part of the stack file; nothing where the stack does not have it. */
  findings(written: z.infer<Schema>, own: Result, placed: Placed): readonly CheckFinding[];
}

/** Infers all types, so that a component is written without one. */
export function component<
  const Key extends string,
  Schema extends z.ZodType,
  Result,
  const Image extends string,
  const Lan extends string | undefined,
>(one: Component<Key, Schema, Result, Image, Lan>): Startable<Key, Schema, Result, Image, Lan> {
  return {
    ...one,
    secretConfigs: one.secretConfigs ?? [],
    extraFiles: one.extraFiles ?? [],
    fileSettings: one.fileSettings ?? [],
    opensPorts: one.opensPorts ?? [],
    start: (written, facts) => {
      const own = one.resolve(written, facts);
      if (!isThere(own)) {
        return { own, offers: [], parts: () => ({}), secrets: () => [], notes: () => [] };
      }
      return {
        own,
        offers: one.offers?.(own, facts) ?? [],
        parts: (around) => one.parts(own, around),
        secrets: (placed) => one.secrets?.(own, placed) ?? [],
        notes: (placed) => one.notes?.(own, placed) ?? [],
      };
    },
    findings: (written, own, placed) => (isThere(own) ? (one.check?.(written, own, placed) ?? []) : []),
  };
}

function isThere<T>(own: T): own is Exclude<T, undefined> {
  return own !== undefined;
}

/** True for a component whose key is written, unless that says `enabled: false`. */
export function isOn<T extends { readonly enabled?: boolean | undefined }>(
  written: T | undefined,
): written is T {
  return written !== undefined && written.enabled !== false;
}
