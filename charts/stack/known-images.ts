import { type Images, knownReleases } from './images.ts';

/** Something about an image that may be meant. */
export interface Doubt {
  readonly what: string;
  readonly remedy: string;
}

/**
 * Doubt about a repository: another program may not understand the configuration that is rendered. A mirror keeps the
 * last part of the name.
 */
export function unknownRepository(name: keyof Images, repository: string): Doubt | undefined {
  const { program: known } = knownReleases(name);
  const program = repository.slice(repository.lastIndexOf('/') + 1);
  if (program === known) return undefined;
  return {
    what: `${repository} is an image of ${program}, but ${name} is configured for ${known}`,
    remedy: `make sure that it takes the same configuration, or write the repository of ${known}`,
  };
}

/** Doubt about a tag that is so much newer than what this release was written for that it is likely mistyped. */
export function farBeyond(name: keyof Images, tag: string): Doubt | undefined {
  const { tag: form, example } = knownReleases(name);
  const written = form.exec(tag)?.slice(1).map(Number) ?? [];
  const known = form.exec(example)?.slice(1).map(Number) ?? [];
  const at = written.findIndex((number, index) => number !== known[index]);
  // A third number counts repairs.
  const isFar = (at === 0 || at === 1) && (written[at] ?? 0) > furthest(at, known[at] ?? 0);
  if (!isFar) return undefined;
  return {
    what: `"${tag}" is far newer than the releases that this version of matrix-gitops was written for (${example})`,
    remedy: 'check the tag; if it is right, look for a newer matrix-gitops before you deploy it',
  };
}

/** The first number is a new generation where it is small, and a counter otherwise; the others count releases. */
function furthest(index: number, known: number): number {
  if (index === 0) return known < 10 ? known : known + Math.max(4, known / 5);
  return known + Math.max(50, known);
}
