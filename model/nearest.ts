/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [];
  for (let i = 0; i <= a.length; i++) {
    const row: number[] = [];
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) {
        row.push(i + j);
        continue;
      }
      const previous = rows[i - 1] ?? [];
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/**
 * The known word a misspelt one most likely stands for.
 *
 * @returns undefined when nothing is near enough to be worth suggesting (more than a third of it differs),
 *   and nothing is the same word grown longer or cut short (`storageClassName` for `storageClass`).
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  let cut: string | undefined;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const distance = editDistance(wanted, other);
    const allowed = Math.max(1, Math.floor(Math.max(word.length, other.length) / 3));
    if (distance <= allowed && distance < other.length && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
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
