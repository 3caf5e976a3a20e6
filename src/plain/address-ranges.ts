/** A prefix that is larger than one network, of IPv4 or IPv6. */
const HUGE = /\/0*[0-7]\s*$/;

/** True for a range that is larger than one network: `0.0.0.0/1` and `128.0.0.0/1` together are everybody. */
export function isHugeRange(range: string): boolean {
  return HUGE.test(range);
}

const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = new RegExp(`^(?:${OCTET}\\.){3}${OCTET}$`);
const GROUP = /^[0-9a-f]{1,4}$/;
/** Groups in an IPv6 address. */
const GROUPS = 8;

/** True for an address, or a range in CIDR notation, of IPv4 or IPv6, as Go reads them. */
export function isAddressRange(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const isV4 = IPV4.test(address);
  if (more.length > 0 || !(isV4 || isIpv6(address))) return false;
  if (prefix === undefined) return true;
  return /^(?:0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= (isV4 ? 32 : 128);
}

/** In lower case, without an IPv4 address at its end or a zone. */
function isIpv6(address: string): boolean {
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const isWhole = halves.length === 1;
  return (
    groups.every((group) => GROUP.test(group)) &&
    (isWhole ? groups.length === GROUPS : groups.length < GROUPS)
  );
}
