import type { Path } from '../../src/stack/reading/yaml-source.ts';
import type { MadeElsewhere, SizedContainer, SizedVolume } from '../../src/system/component.ts';
import type { ExtraFile } from '../../src/system/extra-files.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import type { IncludedFile } from '../../src/system/included.ts';
import type { Note } from '../../src/system/note.ts';
import type { SecretFile } from '../../src/system/secret-files.ts';
import type { SecretUse } from '../../src/system/secret-use.ts';
import type { SecretSpec } from '../../src/system/secrets.ts';
import type { Offered } from '../../src/system/topics.ts';
import type { Topology } from '../../src/topology/topology.ts';
import type { Settings } from '../index.ts';
import type { Images } from './images.ts';

/** A container whose resources the stack file can set, and where it does. */
export interface StackContainer extends SizedContainer {
  /** From the root of the stack file: `['jitsi', 'jvb', 'resources']`. */
  readonly at: Path;
}

/** A volume whose size the stack file can set, and where it does. */
export interface StackVolume extends SizedVolume {
  /** From the root of the stack file: `['database', 'cnpg', 'size']`. */
  readonly at: Path;
  /** The same. */
  readonly classAt?: Path;
}

/** What the configuration and the objects of one component may know of the stack around it. */
export interface Scene extends StackFacts {
  readonly images: Images;
  /** What all components have for each other, by topic: `CALLS.of(offers)`. */
  readonly offers: readonly Offered[];
  readonly topology: Topology;
  /** What the stack file adds to the containers of programs. */
  readonly extraFiles: readonly ExtraFile[];
  /** The ciphertext of their values, next to the stack file; see src/secrets/read-files.ts. */
  readonly secretFiles: readonly SecretFile[];
}

/** A complete, frozen deployment: every default filled in, with everything that follows from it. */
export interface Stack extends Scene, Settings {
  readonly containers: readonly StackContainer[];
  readonly volumes: readonly StackVolume[];
  readonly secrets: readonly SecretSpec[];
  /** The Secrets that other programs make in its namespace. */
  readonly made: readonly MadeElsewhere[];
  /** Why additions may replace what other settings own, by the path of the addition. */
  readonly forced: readonly { readonly path: string; readonly reason: string }[];
  /** What people should know of its components, in their order. */
  readonly notes: readonly Note[];
  /** The keys of them that the stack file gives to programs. */
  readonly secretUses: readonly SecretUse[];
  /** Objects that the operator adds; see src/include/read.ts. */
  readonly included: readonly IncludedFile[];
}
