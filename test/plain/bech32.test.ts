import { expect, it } from 'vitest';
import { readBech32 } from '../../src/plain/bech32.ts';

it('reads what BIP 173 calls valid, and gives its bytes', () => {
  expect(readBech32('a12uel5l')).toEqual({ prefix: 'a', bytes: Buffer.alloc(0) });
  const all = readBech32('abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw');
  // Thirty-two words, 0 to 31, of five bits each.
  expect(all?.bytes.toString('hex')).toBe('00443214c74254b635cf84653a56d7c675be77df');
  const split = 'split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w';
  expect(readBech32(split)?.prefix).toBe('split');
});

it.each([
  ['a wrong checksum', 'a12uel5k'],
  ['no separator', 'pzry9x0s0muk'],
  ['nothing before the separator', '1pzry9x0s0muk'],
  ['a character that is none of its own', 'x1b4n0q5v'],
  ['a checksum cut short', 'li1dgmt3'],
  ['five bits too many', 'x1qm7ssx4'],
])('refuses %s', (_, text) => {
  expect(readBech32(text)).toBeUndefined();
});
