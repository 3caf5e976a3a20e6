import { isLiteral, isSecretName } from './names.ts';
import { FORMS, URL_PLACEHOLDER } from './words.ts';

/** What to write instead of a value that is secret. */
export const TO_SECRET =
  'declare a Secret in secrets.own, and give it to the program as a file with extraFiles: {PATH: {fromSecret: NAME, key: KEY}} (options of Synapse without a file: synapse.extraSecretConfig)';

/** Something in a text that must not be there. Values are never repeated. */
export interface PlainSecret {
  /** After the name of the place: `holds …`. */
  readonly what: string;
  readonly remedy: string;
}

const escaped = (text: string): string => text.replaceAll(/[$.]/g, '\\$&');
/** One look that most texts end with: without one of these beginnings, none of the forms is there. */
const BEGINNINGS = new RegExp(FORMS.flatMap(({ begins }) => begins.map(escaped)).join('|'), 'g');
const BY_BEGINNING = new Map(FORMS.flatMap((form) => form.begins.map((begin) => [begin, form] as const)));
const WORD = /[\w+/-]/;
/** Shorter than every form. */
const SHORTEST = 15;

/**
 * A private key or token in a text, known by its form.
 *
 * @returns in words, after "holds"; undefined without one
 */
export function formIn(text: string): string | undefined {
  if (text.length < SHORTEST) return undefined;
  BEGINNINGS.lastIndex = 0;
  for (let found = BEGINNINGS.exec(text); found !== null; found = BEGINNINGS.exec(text)) {
    const [begin] = found;
    const form = BY_BEGINNING.get(begin);
    if (form === undefined) continue;
    if (form.anywhere !== true && WORD.test(text[found.index - 1] ?? '')) continue;
    form.follows.lastIndex = found.index + begin.length;
    const [rest] = form.follows.exec(text) ?? [];
    if (rest === undefined) continue;
    // A certificate begins in the same way.
    if (begin.startsWith('LS0t') && !decoded(begin + rest).includes('PRIVATE KEY')) continue;
    return form.what;
  }
  return undefined;
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('latin1');
}

/** Where the part of a URL with user and password ends at the latest. */
const URL_PART_END = /[/\s"'`\\?#]|$/g;
/** The user of a URL that is a key by itself, as in the address of a Sentry project. */
const KEY_AS_USER = /^(?=.*\d)[A-Za-z0-9_-]{20,200}$/;

/**
 * A URL with a password, or with a key for a user. Every character is looked at once: what lies between `://` and the
 * next `/` belongs to one URL only.
 *
 * @returns in words, after "holds"; undefined without one
 */
export function urlSecretIn(text: string): string | undefined {
  for (let start = text.indexOf('://'); start !== -1; start = text.indexOf('://', start + 3)) {
    if (!/[a-z0-9]/i.test(text[start - 1] ?? '')) continue;
    const from = start + 3;
    URL_PART_END.lastIndex = from;
    const end = URL_PART_END.exec(text)?.index ?? text.length;
    const authority = text.slice(from, end);
    const at = authority.lastIndexOf('@');
    if (at === -1) continue;
    const user = authority.slice(0, at);
    const colon = user.indexOf(':');
    if (colon === -1) {
      if (KEY_AS_USER.test(user)) return 'a URL with a key';
      continue;
    }
    const password = user.slice(colon + 1);
    if (isLiteral(password) && !URL_PLACEHOLDER.test(password)) return 'a URL with a password';
  }
  return undefined;
}

/** `?token=…&key=…` of URLs. */
const QUERY = /[?&]([\w.-]{1,100})=([^\s&"'`<>#]+)/g;

/**
 * A secret in the query of a URL.
 *
 * @returns in words, after "holds"; undefined without one
 */
export function querySecretIn(text: string): string | undefined {
  if (!text.includes('://')) return undefined;
  for (const [, name = '', value = ''] of text.matchAll(QUERY)) {
    if (isSecretName(name) && isLiteral(value)) return 'a URL with a secret in its query';
  }
  return undefined;
}

/** Whatever in a text is a secret by its form. */
export function secretByForm(text: string): PlainSecret | undefined {
  const form = formIn(text);
  if (form !== undefined) return { what: `holds ${form}`, remedy: TO_SECRET };
  // Most texts hold no URL.
  if (!text.includes('://')) return undefined;
  const url = urlSecretIn(text) ?? querySecretIn(text);
  return url === undefined ? undefined : { what: `holds ${url}`, remedy: TO_SECRET };
}
