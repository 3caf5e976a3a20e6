import { isDeepStrictEqual } from 'node:util';
import { type Document, parseDocument } from 'yaml';

/** A document that can be changed, comments and all. */
export function parsedDocument(text: string): Document.Parsed {
  return parseDocument(text, { version: '1.2', logLevel: 'error', uniqueKeys: false });
}

/** The changed document, with every line that means what it did before as the person wrote it. */
export function rewritten(text: string, document: Document): string {
  const style = styleOf(text);
  const original = text.split('\n');
  const plain = parsedDocument(text).toString(style).split('\n');
  const changed = document.toString(style);
  const asWritten = commonLines(original.map(bare), plain.map(bare));
  const unchanged = commonLines(plain, changed.split('\n'));
  const lines = changed.split('\n').flatMap((line, index) => {
    const before = unchanged.get(index);
    if (before === undefined) return [line];
    const own = original[asWritten.get(before) ?? -1];
    // A blank line that nobody wrote is taken out again.
    return own ?? (line === '' ? [] : [line]);
  });
  const restored = lines.join('\n');
  return isDeepStrictEqual(dataOf(restored), dataOf(changed)) ? restored : changed;
}

/** A line without the spaces that mean nothing within it. */
function bare(line: string): string {
  return line
    .trim()
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/([{[]) | ([}\]])/g, '$1$2');
}

/** The data of a text that this program wrote; undefined when it is no YAML after all. */
function dataOf(text: string): unknown {
  const document = parsedDocument(text);
  return document.errors.length > 0 ? undefined : document.toJS();
}

/** Lines of the second text that stand in the first too, in the same order: their index there. */
function commonLines(first: readonly string[], second: readonly string[]): ReadonlyMap<number, number> {
  // lengths[i][j]: how many lines can be paired from first[i] and second[j] on.
  const lengths = Array.from({ length: first.length + 1 }, () =>
    new Array<number>(second.length + 1).fill(0),
  );
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0;
  for (let i = first.length - 1; i >= 0; i--) {
    for (let j = second.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row === undefined) continue;
      row[j] = first[i] === second[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs = new Map<number, number>();
  for (let i = 0, j = 0; i < first.length && j < second.length; ) {
    if (first[i] === second[j]) pairs.set(j++, i++);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

/** How a document can be written, as far as people differ in it. */
interface TextStyle {
  readonly lineWidth: 0;
  readonly indent: number;
  readonly indentSeq: boolean;
  readonly flowCollectionPadding: boolean;
}

/** The way of writing that changes the fewest lines of a text: a review then shows the migration and nothing else. */
function styleOf(text: string): TextStyle {
  const styles = [2, 4].flatMap((indent) =>
    [true, false].flatMap((indentSeq) =>
      [false, true].map(
        (flowCollectionPadding): TextStyle => ({ lineWidth: 0, indent, indentSeq, flowCollectionPadding }),
      ),
    ),
  );
  const lines = new Set(text.split('\n'));
  const changes = (style: TextStyle): number =>
    parsedDocument(text)
      .toString(style)
      .split('\n')
      .filter((line) => !lines.has(line)).length;
  const counted = styles.map((style) => ({ style, changed: changes(style) }));
  return counted.reduce((a, b) => (b.changed < a.changed ? b : a)).style;
}
