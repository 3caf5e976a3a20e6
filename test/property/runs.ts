/** Raised by whoever wants to search for longer: PROPERTY_FACTOR=100 npx vitest run test/property; see also `npm run fuzz`. */
const FACTOR = Number(process.env.PROPERTY_FACTOR ?? 1);

/** How many files to try. */
export function runs(usual: number): number {
  return usual * FACTOR;
}
