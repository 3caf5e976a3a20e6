import { isAlias, isNode, isScalar, isSeq, parseDocument, visit } from 'yaml';
import { codePoint } from '../../plain/visible.ts';
import { secretByForm } from '../../plain-secrets/forms.ts';
import { secretsInLines } from '../../plain-secrets/lines.ts';

/** Something in the text of a file, apart from what it says as data. */
export interface TextProblem {
  /** Where it begins, in characters from the start. */
  readonly offset: number;
  readonly what: string;
  readonly remedy: string;
}

/**
 * Characters that turn the direction of text or cannot be seen: whoever reviews the file sees something else than what
 * it says. What readers of YAML disagree about is found before (src/stack/reading/contents.ts).
 */
const MISLEADING = /\p{Cf}|[\u115F\u1160\u3164\uFFA0]|\p{Variation_Selector}/u;

/** Tags that the parser gives what has none; one that is written on a list or a group changes nothing. */
const GIVEN = { scalar: undefined, list: 'tag:yaml.org,2002:seq', group: 'tag:yaml.org,2002:map' } as const;

/** What makes a text mean another thing to another reader. The text has been read without an error. */
export function misleadingIn(text: string): readonly TextProblem[] {
  const found: TextProblem[] = [];
  const character = MISLEADING.exec(text);
  if (character !== null) {
    found.push({
      offset: character.index,
      what: `the character ${codePoint(character[0])} is not allowed in a file of secrets: it cannot be seen, or turns the direction of text`,
      remedy: 'remove it',
    });
  }
  visit(parseDocument(text, { logLevel: 'silent', uniqueKeys: false }), (_, node) => {
    if (!isNode(node)) return;
    const offset = node.range?.[0] ?? 0;
    if (isAlias(node) || node.anchor !== undefined) {
      const what = `${isAlias(node) ? 'an alias (*)' : 'an anchor (&)'} is not allowed in a file of secrets`;
      found.push({ offset, what, remedy: 'write the value where it belongs' });
    } else if (
      node.tag !== undefined &&
      node.tag !== GIVEN[isScalar(node) ? 'scalar' : isSeq(node) ? 'list' : 'group']
    ) {
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
    if (
      column !== -1 &&
      !/^\s?#\s*ENC\[AES256_GCM,data:[A-Za-z0-9+/=]*,iv:[A-Za-z0-9+/=]+,tag:[A-Za-z0-9+/=]+,type:comment\]\s*$/.test(
        line.slice(column),
      )
    ) {
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
