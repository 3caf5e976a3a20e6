import type { CheckFinding } from '../../../src/stack/finding.ts';
import type { StackFile } from '../schema.ts';
import type { Stack } from '../stack.ts';

/** A rule over several fields. It sees the file as written and what it resolves to. */
export type Check = (written: StackFile, stack: Stack) => readonly CheckFinding[];
