/**
 * How much a file that somebody else wrote may hold. Everything behind these limits takes time and memory in
 * proportion to what is written, so that they bound both. A real stack file is a hundredth of them.
 */
export const LIMITS = {
  /** Characters of one file. */
  fileLength: 1_000_000,
  /** Words and punctuation marks of one file; spaces, line ends and comments do not count. */
  marks: 100_000,
  /** Everything the parser looks at one by one, spaces and line ends too. */
  lexemes: 500_000,
  /** Lists and groups within each other. */
  depth: 100,
  /** Values of one file, each alias counted as all that it repeats. */
  nodes: 100_000,
  /** Characters of all texts of one file, those of an alias counted each time. */
  characters: 2_000_000,
  /** Items of one list, or keys of one group. */
  items: 10_000,
  /** Characters of one text: what Kubernetes takes in all annotations of an object together. */
  textLength: 262_144,
  /** Characters of one key. */
  keyLength: 1_024,
  /** Files that one file can name in `extends`, and files that extend each other in a row. */
  extends: 20,
  /** Files and folders that a stack file can name in `include`. */
  include: 100,
  /** Files that a stack includes, with those in folders. */
  includedFiles: 200,
  /** Objects in them. All of them together may be as long as one file. */
  includedObjects: 200,
  /** Steps of a JSON pointer. */
  pointer: 50,
} as const;

/** A number as people write it, such as `100,000`; the same in every locale. */
export function countText(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** What a value holds, aliases and other shared parts counted each time they are met. */
export interface Measure {
  readonly nodes: number;
  readonly characters: number;
  readonly depth: number;
}

/** The measure of a list or group with these members. */
export function measureOf(members: Iterable<Measure>): Measure {
  let nodes = 1;
  let characters = 0;
  let depth = 0;
  for (const member of members) {
    nodes += member.nodes;
    characters += member.characters;
    depth = Math.max(depth, member.depth);
  }
  return { nodes, characters, depth: depth + 1 };
}

/** The measure of plain data, each part of which is within the limits already. */
export function sizeOf(data: unknown): Measure {
  if (typeof data === 'string') return { nodes: 1, characters: data.length, depth: 0 };
  if (typeof data !== 'object' || data === null) return { nodes: 1, characters: 0, depth: 0 };
  return measureOf(Object.values(data).map(sizeOf));
}

/** What is too much about a value, in words that follow "this"; undefined when nothing is. */
export function excess({ nodes, characters, depth }: Measure): string | undefined {
  if (depth > LIMITS.depth) return `is nested more than ${LIMITS.depth} levels deep`;
  if (nodes > LIMITS.nodes) return `holds more than ${countText(LIMITS.nodes)} values`;
  if (characters > LIMITS.characters)
    return `holds more than ${countText(LIMITS.characters)} characters of text`;
  return undefined;
}

/** Longest stack name: the Flux Kustomizations and labels made from it still fit. */
export const NAME_LENGTH = 40;
