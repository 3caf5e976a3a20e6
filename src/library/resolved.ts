import type { Stack as ResolvedStack } from '../../charts/stack/stack.ts';
import { Stack } from './stack.ts';

/** All that follows from a stack file, as charts read it: every default filled in. Any release may change its shape. */
export function resolved(stack: Stack): ResolvedStack {
  return Stack.resolved(stack);
}
