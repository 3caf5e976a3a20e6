import type { ManifestFile, ObjectId } from '../stack/manifest.ts';
import type { Path } from '../stack/reading/path.ts';

/** A Secret that will be there with these keys, although the rendered files hold it in part or not at all. */
export interface PromisedSecret {
  readonly namespace: string;
  readonly name: string;
  readonly keys: readonly string[];
}

/** What a rule sees: rendered files, and the Secrets that somebody promises. */
export interface RuleInput {
  readonly files: readonly ManifestFile[];
  readonly promisedSecrets: readonly PromisedSecret[];
  /**
   * The files as they were before somebody changed the objects: what their maker meant.
   * @default - nothing is known of that, and rules look at the files alone
   */
  readonly before?: readonly ManifestFile[];
}

/** One thing a rule objects to, naming the place and the way out. */
export interface Finding {
  /** The rule's code, for example `MR002`. */
  readonly code: string;
  /** The rendered file, below the stack's folder. */
  readonly file: string;
  readonly object: ObjectId;
  /** Where in the object, as far as it has that: `['spec', 'template', 'spec', 'containers', 0, 'image']`. */
  readonly path: Path;
  /** The same for people, with what is missing: `spec.template.spec.containers[synapse].image`. */
  readonly field?: string;
  readonly what: string;
  readonly remedy: string;
}

/** A check over manifests of any origin. Rules know nothing of stacks or charts. */
export interface Rule {
  readonly code: string;
  /** What must hold, as one sentence. */
  readonly title: string;
  /** True for a rule about what is safe or wise, not about what works: a person who changes an object may decide. */
  readonly policy?: true;
  /** True for a rule about what objects open to people outside: a person who adds an object decides that too. */
  readonly isAboutOpening?: true;
  check(input: RuleInput): readonly Finding[];
}
