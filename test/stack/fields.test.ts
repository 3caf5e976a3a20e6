import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import * as fields from '../../src/stack/fields.ts';

/** What a kind of value takes, and what it refuses. */
interface Kind {
  readonly name: string;
  readonly field: z.ZodType;
  readonly takes: readonly unknown[];
  readonly refuses: readonly unknown[];
}

const LONG_LABEL = 'a'.repeat(63);
const badHosts = [
  'Example.org',
  'example',
  'https://example.org',
  'example.org:8448',
  'example.org/chat',
  '*.example.org',
  'example.org.',
  '.example.org',
  'exam_ple.org',
  '-example.org',
  'example..org',
  'example.org\n',
  '192.168.10.20',
  'a.1',
  `${LONG_LABEL}a.org`,
  `${`${LONG_LABEL}.`.repeat(4)}org`,
  '',
];

const kinds: readonly Kind[] = [
  {
    name: 'a host',
    field: fields.host,
    takes: ['example.org', 'a.b.example.org', 'xn--bcher-kva.example', '1.example.org', `${LONG_LABEL}.org`],
    refuses: badHosts,
  },
  { name: 'a server name', field: fields.serverName, takes: ['example.org', 'home.arpa'], refuses: badHosts },
  {
    name: 'an IPv4 address',
    field: fields.ipv4,
    takes: ['203.0.113.7', '0.0.0.0', '255.255.255.255'],
    refuses: ['203.0.113', '203.0.113.256', '203.0.113.07', '2001:db8::7', 'example.org', ' 203.0.113.7', ''],
  },
  {
    name: 'a label',
    field: fields.dnsLabel,
    takes: ['app-matrix', 'a', '1', LONG_LABEL],
    refuses: ['app_matrix', 'App', '-a', 'a-', 'a.b', `${LONG_LABEL}a`, ''],
  },
  {
    name: 'an object name',
    field: fields.objectName,
    takes: ['letsencrypt', 'ceph.rbd', 'a-1.b-2'],
    refuses: ['Let', 'a/b', 'a..b', '-a', ''],
  },
  {
    name: "a size in Synapse's grammar",
    field: fields.synapseSize,
    takes: ['50M', '1G', '512K'],
    refuses: ['50Mi', '50MB', '50', '0M', '1.5G', '50m'],
  },
  {
    name: 'a duration',
    field: fields.duration,
    takes: ['90s', '5m', '2h'],
    refuses: ['5', '5min', '1d', '0s', '1h30m', '5 m'],
  },
  {
    name: 'CPU',
    field: fields.cpu,
    takes: ['500m', '2', 2],
    refuses: [0.5, 0, -1, '0.5', '50%', null, ['1']],
  },
  {
    name: 'a port',
    field: fields.port,
    takes: [1024, 7882, 65535],
    refuses: [443, 65536, 7882.5, '7882', -1],
  },
  {
    name: 'a port or a range',
    field: fields.portOrRange,
    takes: [7882, '50000-60000', '50000-50000'],
    refuses: [80, '7882', '50000:60000', '50000 - 60000', '50000-', [50000, 60000]],
  },
];

describe.each(kinds)('$name', ({ field, takes, refuses }) => {
  it.each(takes.map((value) => ({ value })))('can be $value', ({ value }) => {
    expect(field.safeParse(value).success).toBe(true);
  });

  it.each(refuses.map((value) => ({ value })))('cannot be $value', ({ value }) => {
    expect(field.safeParse(value).success).toBe(false);
  });
});

describe('reading values', () => {
  it('counts seconds, minutes and hours', () => {
    expect(['90s', '5m', '2h'].map(fields.seconds)).toEqual([90, 300, 7200]);
    expect(() => fields.seconds('soon')).toThrow('"soon"');
  });

  it('gives first and last port, the same for a single one', () => {
    expect(fields.portRange(7882)).toEqual({ first: 7882, last: 7882 });
    expect(fields.portRange('50000-60000')).toEqual({ first: 50000, last: 60000 });
  });

  it.each([
    '10.0.0.5',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.0.1',
    '100.127.255.255',
    '169.254.1.1',
    '127.0.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
  ])('knows that nobody outside reaches %s', (address) => {
    expect(fields.isPrivateAddress(address)).toBe(true);
  });

  it.each(['203.0.113.7', '172.15.0.1', '172.32.0.1', '100.63.0.1', '100.128.0.1', '192.167.1.1', '9.9.9.9'])(
    'knows that %s may be reached from outside',
    (address) => {
      expect(fields.isPrivateAddress(address)).toBe(false);
    },
  );
});
