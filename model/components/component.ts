import type * as z from 'zod';
import type { RawAdditions } from '../extra-config.ts';
import type { KnownReleases } from '../images.ts';
import type { Path } from '../reading/yaml-source.ts';
import type { Resources, SizeRow } from '../resources.ts';
import type { StackFile } from '../schema.ts';
import type { SecretSpec } from '../secrets.ts';
import type { StackBase, StackFacts } from '../stack.ts';
import type { Flow, HostClaim, Route, ServicePoint, Workload } from '../topology.ts';

/**
 * Everything a component declares about itself. Schema, stack, topology, secrets catalogue, versions.yaml and
 * reference pages only assemble these, so a component that forgets a part does not compile.
 *
 * Each is annotated with its own types (`const element: Component<typeof schema, Element | undefined, 'element'>`):
 * the stack's type is made from them, and what the functions take is a stack.
 *
 * @typeParam Schema of its key in the stack file
 * @typeParam Settings what the stack says about it: {@link Component.resolve}
 * @typeParam Image names of its images in versions.yaml
 */
export interface Component<
  Schema extends z.ZodType = z.ZodType,
  Settings = unknown,
  Image extends string = string,
> {
  /** Its key in the stack file: optional, and described. */
  readonly schema: Schema;
  /**
   * What the stack says about it, with every default filled in; undefined where the stack does not have it.
   * It sees the whole file, since what is on elsewhere can decide a default. Never fails: that is for the checks.
   */
  resolve(file: StackFile, facts: StackFacts): Settings;
  /** What its extra name on the local network is for; undefined without a host of its own. */
  readonly lanName: LanText<Settings>;
  /** The images it runs from, with the releases this tool knows how to configure. */
  readonly images: Readonly<Record<Image, KnownReleases>>;
  /** Where the stack file takes raw additions for it. */
  readonly additions: readonly RawAdditions[];
  /** What `size` decides for it, with the reason for each number. */
  readonly sizes: readonly SizeRow[];
  /** The containers whose resources the stack file can set. */
  containers(stack: StackBase): readonly SizedContainer[];
  /** What of it runs, in the order people read it. */
  workloads(stack: StackBase): readonly Workload[];
  /** The names in the cluster's DNS that lead to it. */
  services(stack: StackBase): readonly ServicePoint[];
  /** The connections its workloads open, and those that come to it from outside. */
  flows(stack: StackBase): readonly Flow[];
  /** The names in the DNS outside that lead to it. */
  hosts(stack: StackBase): readonly HostClaim[];
  /** What of its hosts' paths an entrance passes on to it. */
  routes(stack: StackBase): readonly Route[];
  /** The Secrets its workloads read. */
  secrets(stack: StackBase): readonly SecretSpec[];
}

/** Whoever has a host of its own can have a name on the local network too, and says what for. */
type LanText<Settings> = unknown extends Settings
  ? string | undefined
  : [Extract<Settings, { readonly host: string }>] extends [never]
    ? undefined
    : string;

/** A container's resources, and the least memory it lives with. */
export interface SizedContainer {
  /** Where the stack file sets them, below the component's key: `['resources']`. */
  readonly at: Path;
  readonly resources: Resources;
  /** Smallest memory limit with which it starts and survives use; absent where it hardly takes any. */
  readonly floor?: string;
}

/** True for a component whose key is written, unless that says `enabled: false`. */
export function isOn<T extends { readonly enabled?: boolean | undefined }>(
  written: T | undefined,
): written is T {
  return written !== undefined && written.enabled !== false;
}
