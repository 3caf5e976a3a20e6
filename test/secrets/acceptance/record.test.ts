import { describe, expect, it } from 'vitest';
import { readFingerprint, shownFingerprint } from '../../../src/secrets/acceptance/fingerprint.ts';
import {
  acceptedFor,
  covers,
  NOTHING_ACCEPTED,
  readRecord,
  recordText,
  withAccepted,
} from '../../../src/secrets/acceptance/record.ts';

const [ONE, TWO] = ['1'.repeat(64), 'ab'.repeat(32)];
const accepting = (...certificates: readonly string[]) => ({ ...NOTHING_ACCEPTED, certificates });

describe('the record', () => {
  it('gives back what was put in, each once, by folder and stack', () => {
    let record = withAccepted(new Map(), '/b/stacks', 'chat', accepting(ONE));
    record = withAccepted(record, '/a/stacks', 'chat', accepting(TWO));
    record = withAccepted(record, '/b/stacks', 'chat', accepting(TWO, ONE));
    const read = readRecord(recordText(record)) ?? new Map();
    // In the order of their use.
    expect(acceptedFor(read, '/b/stacks', 'chat')).toEqual(accepting(TWO, ONE));
    expect(acceptedFor(read, '/a/stacks', 'chat')).toEqual(accepting(TWO));
    expect(acceptedFor(read, '/a/stacks', 'lab')).toEqual(NOTHING_ACCEPTED);
    expect(acceptedFor(read, '/b', 'chat')).toEqual(NOTHING_ACCEPTED);
    expect(recordText(read)).toBe(recordText(record));
  });

  it('takes names that JavaScript has a meaning for as any other', () => {
    const record = withAccepted(new Map(), '__proto__', 'constructor', accepting(ONE));
    const read = readRecord(recordText(record)) ?? new Map();
    expect(acceptedFor(read, '__proto__', 'constructor')).toEqual(accepting(ONE));
    expect(acceptedFor(read, '/stacks', 'constructor')).toEqual(NOTHING_ACCEPTED);
  });

  it.each([
    ['[]'],
    ['null'],
    ['{"version":1}'],
    ['{"version":1,"stacks":{"/s":[]}}'],
    ['{"version":1,"stacks":{"/s":{"chat":{}}}}'],
    ['{"version":1,"stacks":{"/s":{"chat":{"certificates":[1],"recipients":[],"controllers":[]}}}}'],
    ['{"version":1,"stacks":{"/s":{"chat":{"certificates":[],"recipients":["age1x"],"controllers":[]}}}}'],
    ['{"version":1,"stacks":{"/s":{"chat":{"certificates":[],"recipients":[],"controllers":["../x"]}}}}'],
  ])('is damaged, not half believed: %s', (text) => {
    expect(readRecord(text)).toBeUndefined();
  });

  it('knows whether something new is in what is added', () => {
    expect(covers(accepting(ONE, TWO), accepting(TWO))).toBe(true);
    expect(covers(accepting(ONE, TWO), accepting(ONE))).toBe(false);
    expect(covers(accepting(ONE), accepting(TWO))).toBe(false);
    expect(covers(NOTHING_ACCEPTED, { ...NOTHING_ACCEPTED, controllers: ['a/b'] })).toBe(false);
  });
});

describe('a fingerprint', () => {
  it('is read as openssl prints it and as this program does, and printed as openssl does', () => {
    const shown = shownFingerprint(TWO).replace('SHA-256 ', '');
    expect(shown).toBe(Array(32).fill('AB').join(':'));
    for (const written of [
      TWO,
      TWO.toUpperCase(),
      shown,
      ` ${shown}\n`,
      `SHA256 Fingerprint=${shown}`,
      `sha256:${TWO}`,
    ]) {
      expect(readFingerprint(written)).toBe(TWO);
    }
    for (const written of ['', 'ab', `${TWO}0`, TWO.replace('a', 'g')]) {
      expect(readFingerprint(written)).toBeUndefined();
    }
  });
});
