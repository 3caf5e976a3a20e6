/** Enough to keep a disk busy, and far from the number of files a process may have open. */
const AT_ONCE = 16;

/**
 * Does the work for every item, several at a time, and gives the results in the items' order.
 * After an error nothing new is begun, what has begun is waited for, and then the error is thrown: whoever cleans up
 * is alone.
 */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = new Array(items.length);
  const queue = items.entries();
  const errors: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      try {
        results[index] = await work(item, index);
      } catch (error) {
        errors.push(error);
      }
      if (errors.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
  return results;
}
