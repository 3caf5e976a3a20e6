import type { SizeRow } from '../resources.ts';
import type { SecretSpec } from '../secrets.ts';
import type { StackBase } from '../stack.ts';
import type { Flow, Party, Route } from '../topology.ts';

/**
 * What a component declares about itself. The topology and the secrets catalogue only assemble these,
 * so a component that forgets a part does not compile.
 */
export interface Component {
  /** The workloads it brings, in the order people read them. */
  parties(stack: StackBase): readonly Party[];
  /** The connections its workloads open, and those that come to it from outside. */
  flows(stack: StackBase): readonly Flow[];
  /** The hosts and paths through which people reach it. */
  routes(stack: StackBase): readonly Route[];
  /** What `size` decides for it, with the reason for each number. */
  readonly sizes: readonly SizeRow[];
  /** The Secrets its workloads read. */
  secrets(stack: StackBase): readonly SecretSpec[];
}
