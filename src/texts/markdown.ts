import type { Phrase } from '../plain/phrase.ts';
import { visible } from '../plain/visible.ts';

/**
 * Markdown that says what it was made to say. Text only becomes Markdown through the functions of this file, which
 * escape it, so that nothing from a stack file can be a heading, a link, an image, HTML or the end of its place.
 */
class Piece {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get markdown(): string {
    return this.#text;
  }

  /** Never by accident: in a string it would be neither text nor Markdown. */
  toString(): string {
    throw new Error('Markdown is put together by the functions of src/texts/markdown.ts only');
  }
}

/** Markdown, made by this file only. */
export type Markdown = Piece;

/** What can be put into Markdown: text is escaped. */
export type Content = string | number | Markdown;

/**
 * Markdown as written in the source, with content between.
 *
 * @example md`- ${code(name)}: ${reason}`
 */
export function md(parts: TemplateStringsArray, ...contents: readonly Content[]): Markdown {
  const filled = parts.map((part, index) => {
    const content = contents[index];
    return content === undefined ? part : `${part}${inline(content)}`;
  });
  return new Piece(filled.join(''));
}

/** Words with pieces of code between them. */
export function phrase(words: Phrase): Markdown {
  return new Piece(words.map((word) => inline(typeof word === 'string' ? word : code(word.code))).join(''));
}

function inline(content: Content): string {
  return content instanceof Piece ? content.markdown : escapedText(String(content));
}

/**
 * Someone who is addressed, or a number of an issue or a merge request: where the text is shown there, people would
 * be called and links made. Code is left alone everywhere. What follows such code directly begins a text of its own,
 * so that references in a row are one. The length before a number is bounded, so that a long word costs no square.
 */
const REFERENCE = (() => {
  const someone = String.raw`@[\p{L}\p{N}][\p{L}\p{N}/_.-]*`;
  const number = String.raw`[\p{L}\p{N}_./-]{0,100}[#!]\p{N}+`;
  return new RegExp(String.raw`((?:(?<![\p{L}\p{N}])${someone}|${number})(?:${someone}|${number})*)`, 'u');
})();

/** Plain text on one line. */
function escapedText(text: string): string {
  // Most texts hold no reference, and the pattern takes long to compile.
  if (!/[@#!]/.test(text)) return atStart(escapedWords(oneLine(text)));
  const [first = '', ...rest] = oneLine(text)
    .split(REFERENCE)
    .map((part, index) => (index % 2 === 1 ? code(part).markdown : escapedWords(part)));
  return atStart(first) + rest.join('');
}

function escapedWords(text: string): string {
  return (
    text
      .replaceAll(/[\\`*[\]<$~]|&(?=[#A-Za-z])/g, '\\$&')
      // At the end of a heading it would not be shown.
      .replace(/(?<=\s)#+\s*$/, '\\$&')
      // Within a word it means nothing.
      .replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
  );
}

/** What would begin a heading, a list, a quotation, a fence or a line below a heading, if it stands first. */
function atStart(text: string): string {
  return text
    .replace(/^(\s?)(#{1,6}|[-+](?=\s|$)|>|-+$|=+$|~~~)/, '$1\\$2')
    .replace(/^(\s?\d+)(?=[.)](?:\s|$))/, '$1\\');
}

function oneLine(text: string): string {
  // Four spaces would begin a block of code.
  return visible(text.replaceAll(/\s*[\n\r\t\u2028\u2029]\s*/g, ' ').replace(/^\s+/, ' '));
}

/** Code within a line: shown as it is. */
export function code(text: string | number): Markdown {
  const shown = oneLine(String(text));
  // In a table a bar is written \|, which readers take in two ways after a backslash.
  if (shown === '' || shown.includes('\\|')) return new Piece(`<code>${entities(shown)}</code>`);
  const ticks = '`'.repeat(longestRun(shown) + 1);
  const space = /^`|`$|^ .* $/.test(shown) ? ' ' : '';
  return new Piece(`${ticks}${space}${shown}${space}${ticks}`);
}

function entities(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9 ]/gu, (character) => `&#${character.codePointAt(0) ?? 0};`);
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** Pieces in a line, with something between them. */
export function joined(contents: readonly Content[], between = ', '): Markdown {
  return new Piece(contents.map(inline).join(between));
}

export function heading(level: 1 | 2, content: Content): Markdown {
  return new Piece(`${'#'.repeat(level)} ${inline(content)}`);
}

export function list(items: readonly Content[]): Markdown {
  return new Piece(items.map((item) => `- ${inline(item)}`).join('\n'));
}

/** A table; bars in its cells are escaped. */
export function table(head: readonly Content[], rows: readonly (readonly Content[])[]): Markdown {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const lines = [head, ...rows].map((cells) => line(cells.map(inline)));
  return new Piece([lines[0], line(head.map(() => '---')), ...lines.slice(1)].join('\n'));
}

/** A fenced block of text to copy. */
export function fenced(
  language: 'bash' | 'caddyfile' | 'json' | 'mermaid' | 'nginx' | 'yaml',
  lines: readonly string[],
): Markdown {
  const shown = lines.map(visible);
  const fence = '`'.repeat(Math.max(3, ...shown.map((line) => longestRun(line) + 1)));
  return new Piece([fence + language, ...shown, fence].join('\n'));
}

/** Blocks below each other, with an empty line between them. */
export function blocks(all: readonly Markdown[]): Markdown {
  return new Piece(all.map((block) => block.markdown).join('\n\n'));
}

/** A file's text. */
export function markdownText(all: readonly Markdown[]): string {
  return `${blocks(all).markdown}\n`;
}
