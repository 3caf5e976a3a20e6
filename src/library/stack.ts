import type { Stack as ResolvedStack } from '../../charts/stack/stack.ts';
import type { YamlSource } from '../stack/reading/yaml-source.ts';

/**
 * A stack that `load` has read: complete, checked and frozen. What is inside may change with every release, so that
 * only `render`, `MatrixChart` and `@matrix-gitops/matrix-gitops/unstable` see it.
 */
export class Stack {
  /** Its folder in dist/, and its instance label. */
  readonly name: string;
  /** Where its objects are. */
  readonly namespace: string;
  /** The part after the colon in `@user:…`. */
  readonly serverName: string;
  /** Its stack file, for headers and messages. */
  readonly file: string;
  readonly #resolved: ResolvedStack;
  readonly #source: YamlSource;

  /** @internal */
  constructor(resolved: ResolvedStack, source: YamlSource) {
    this.name = resolved.name;
    this.namespace = resolved.namespace;
    this.serverName = resolved.serverName;
    this.file = resolved.file;
    this.#resolved = resolved;
    this.#source = source;
    Object.freeze(this);
  }

  /** @internal */
  static resolved(stack: Stack): ResolvedStack {
    return stack.#resolved;
  }

  /** @internal */
  static source(stack: Stack): YamlSource {
    return stack.#source;
  }
}
