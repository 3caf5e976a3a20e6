import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { dnsLabel, host, ipv4, label, objectName, portOrRange } from '../../src/stack/fields.ts';

/** What a person is told to write instead. */
function told(field: z.ZodType, text: string): string {
  const { error } = field.safeParse(text);
  if (error === undefined) throw new Error(`${text} fits`);
  const [issue] = error.issues;
  return issue?.code === 'invalid_union' ? (issue.errors.at(-1)?.[0]?.message ?? '') : (issue?.message ?? '');
}

const HOST = 'write a host name in lower case, such as matrix.example.org';

describe('a host', () => {
  it.each([
    ['Example.ORG', 'write example.org, in lower case'],
    ['example.org.', 'write example.org, without the dot at the end'],
    [
      'https://Example.org:8448/x',
      'write example.org, without the scheme and without the port and without the path and in lower case',
    ],
    ['@user:example.org', 'write example.org'],
    [
      'müller.example',
      'only ASCII is allowed here, so an international name needs its xn-- form; write xn--mller-kva.example',
    ],
    [
      'пример.example',
      'only ASCII is allowed here, so an international name needs its xn-- form; write xn--e1afmkfd.example',
    ],
    // A word of Cyrillic letters only is a word, though each looks like a Latin letter.
    [
      'орех.example',
      'only ASCII is allowed here, so an international name needs its xn-- form; write xn--e1argv.example',
    ],
    ['ex\u0430mple.org', 'character 3 is U+0430, which only looks like "a"; write example.org'],
    ['\uff45xample.org', 'character 1 is U+FF45, which only looks like "e"; write example.org'],
    [
      'my\u2011chat.example.org',
      'character 3 is U+2011, which only looks like "-"; write my-chat.example.org',
    ],
    ['exam\u200bple.org', 'character 5 is U+200B, which is invisible; write example.org'],
    ['😀\u200d.example.org', 'character 2 is U+200D, which is invisible; write xn--e28h.example.org'],
    ['\u00a0example.org', 'character 1 is U+00A0, a space of another kind; write example.org'],
    ['example.org ', 'character 12 is a space; write example.org'],
    ['a.example.org b.example.org', `character 14 is a space; ${HOST}`],
    ['2001:db8::1', `IPv6 addresses are not supported yet; ${HOST}`],
    ['[fe80::1]:8448', `IPv6 addresses are not supported yet; ${HOST}`],
    ['203.0.113.7', `a name is needed here, not an address; ${HOST}`],
    ['*.example.org', `wildcards are not supported here; ${HOST}`],
    ['my_chat.example.org', `a host name cannot have an underscore; ${HOST}`],
    ['localhost', `the name needs a dot; ${HOST}`],
    ['a..example.org', 'there are two dots in a row; write a.example.org'],
    ['-a.example.org', `no part may begin or end with a dash; ${HOST}`],
    [`${'a'.repeat(64)}.org`, 'a part between two dots has 64 characters: write at most 63'],
    [`${`${'a'.repeat(60)}.`.repeat(4)}${'b'.repeat(12)}`, 'the name has 256 characters: write at most 253'],
    ['a.example.org,b.example.org', HOST],
    ['', HOST],
    ['x'.repeat(500), HOST],
  ])('%j: %s', (text, advice) => {
    expect(told(host, text)).toBe(advice);
  });
});

describe('a name', () => {
  it.each([
    ['App', 'write app, in lower case'],
    ['app_matrix', 'write app-matrix'],
    ['my chat', 'write my-chat'],
    ['ch\u0430t', 'character 3 is U+0430, which only looks like "a"; write chat'],
    ['chat\u200b', 'character 5 is U+200B, which is invisible; write chat'],
    ['chät', 'write at most 63 lower-case letters, digits and dashes, such as matrix-one'],
    ['-chat', 'write at most 63 lower-case letters, digits and dashes, such as matrix-one'],
    ['a'.repeat(64), 'write at most 63 characters: this name has 64'],
  ])('%j: %s', (text, advice) => {
    expect(told(dnsLabel, text)).toBe(advice);
  });

  it('of a stack is held to one length only, in one message', () => {
    for (const length of [41, 64, 600]) {
      const { error } = label(40).safeParse('a'.repeat(length));
      expect(error?.issues).toHaveLength(1);
      if (length < 512)
        expect(error?.issues[0]?.message).toBe(`write at most 40 characters: this name has ${length}`);
    }
  });

  it('of an object may have dots', () => {
    expect(told(objectName, 'My.Secret')).toBe('write my.secret, in lower case');
  });
});

describe('an address', () => {
  const general = 'write an IPv4 address such as 203.0.113.7';
  it.each([
    ['2001:db8::7', `IPv6 addresses are not supported yet; ${general}`],
    ['[2001:db8::7]:7882', `IPv6 addresses are not supported yet; ${general}`],
    ['2001:db8::/64', `IPv6 addresses are not supported yet; ${general}`],
    ['203.0.113.007', 'write 203.0.113.7, without leading zeros'],
    ['203.0.113.7/24', 'write 203.0.113.7, without anything around it'],
    ['203.0.113.7:7882', 'write 203.0.113.7, without anything around it'],
    ['chat.example.org', `an address is needed here, not a name; ${general}`],
    ['203.0.113', general],
  ])('%j: %s', (text, advice) => {
    expect(told(ipv4, text)).toBe(advice);
  });
});

describe('a range of ports', () => {
  it.each(['50000 - 60000', '50000–60000', '50000:60000', '50000..60000', '50000 to 60000'])('%j', (text) => {
    expect(told(portOrRange, text)).toBe('write 50000-60000, with nothing but a dash between');
  });
});
