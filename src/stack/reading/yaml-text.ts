import { Composer, type CST, type Document, Lexer, type LineCounter, Parser } from 'yaml';
import { countText, LIMITS } from '../limits.ts';

/** A text as the parser understands it, or where it exceeds a limit and which. */
export type ParsedText =
  | {
      readonly document: Document.Parsed;
      /** Where a second document begins. */
      readonly second: number | undefined;
    }
  | { readonly offset: number; readonly exceeded: string };

/** How much of a text was read, in the terms of the limits. */
export interface UsedText {
  marks: number;
  lexemes: number;
}

/** Lexemes that only separate others, or that the lexer adds. */
const SEPARATORS = new Set([' ', '\n', '\r\n', '\u0002', '\u0018', '\u001f', '\ufeff']);

/**
 * Parses the first document of a text, unless it is larger or more nested than the limits. They are checked as the
 * text is cut into tokens, before anything is built of these: a parser that meets 100,000 brackets within each other
 * runs out of stack, and one error for each of a million commas fills the memory.
 *
 * @param lineCounter learns where lines begin
 * @param used counts what is read, for texts that have one limit together
 */
export function parseText(
  text: string,
  lineCounter: LineCounter,
  used: UsedText = { marks: 0, lexemes: 0 },
): ParsedText {
  if (text.length > LIMITS.fileLength) {
    return { offset: 0, exceeded: `this file is longer than ${countText(LIMITS.fileLength)} characters` };
  }
  const parser = new Parser(lineCounter.addNewLine);
  lineCounter.addNewLine(0);
  const tokens: CST.Token[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    const { offset } = parser;
    used.lexemes++;
    if (!SEPARATORS.has(lexeme) && !lexeme.startsWith('#') && lexeme.trim() !== '') used.marks++;
    if (used.marks > LIMITS.marks) {
      const exceeded = `this file has more than ${countText(LIMITS.marks)} words and punctuation marks`;
      return { offset, exceeded };
    }
    if (used.lexemes > LIMITS.lexemes) {
      return { offset, exceeded: `this file has more than ${countText(LIMITS.lexemes)} parts` };
    }
    for (const token of parser.next(lexeme)) tokens.push(token);
    // The document itself and the value at hand are on the stack too.
    if (parser.stack.length > LIMITS.depth + 3) return { offset, exceeded: tooDeep };
  }
  for (const token of parser.end()) tokens.push(token);
  return compose(tokens, text.length, lineCounter);
}

/** Said wherever lists and groups are nested too deep. */
export const tooDeep = `this is nested more than ${LIMITS.depth} levels deep`;

function compose(tokens: readonly CST.Token[], length: number, lineCounter: LineCounter): ParsedText {
  const composer = new Composer({
    lineCounter,
    prettyErrors: false,
    version: '1.2',
    // Its warnings go straight to the terminal; what they are about is found by the schema.
    logLevel: 'error',
    // Compares every key with all others of its group; see yaml-data.ts.
    uniqueKeys: false,
    // Dates, sets and bytes are not what the schema knows, nor JSON.
    resolveKnownTags: false,
  });
  let document: Document.Parsed | undefined;
  // The composer makes an error for each thing that it objects to: a hundred thousand stack traces take seconds.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    for (const one of composer.compose(tokens, true, length)) {
      if (document !== undefined) return { document, second: one.range[0] };
      document = one;
    }
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  if (document === undefined) throw new Error('the parser of YAML found not even an empty document');
  return { document, second: undefined };
}
