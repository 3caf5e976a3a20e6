import fc from 'fast-check';

/** Runs between two looks at the clock. */
const BATCH = 500;
const MINUTES = Number(process.env.FUZZ_MINUTES ?? 1);

/**
 * Tries a property on ever new values until the time is up, and prints how many there were.
 *
 * @param share of the time, where several properties are tried one after the other
 * @throws with the seed and the smallest value that breaks it
 */
export function forMinutes<T>(
  name: string,
  values: fc.Arbitrary<T>,
  promise: (value: T) => void,
  share: number,
): void {
  const end = Date.now() + MINUTES * 60_000 * share;
  const first = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
  let tried = 0;
  for (let seed = first; Date.now() < end; seed++) {
    fc.assert(fc.property(values, promise), { seed, numRuns: BATCH });
    tried += BATCH;
  }
  console.log(`${name}: ${tried} tried from seed ${first} on, no exception`);
}
