/** A longer word is not a slip of one that is known; comparing takes the product of both lengths. */
const LONGEST = 100;

/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length] ?? 0;
}

/**
 * The known word that a misspelt one most likely means.
 *
 * @returns undefined when nothing is near enough to be worth suggesting (more than a third of it differs),
 *   and nothing is the same word grown longer or cut short (`storageClassName` for `storageClass`);
 *   also for words of more than 100 characters.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  let cut: string | undefined;
  for (const candidate of known) {
    if (candidate.length > LONGEST) continue;
    const other = candidate.toLowerCase();
    const allowed = Math.max(1, Math.floor(Math.max(word.length, other.length) / 3));
    // The lengths differ by no more than the words do.
    if (Math.abs(wanted.length - other.length) <= allowed) {
      const distance = editDistance(wanted, other);
      if (distance <= allowed && distance < other.length && distance < bestDistance) {
        best = candidate;
        bestDistance = distance;
      }
    }
    if (Math.min(wanted.length, other.length) > 3 && (wanted.startsWith(other) || other.startsWith(wanted))) {
      cut ??= candidate;
    }
  }
  return best ?? cut;
}

/** `did you mean "x"? `, or nothing: the beginning of a remedy. */
export function suggestion(word: string, known: Iterable<string>): string {
  const meant = nearest(word, known);
  return meant === undefined ? '' : `did you mean "${meant}"? `;
}
