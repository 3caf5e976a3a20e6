import { type Document, type Scalar, visit } from 'yaml';
import { codePoint, visible } from '../../plain/visible.ts';
import type { Code } from '../codes.ts';

/** Something in a YAML file that can be read here, but not by everybody who reads what is made from it. */
export interface ContentError {
  readonly offset: number;
  readonly finding: { readonly code: Code; readonly what: string; readonly remedy: string };
}

/** More of one kind are most likely one mistake, such as a file of another kind. */
const ENOUGH = 20;

/**
 * Characters that YAML forbids or takes for line breaks, and halves of characters. kustomize and Flux refuse most of
 * them wherever they are, escaped too, or give something else back. A line may end in CR LF.
 */
const UNWANTED = /(?![\t\n\r])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]|\r(?!\n)/gu;
/** The same in a value: there a line ends in LF, whatever the file's lines end in. */
const UNWANTED_IN_VALUE = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/u;

/** Characters in the text itself that it must not hold, comments included. */
export function characterErrors(text: string): readonly ContentError[] {
  const found: ContentError[] = [];
  for (const { 0: character, index } of text.matchAll(UNWANTED)) {
    found.push({ offset: index, finding: unwanted(character) });
    if (found.length === ENOUGH) break;
  }
  return found;
}

/** The first character of a value that it must not hold; undefined where there is none. */
export function unwantedCharacter(value: string): string | undefined {
  return UNWANTED_IN_VALUE.exec(value)?.[0];
}

function unwanted(character: string): ContentError['finding'] {
  return {
    code: 'MG011',
    what: `the character ${codePoint(character)} is not allowed here: ${reason(character)}`,
    remedy: 'remove it',
  };
}

function reason(character: string): string {
  if (character === '\r') return 'a line ends with a line feed, with or without a carriage return before it';
  if (/\p{Cs}/u.test(character)) return 'it is half of a character';
  return 'kustomize and Flux cannot read it, or take it for something else';
}

/** Directives at the top of a text, such as `%YAML 1.1`: each reader makes something else of them. */
export function directiveErrors(text: string): readonly ContentError[] {
  const directive = /^(?:\ufeff?(?:#[^\n]*|[ \t\r]*)\n)*\ufeff?%[^\n]*/.exec(text)?.[0];
  if (directive === undefined) return [];
  const offset = directive.lastIndexOf('%');
  const start = directive.lastIndexOf('\n') + 1;
  return [
    {
      offset: offset < start ? offset : directive.indexOf('%', start),
      finding: {
        code: 'MG045',
        what: `a directive, ${visible(directive.slice(start).trim()).slice(0, 40)}, changes how the file is read`,
        remedy: 'remove this line',
      },
    },
  ];
}

/** Values and keys that nobody who reads the rendered files would get back as they are written. */
export function valueErrors(document: Document.Parsed): readonly ContentError[] {
  const found: ContentError[] = [];
  visit(document, {
    Scalar: (_key, node) => {
      const finding = findingOf(node);
      if (finding === undefined) return undefined;
      found.push({ offset: node.range?.[0] ?? 0, finding });
      return found.length === ENOUGH ? visit.BREAK : undefined;
    },
  });
  return found;
}

function findingOf(node: Scalar): ContentError['finding'] | undefined {
  const { value } = node;
  if (typeof value === 'string') {
    const character = unwantedCharacter(value);
    return character === undefined ? undefined : unwanted(character);
  }
  if (typeof value !== 'number' || isExact(value)) return undefined;
  const written = visible(node.source ?? String(value));
  if (Number.isFinite(value)) {
    return {
      code: 'MG044',
      what: `${written} is larger than a number can be here: it would be rounded to ${String(value)}`,
      remedy: 'put it in quotes, or write a number between -9007199254740991 and 9007199254740991',
    };
  }
  const meaning = Number.isNaN(value) ? 'means "not a number" in YAML' : 'means infinity in YAML';
  return {
    code: 'MG044',
    what: `${written} ${/inf|nan/i.test(written) ? meaning : 'is larger than any number'}, which Kubernetes does not accept`,
    remedy: 'write a number, or put it in quotes if it is text',
  };
}

/** True where nothing is lost: whole numbers up to 2^53, and what is finite below that. */
function isExact(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}
