import { visible } from '../plain/visible.ts';

/**
 * The first line of a rendered file: what it is rendered from. Names in it come from a repository, and must neither
 * end the comment nor be taken for another part of the line; names that a stack file can have stay as they are.
 */
const FIRST_LINE = /^(?:# |<!-- )(.+?) is rendered from (.+?): /;

/** A path as it is written there. */
export function headerPath(path: string): string {
  return (
    visible(path)
      // What ends an HTML comment, or begins another.
      .replaceAll(/[<>]/g, (character) => (character === '<' ? '\\u003c' : '\\u003e'))
      // What ends the names in the line.
      .replaceAll(/:(?=\s|$)/g, '\\u003a')
      .replaceAll(' is rendered from ', '\\u0020is rendered from ')
  );
}

/** The first line of a rendered file, without what makes it a comment. */
export function headerLine(path: string, from: string, advice: string): string {
  return `${headerPath(path)} is rendered from ${headerPath(from)}: ${advice}`;
}

/** First line of a rendered Markdown file, without its line break. */
export function markdownHeader(path: string, from: string, advice: string): string {
  return `<!-- ${headerLine(path, from, advice)} -->`;
}

/** How the first line of a file that is rendered at a path begins, in each of the two forms. */
export function headerStarts(path: string): readonly string[] {
  return ['# ', '<!-- '].map((comment) => `${comment}${headerPath(path)} is rendered from `);
}

/**
 * The stack file that the first line of a text names, as {@link headerPath} writes it; undefined where the text was
 * not rendered as the file at this path.
 */
export function renderedFrom(path: string, text: string): string | undefined {
  const [, named, from] = FIRST_LINE.exec(text.split('\n', 1)[0] ?? '') ?? [];
  return named === headerPath(path) ? from : undefined;
}
