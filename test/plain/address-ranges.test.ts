import { describe, expect, it } from 'vitest';
import { isAddressRange, isHugeRange } from '../../src/plain/address-ranges.ts';

describe('a range of addresses', () => {
  it.each([
    '10.0.0.0/8',
    '0.0.0.0/0',
    '192.168.1.7',
    '192.168.1.7/32',
    '::/0',
    '::1',
    'fd00::/8',
    '2001:db8::1/128',
  ])('is %s', (text) => expect(isAddressRange(text)).toBe(true));

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.256',
    '010.0.0.1',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    'fd00::/129',
    'fd00::1::/64',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8::',
    'fd00:/64',
    'fe80::1%eth0',
    'home.arpa',
    '10.0.0.0/',
  ])('is not "%s"', (text) => expect(isAddressRange(text)).toBe(false));

  it('is larger than one network with a prefix below 8', () => {
    expect(['0.0.0.0/0', '128.0.0.0/1', '::/0', 'fc00::/7'].every(isHugeRange)).toBe(true);
    expect(['10.0.0.0/8', 'fd00::/8', '192.168.1.7', '10.0.0.0/17'].some(isHugeRange)).toBe(false);
  });
});
