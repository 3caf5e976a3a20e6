import * as z from 'zod';
import { isAddressRange } from '../plain/address-ranges.ts';
import { isCpu, isMemory } from '../plain/quantity.ts';
import { addressAdvice, hostAdvice, nameAdvice, type Rule } from './advice.ts';
import { standIns } from './reading/salvage.ts';

/**
 * The kinds of value a stack file holds. A pattern's message says what to write;
 * the loader puts the offending value in front of it.
 */

/** The longest path or pattern a stack file can hold. */
const LONGEST = 512;

/**
 * Text that is short enough for any pattern: asked first, so that a pattern with several ways to read a text never
 * meets a long one.
 */
export const shortText = z
  .string()
  .max(LONGEST, { abort: true, message: `write at most ${LONGEST} characters` });

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
/** A name whose last label is a number would be taken for an IPv4 address (WHATWG URL, "ends in a number"). */
const HOST = new RegExp(`^(?=.{1,253}$)(?!.*\\.[0-9]+$)(?:${LABEL}\\.)+${LABEL}$`);
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const DNS_SUBDOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}$`);
/** Synapse sizes are whole bytes with a one-letter binary unit; `50Mi` and `50MB` crash its parser. */
const SYNAPSE_SIZE = /^[1-9][0-9]*[KMG]$/;
const SECONDS_OR_MINUTES = /^[1-9][0-9]{0,3}[smh]$/;
const PORT_RANGE = /^([1-9][0-9]{3,4})-([1-9][0-9]{3,4})$/;

/** Text of a form; where it does not fit, what to write is made of what is written. */
function textLike(rule: Rule, advice: (text: string, rule: Rule) => string, text = shortText): z.ZodString {
  return text.regex(rule.fits, { error: ({ input }) => advice(String(input), rule) });
}

const HOST_RULE = { fits: HOST, general: 'write a host name in lower case, such as matrix.example.org' };
export const host = textLike(HOST_RULE, hostAdvice);

export const serverName = textLike(
  { fits: HOST, general: 'write the domain after the colon in @user:…, in lower case, such as example.org' },
  hostAdvice,
);

/** A name without dots, of a length that leaves room for what is made from it. */
export function label(longest: number): z.ZodString {
  const general = `write at most ${longest} lower-case letters, digits and dashes, such as matrix-one`;
  const text = shortText.max(longest, {
    abort: true,
    error: ({ input }) => `write at most ${longest} characters: this name has ${String(input).length}`,
  });
  return textLike({ fits: DNS_LABEL, general }, nameAdvice, text);
}

export const dnsLabel = label(63);

export const objectName = textLike(
  {
    fits: DNS_SUBDOMAIN,
    general: 'write a Kubernetes object name: lower-case letters, digits, dashes and dots',
  },
  nameAdvice,
);

export const ipv4 = textLike(
  { fits: IPV4, general: 'write an IPv4 address such as 203.0.113.7' },
  addressAdvice,
);

/** An address, or a range of addresses. */
export const addressRange = shortText.refine(
  isAddressRange,
  'write a range of addresses such as 192.168.10.0/24 or fd00:10::/64, or one address',
);

/** A name that nobody can own (RFC 2606). */
for (const named of [host, serverName, objectName]) standIns.add(named, { text: 'stand-in.invalid' });
standIns.add(ipv4, { text: '203.0.113.1' });

export const memory = shortText
  .refine(isMemory, 'write a whole number with Ki, Mi, Gi or Ti, such as 512Mi or 4Gi')
  .describe('A whole number with Ki, Mi, Gi or Ti, such as 512Mi or 4Gi.');

/** Written as text (`500m`) or as a number of whole cores. */
export const cpu = z
  .union([
    shortText.refine(isCpu, 'write whole cores or millicores, such as 2 or 500m'),
    z.int().positive('write whole cores or millicores, such as 2 or 500m'),
  ])
  .describe('Whole cores or millicores, such as 2 or 500m.');

export const synapseSize = shortText.regex(
  SYNAPSE_SIZE,
  'write a whole number with K, M or G, such as 50M (Synapse does not accept Mi or MB)',
);

export const duration = shortText.regex(
  SECONDS_OR_MINUTES,
  'write a whole number with s, m or h, such as 90s, 5m or 2h',
);

/** A port that an unprivileged program may open. */
export const port = z
  .int()
  .min(1024, 'choose a port from 1024 to 65535')
  .max(65535, 'choose a port from 1024 to 65535');

/** One UDP port, or a range written `50000-60000`. */
export const portOrRange = z.union([
  port,
  shortText.regex(PORT_RANGE, { error: ({ input }) => rangeAdvice(String(input)) }),
]);

function rangeAdvice(text: string): string {
  const [, first, last] = /^\s*(\d{4,5})\s*(?:[-:\u2013\u2014]|\.\.|to)\s*(\d{4,5})\s*$/.exec(text) ?? [];
  if (first !== undefined && last !== undefined)
    return `write ${first}-${last}, with nothing but a dash between`;
  return 'write one port (7882) or a range with the lower end first (50000-60000)';
}

/** A range of UDP ports, written `41000-41999`. */
export const rangeOfPorts = shortText.regex(
  PORT_RANGE,
  'write a range with the lower end first, such as 41000-41999',
);

/** First and last port of a {@link portOrRange}; both are the same for a single port. */
export function portRange(value: number | string): { readonly first: number; readonly last: number } {
  if (typeof value === 'number') return { first: value, last: value };
  const match = PORT_RANGE.exec(value);
  return { first: Number(match?.[1]), last: Number(match?.[2]) };
}

/**
 * Seconds of a duration such as `5m`.
 *
 * @throws when the text is not a valid duration in a stack file.
 */
export function seconds(text: string): number {
  if (!SECONDS_OR_MINUTES.test(text)) throw new Error(`"${text}" is not a duration`);
  const unit = text.endsWith('h') ? 3600 : text.endsWith('m') ? 60 : 1;
  return Number(text.slice(0, -1)) * unit;
}

/** True for the addresses that documentation uses, and nobody has (RFC 5737). */
export function isDocumentationAddress(address: string): boolean {
  return /^(?:192\.0\.2|198\.51\.100|203\.0\.113)\./.test(address);
}

/** True for addresses nobody outside the local network can reach (RFC 1918, 6598, 3927, 1122). */
export function isPrivateAddress(address: string): boolean {
  const [a = 0, b = 0] = address.split('.').map(Number);
  return (
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b <= 127) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b <= 31) ||
    (a === 192 && b === 168)
  );
}
