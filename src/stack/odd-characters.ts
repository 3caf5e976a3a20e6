import { codePoint } from '../plain/visible.ts';

/** A character that most likely is not what a person thinks it is. */
export interface OddCharacter {
  /** `character 5 is U+200B, which is invisible`. */
  readonly what: string;
  /** The same text without such characters, or with the letters that they look like. */
  readonly meant: string;
}

/** Format characters take no room; spaces of all kinds look like nothing at the beginning and the end. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0]/u;

/**
 * What looks like a Latin letter, dash or dot and is another character. The three rows: Cyrillic, Greek and phonetic
 * letters, punctuation. Wide and other variants of ASCII are found by their compatibility forms.
 *
 * @see https://www.unicode.org/reports/tr39/#Confusable_Detection
 */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  ...pairs('0430a 0441c 0501d 0435e 04bbh 0456i 0458j 04cfl 043eo 0440p 051bq 0455s 0475v 051dw 0445x 0443y'),
  ...pairs('0410A 0412B 0415E 041aK 041cM 041dH 041eO 0420P 0421C 0422T 0425X 0423Y 0406I 0408J 0405S'),
  ...pairs('03b1a 03bfo 03bdv 03c1p 03b9i 03bak 03c4t 03c5u 03c7x 0131i 0261g 0391A 0392B 0395E 0397H 039fO'),
  ...pairs('2010- 2011- 2012- 2013- 2014- 2212- 2024. 3002. ff61.'),
};

function pairs(row: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    row.split(' ').map((one) => [String.fromCodePoint(Number.parseInt(one.slice(0, 4), 16)), one.slice(4)]),
  );
}

/** The ASCII character that another one looks like; undefined for what looks like none. */
function lookAlike(character: string): string | undefined {
  if (character <= '\u007f') return undefined;
  const known = Object.hasOwn(LOOK_ALIKES, character) ? LOOK_ALIKES[character] : undefined;
  if (known !== undefined) return known;
  const wide = character.normalize('NFKC');
  return wide.length === 1 && wide <= '\u007f' ? wide : undefined;
}

/**
 * The first invisible or look-alike character in a text that should be ASCII, or undefined. A letter of another
 * script counts only next to Latin letters: a whole word in that script is a word.
 */
export function oddCharacter(text: string): OddCharacter | undefined {
  const characters = [...text];
  const mixed = /[a-z]/i.test(text.replace(/\.[a-z]+$/i, ''));
  const isOdd = (one: string): boolean => {
    if (INVISIBLE.test(one)) return true;
    const like = lookAlike(one);
    return like !== undefined && (mixed || !/\p{Script=Cyrillic}|\p{Script=Greek}/u.test(one));
  };
  const index = characters.findIndex(isOdd);
  const odd = characters[index];
  if (odd === undefined) return undefined;
  const meant = characters
    .map((one) => (isOdd(one) ? (lookAlike(one)?.replace(' ', '') ?? '') : one))
    .join('');
  const like = INVISIBLE.test(odd) ? undefined : lookAlike(odd);
  const is = like === undefined ? invisibleText(odd) : `which only looks like "${like}"`;
  return { what: `character ${index + 1} is ${odd === ' ' ? 'a space' : `${codePoint(odd)}, ${is}`}`, meant };
}

function invisibleText(character: string): string {
  if (character === '\t') return 'a tab';
  if (character === '\n') return 'a line break';
  return /\p{Zs}/u.test(character) ? 'a space of another kind' : 'which is invisible';
}
