import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
/** What the bundle has in the place of the package, and the package. */
const [ours, theirs] = [require('../../scripts/ip-address.cjs'), require('ip-address')];

describe('the part of ip-address that is bundled gives what the whole gives', () => {
  it.each(['::', '::1', 'fd00::1:2', '1:2:3:4:5:6:7:8', '2001:db8::', '::ffff:1.2.3.4', 'FE80::1:0:0:1'])(
    'for %s',
    (text) => {
      expect(new ours.Address6(text).canonicalForm()).toBe(new theirs.Address6(text).canonicalForm());
    },
  );

  it('for bytes', () => {
    const bytes = [0x20, 1, 0xd, 0xb8, ...Array(11).fill(0), 1];
    const [one, other] = [ours, theirs].map(({ Address6 }) => Address6.fromByteArray(bytes).canonicalForm());
    expect(one).toBe(other);
    expect(new ours.Address4('10.2.3.4').toArray()).toEqual(new theirs.Address4('10.2.3.4').toArray());
  });
});
