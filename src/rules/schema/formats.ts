import { isIP, isIPv4, isIPv6 } from 'node:net';
import { parseQuantity } from '../../plain/quantity.ts';

/** A format that strings of schemas name, in the words of an error. */
interface Format {
  readonly holds: (value: string) => boolean;
  readonly words: string;
}

const timeUnits = '(ns|us|µs|ms|s|m|h)';
const duration = new RegExp(
  `^[+-]?(0|(\\d+(\\.\\d*)?|\\.\\d+)${timeUnits}((\\d+(\\.\\d*)?|\\.\\d+)${timeUnits})*)$`,
);
const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const base64 = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** The string formats an API server checks, as far as the schemas here use them. Others pass. */
export const formats: Readonly<Record<string, Format>> = {
  byte: { holds: (value) => base64.test(value), words: 'base64' },
  cidr: { holds: isCidr, words: 'an address range such as 10.0.0.0/8' },
  date: { holds: (value) => /^\d{4}-\d\d-\d\d$/.test(value), words: 'a date such as 2026-01-31' },
  'date-time': {
    holds: (value) => dateTime.test(value) && !Number.isNaN(Date.parse(value)),
    words: 'a time such as 2026-01-31T12:00:00Z',
  },
  duration: { holds: (value) => duration.test(value), words: 'a duration such as 1h30m' },
  ipv4: { holds: isIPv4, words: 'an IPv4 address' },
  ipv6: { holds: isIPv6, words: 'an IPv6 address' },
  uri: { holds: (value) => URL.canParse(value), words: 'a URI' },
};

/** Whether a number has its integer format's range; true for formats that set none. */
export function inRange(value: number, format: string | undefined): boolean {
  if (format === 'int32') return value >= -(2 ** 31) && value < 2 ** 31;
  if (format === 'int64') return value >= -(2 ** 63) && value < 2 ** 63;
  return true;
}

/** Whether a value is a quantity, such as `500m` or `4Gi`. */
export function isQuantity(value: unknown): boolean {
  return parseQuantity(value) !== undefined;
}

function isCidr(value: string): boolean {
  const [address = '', bits = '', ...rest] = value.split('/');
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}
