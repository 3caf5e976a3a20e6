import { isAlias, isNode, parseDocument, visit } from 'yaml';
import { secretByForm } from '../../model/plain-secrets/forms.ts';
import { secretsInLines } from '../../model/plain-secrets/lines.ts';

/** Something in the text of a file, apart from what it says as data. */
export interface TextProblem {
  /** Where it begins, in characters from the start. */
  readonly offset: number;
  readonly what: string;
  readonly remedy: string;
}

/**
 * Characters that readers of YAML do not agree about, or that a terminal follows: to one reader a comment ends at
 * U+2028 and the next object begins, to another all of it is comment.
 */
const UNCLEAR =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  /\r(?!\n)|[\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/;

/** What makes a text mean another thing to another reader. The text has been read without an error. */
export function unclearIn(text: string): readonly TextProblem[] {
  const found: TextProblem[] = [];
  const character = UNCLEAR.exec(text);
  if (character !== null) {
    const [first = ''] = character;
    const code = (first.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    found.push({
      offset: character.index,
      what: `the character U+${code} is not allowed in a file of secrets: not every reader takes it for the same`,
      remedy: 'remove it, and save the file as UTF-8 without a byte order mark',
    });
  }
  const directive = /^%/m.exec(text);
  if (directive !== null) {
    const what = 'a YAML directive is not allowed in a file of secrets';
    found.push({ offset: directive.index, what, remedy: 'remove the line' });
  }
  visit(parseDocument(text, { logLevel: 'silent' }), (_, node) => {
    if (!isNode(node)) return;
    const offset = node.range?.[0] ?? 0;
    if (isAlias(node) || node.anchor !== undefined) {
      const what = `${isAlias(node) ? 'an alias (*)' : 'an anchor (&)'} is not allowed in a file of secrets`;
      found.push({ offset, what, remedy: 'write the value where it belongs' });
    } else if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) {
      const what = 'a tag (!) is not allowed in a file of secrets';
      found.push({ offset, what, remedy: 'remove it' });
    }
  });
  return found;
}

/**
 * Secrets in plain text in the comments of a file. Its data has been found to hold nothing but names and ciphertext, so
 * that everything behind a `#` is a comment.
 */
export function secretsInComments(text: string): readonly TextProblem[] {
  if (!text.includes('#')) return [];
  const found: TextProblem[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const column = line.search(/(?:^|\s)#/);
    // sops encrypts comments as well.
    if (column !== -1 && !/^\s?#\s*ENC\[AES256_GCM,\S+\]\s*$/.test(line.slice(column))) {
      const comment = line.slice(column);
      const [named] = secretsInLines(comment);
      const form = secretByForm(comment);
      if (named !== undefined || form !== undefined) {
        const what = `this comment ${form?.what ?? 'holds a secret in plain text'}`;
        const remedy =
          'remove the comment without committing it; if it was committed, consider the value known and rotate it';
        found.push({ offset: start + column, what, remedy });
      }
    }
    start += line.length + 1;
  }
  return found;
}
