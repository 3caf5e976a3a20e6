import type { TextError } from './yaml-data.ts';

/** A mistake in the text of a YAML file in words, and where it begins. */
export interface TextMistake {
  readonly offset: number;
  readonly what: string;
  readonly remedy: string;
}

/** What git leaves where two sides of a merge differ. No line of a stack file begins so. */
const CONFLICT = /^(?:<{7}|\|{7}|={7}|>{7})(?=[ \t\r\n]|$)/m;

/** Where git has left a conflict; undefined where it has not. */
export function conflictIn(text: string): TextMistake | undefined {
  const found = CONFLICT.exec(text);
  if (found === null) return undefined;
  return {
    offset: found.index,
    what: `this line (${found[0]}) belongs to a merge conflict of Git`,
    remedy: 'keep the lines of one side, and remove the lines with <<<<<<<, ======= and >>>>>>>',
  };
}

const NO_KEY = {
  what: 'this line is not a key with a value',
  remedy: 'write key: value, indent it like the lines that it belongs to, or remove it',
};
const GENERAL = {
  what: 'this is not YAML from here on',
  remedy: 'correct the text here (indent with spaces, each key once, quote values that hold : or #)',
};

/** What is said of the parser's errors. Its own words are for people who know how it works. */
const WORDS: readonly {
  readonly code: string;
  /** Which of the errors with this code, by its words. @default - all */
  readonly message?: RegExp;
  readonly what: string;
  readonly remedy: string;
}[] = [
  {
    code: 'BLOCK_AS_IMPLICIT_KEY',
    what: 'a second colon makes a key of this value',
    remedy: 'put the value in quotes',
  },
  { code: 'TAB_AS_INDENT', what: 'this line is indented with a tab', remedy: 'indent with spaces' },
  { code: 'MULTILINE_IMPLICIT_KEY', ...NO_KEY },
  { code: 'MISSING_CHAR', message: /^Implicit map keys/, ...NO_KEY },
  {
    code: 'MISSING_CHAR',
    message: /^Missing closing/,
    what: 'a quote before this is not closed',
    remedy: 'write the quote that is missing, and indent every line of the value',
  },
  {
    code: 'MISSING_CHAR',
    message: /^Missing ,/,
    what: 'a comma is missing before this',
    remedy: 'write it, or close the bracket before this',
  },
  {
    code: 'BAD_INDENT',
    message: /^Flow/,
    what: 'a bracket before this is not closed',
    remedy: 'write the ] or } that is missing, and indent every line in between',
  },
  {
    code: 'MISSING_CHAR',
    message: /^Expected flow|must be sufficiently indented and end with/,
    what: 'a bracket before this is not closed',
    remedy: 'write the ] or } that is missing',
  },
  {
    code: 'BAD_SCALAR_START',
    what: 'a value cannot begin with this character',
    remedy: 'put the value in quotes',
  },
  {
    code: 'BAD_DQ_ESCAPE',
    what: 'in double quotes, this backslash and what follows mean nothing',
    remedy: 'write two backslashes for one, or use single quotes',
  },
  {
    code: 'BAD_ALIAS',
    what: 'a name is missing after * or &',
    remedy: 'put the value in quotes if it is text',
  },
  {
    code: 'UNEXPECTED_TOKEN',
    what: 'this cannot follow what comes before it',
    remedy:
      'put the whole value in quotes if it is text, and check the indentation of this line and the one above',
  },
];

/**
 * What to say about an error of the parser.
 *
 * @param linesBefore how many lines of the file come before the text
 */
export function mistakeIn(text: string, error: TextError, linesBefore: number): TextMistake {
  const known = WORDS.find(
    ({ code, message }) => code === error.code && (message === undefined || message.test(error.message)),
  );
  const { what, remedy } = known ?? GENERAL;
  return indentation(text, error, linesBefore) ?? { offset: error.offset, what, remedy };
}

/** A colon that ends a key, as far as a line alone tells. */
const KEY = /:(?:\s|$)/;

/** A line of the text that is not blank and not a comment. */
interface Line {
  readonly number: number;
  readonly offset: number;
  /** Where it ends, without the line break. */
  readonly end: number;
  readonly indent: number;
  readonly content: string;
}

/** The line that is indented unlike those around it, which the parser finds somewhere before or in it. */
function indentation(text: string, error: TextError, linesBefore: number): TextMistake | undefined {
  const lines = linesOf(text);
  const at = lines.findIndex(({ end }) => error.offset <= end);
  const line = lines[at];
  if (line === undefined) return undefined;
  const isAtBeginning = error.offset <= line.offset + line.indent;
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY' && !isAtBeginning) {
    // With a second colon on its own line, the value is what is wrong.
    if (KEY.test(text.slice(error.offset, line.end))) return undefined;
    const next = lines.findIndex(({ content }, index) => index > at && KEY.test(content));
    return between(lines, next, linesBefore);
  }
  const isIndent =
    (error.code === 'BAD_INDENT' && error.message.startsWith('All ')) ||
    (error.code === 'MISSING_CHAR' && error.message.startsWith('Sequence item')) ||
    error.code === 'BLOCK_AS_IMPLICIT_KEY';
  return isIndent && isAtBeginning ? between(lines, at, linesBefore) : undefined;
}

/** How the line at an index is indented, compared with the one that it goes on from. */
function between(lines: readonly Line[], index: number, linesBefore: number): TextMistake | undefined {
  const line = lines[index];
  if (line === undefined) return undefined;
  // The last lines of a value of several lines say nothing of where keys begin.
  const before =
    (KEY.test(line.content)
      ? lines.slice(0, index).findLast(({ content }) => KEY.test(content) || /^-(?:\s|$)/.test(content))
      : undefined) ?? lines[index - 1];
  if (before === undefined) return undefined;
  const [upper, lower] = [before.number + linesBefore, line.number + linesBefore];
  const offset = line.offset + line.indent;
  if (line.indent > before.indent) {
    return {
      offset,
      what: `line ${lower} is indented further than line ${upper}, which has a value of its own`,
      remedy: `begin both keys in the same column, or remove the value from line ${upper} if line ${lower} belongs below it`,
    };
  }
  return {
    offset,
    what: `the indentation of line ${lower} fits none of the lines above it`,
    remedy: 'indent it exactly like the other lines of the group or list that it belongs to',
  };
}

function linesOf(text: string): readonly Line[] {
  const found: Line[] = [];
  let offset = 0;
  for (const [index, whole] of text.split('\n').entries()) {
    const content = whole.trim();
    const indent = whole.length - whole.trimStart().length;
    if (content !== '' && !content.startsWith('#')) {
      found.push({ number: index + 1, offset, end: offset + whole.length, indent, content });
    }
    offset += whole.length + 1;
  }
  return found;
}
