import { BlockList, isIP } from 'node:net';
import { unbracketed } from './http.ts';

/**
 * The proxy that the environment names for a server, as kubectl understands it:
 * https://pkg.go.dev/golang.org/x/net/http/httpproxy
 *
 * @returns undefined for none
 */
export function proxyFromEnvironment(server: URL, environment: NodeJS.ProcessEnv): string | undefined {
  const read = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const proxy = read(server.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === '' || !isProxied(server, read('NO_PROXY'))) return undefined;
  return proxy;
}

/** Whether a server is behind the proxy: itself is not, nor what NO_PROXY lists. */
function isProxied({ hostname, protocol, port: written }: URL, exceptions: string): boolean {
  const host = unbracketed(hostname).toLowerCase();
  const port = written === '' ? { 'https:': '443', 'http:': '80' }[protocol] : written;
  if (host === 'localhost' || isWithin('127.0.0.0/8', host) || isWithin('::1/128', host)) return false;
  return !exceptions.split(',').some((one) => excepts(one.trim().toLowerCase(), host, port ?? ''));
}

function excepts(rule: string, host: string, port: string): boolean {
  if (rule === '') return false;
  if (rule === '*' || isWithin(rule, host)) return true;
  // An IPv6 address without brackets is full of colons and has no port.
  const [, name = rule, onlyPort = ''] = isIP(rule) === 0 ? (/^(.*?)(?::(\d+))?$/.exec(rule) ?? []) : [];
  if (onlyPort !== '' && onlyPort !== port) return false;
  const wanted = unbracketed(name).replace(/^\*\./, '.');
  if (isIP(wanted) !== 0)
    return isIP(host) !== 0 && isWithin(`${wanted}/${isIP(wanted) === 4 ? 32 : 128}`, host);
  if (wanted === '') return false;
  return wanted.startsWith('.') ? host.endsWith(wanted) : host === wanted || host.endsWith(`.${wanted}`);
}

/** Whether an address is in a network such as `10.0.0.0/8`; false for everything that is none. */
function isWithin(network: string, host: string): boolean {
  const [, address = '', bits = ''] = /^([^/]*)\/(\d{1,3})$/.exec(network) ?? [];
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || Number(bits) > (family === 4 ? 32 : 128)) return false;
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, Number(bits), kind);
  return list.check(host, kind);
}
