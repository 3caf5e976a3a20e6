/** Stacks from which on optimized code earns back what making it costs: with one, it is a tenth of the whole run. */
const WORTH_OPTIMIZING = 3;
/** Stacks from which on what rendering leaves behind decides how much memory is used. */
const MUCH_GARBAGE = 100;

/**
 * Sets JavaScript's engine up for a number of stacks.
 *
 * - The launcher has switched the optimizing compiler off; many stacks need it.
 * - Rendering leaves much behind and holds on to little; a heap that grows in small steps only is two thirds as large
 *   after a thousand stacks, for some twentieth of the time.
 */
export function prepareEngine(stacks: number): void {
  if (stacks >= WORTH_OPTIMIZING) setFlag('--opt');
  if (stacks > MUCH_GARBAGE) setFlag('--heap-growing-percent=25');
}

function setFlag(flag: string): void {
  // Not imported: the bundler takes over Node's modules by names without digits.
  process.getBuiltinModule('node:v8').setFlagsFromString(flag);
}
