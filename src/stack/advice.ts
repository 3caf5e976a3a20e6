import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import { oddCharacter } from './odd-characters.ts';

/**
 * What to write instead of text that does not fit. Where it can be told what a person meant, that is what they are
 * told to write; otherwise the rule.
 */
export interface Rule {
  /** What fits. */
  readonly fits: RegExp;
  /** What to write in general, such as `write a host name, such as matrix.example.org`. */
  readonly general: string;
}

/** Longer text is not looked into: it is a mistake of another kind. */
const LONGEST = 300;
const LONGEST_LABEL = 63;
const LONGEST_HOST = 253;

/** What to write instead of a host name that is not valid. */
export function hostAdvice(text: string, rule: Rule): string {
  if (text.length > LONGEST) return rule.general;
  const odd = oddCharacter(text);
  // Two names with a space between are not one name.
  const isSplit = /\S\s+\S/.test(text);
  if (odd !== undefined) return because(odd.what, isSplit ? undefined : hostMeant(odd.meant), rule);
  const bare = bareHost(text);
  if (isIPv6(text)) return `IPv6 addresses are not supported yet; ${rule.general}`;
  if (/^[0-9.]+$/.test(bare)) return `a name is needed here, not an address; ${rule.general}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII
  if (/[^\x00-\x7f]/.test(bare)) {
    return because(
      'only ASCII is allowed here, so an international name needs its xn-- form',
      hostMeant(bare),
      rule,
    );
  }
  if (bare.startsWith('*.')) return because('wildcards are not supported here', undefined, rule);
  if (bare.includes('_')) return because('a host name cannot have an underscore', undefined, rule);
  if (bare.includes('..'))
    return because('there are two dots in a row', hostMeant(bare.replaceAll(/\.{2,}/g, '.')), rule);
  const tooLong = bare.split('.').find((label) => label.length > LONGEST_LABEL);
  if (tooLong !== undefined) {
    return `a part between two dots has ${tooLong.length} characters: write at most ${LONGEST_LABEL}`;
  }
  if (bare.length > LONGEST_HOST) {
    return `the name has ${bare.length} characters: write at most ${LONGEST_HOST}`;
  }
  if (/^[a-z0-9-]+\.?$/i.test(bare)) return because('the name needs a dot', undefined, rule);
  if (/^-|-$|-\.|\.-/.test(bare)) return because('no part may begin or end with a dash', undefined, rule);
  return because(leftOut(text), hostMeant(bare), rule);
}

/** With or without brackets, port and mask. */
function isIPv6(text: string): boolean {
  return isIP(text.replace(/^\[([^\]]*)\](?::\d+)?$/, '$1').replace(/\/\d+$/, '')) === 6;
}

/** Without what is around a host name in a URL or a Matrix id. */
function bareHost(text: string): string {
  return text
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/[/?#].*$/s, '')
    .replace(/^@?[^@:]*[@:](?=[^:]*\.[^:]*$)/, '')
    .replace(/^([^:]*):\d+$/, '$1');
}

/** The valid form of a host name that somebody wrote in another way. */
function hostMeant(text: string): string {
  return domainToASCII(bareHost(text).toLowerCase().replace(/\.+$/, ''));
}

/** Why text is not what it says, in the words of whoever left something in it. */
function leftOut(text: string): string {
  const found = [
    ...(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? ['without the scheme'] : []),
    ...(/:\d+(?:\/|$)/.test(text) ? ['without the port'] : []),
    ...(/[^:/]\/(?!\/)/.test(text) ? ['without the path'] : []),
    ...(/[A-Z]/.test(text) ? ['in lower case'] : []),
    ...(/\.$/.test(text) ? ['without the dot at the end'] : []),
  ];
  return found.join(' and ');
}

function because(why: string, meant: string | undefined, { fits, general }: Rule): string {
  const write = meant !== undefined && fits.test(meant) ? `write ${meant}` : undefined;
  if (/^(?:without|in) /.test(why)) return write === undefined ? general : `${write}, ${why}`;
  return [...(why === '' ? [] : [why]), write ?? general].join('; ');
}

/** What to write instead of the name of an object, a stack or a namespace that is not valid. */
export function nameAdvice(text: string, rule: Rule): string {
  if (text.length > LONGEST) return rule.general;
  const dashed = text.trim().toLowerCase().replaceAll(/[ _]+/g, '-');
  const odd = oddCharacter(dashed);
  const meant = odd?.meant ?? dashed;
  const seen = oddCharacter(text);
  if (odd !== undefined && seen !== undefined) return because(seen.what, meant, rule);
  if (meant !== text && rule.fits.test(meant)) {
    const why = meant === text.toLowerCase() ? 'in lower case' : '';
    return because(why, meant, rule);
  }
  return rule.general;
}

/** What to write instead of an IPv4 address that is not valid. */
export function addressAdvice(text: string, rule: Rule): string {
  if (text.length > LONGEST) return rule.general;
  const odd = oddCharacter(text);
  if (odd !== undefined) return because(odd.what, odd.meant, rule);
  if (isIPv6(text)) {
    return `IPv6 addresses are not supported yet; ${rule.general}`;
  }
  const bare = text.replace(/^[a-z]+:\/\//i, '').replace(/[:/].*$/s, '');
  const plain = bare.replaceAll(/(^|\.)0+(?=\d)/g, '$1');
  if (plain !== bare) return because('without leading zeros', plain, rule);
  if (bare !== text) return because('without anything around it', bare, rule);
  if (/[a-z]/i.test(text)) return `an address is needed here, not a name; ${rule.general}`;
  return rule.general;
}
