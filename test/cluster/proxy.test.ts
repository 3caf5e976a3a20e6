import { describe, expect, it } from 'vitest';
import { proxyFromEnvironment } from '../../src/cluster/proxy.ts';

const PROXY = 'http://proxy.test:3128';

/** As golang.org/x/net/http/httpproxy has it, which kubectl uses. */
describe('NO_PROXY', () => {
  it.each([
    ['https://api.example.org:6443', '', true],
    ['https://api.example.org', 'example.org', false],
    ['https://example.org', 'example.org', false],
    ['https://example.org', '.example.org', true],
    ['https://api.example.org', '.example.org', false],
    ['https://api.example.org', '*.example.org', false],
    ['https://notexample.org', 'example.org', true],
    ['https://api.example.org', ' other , API.example.ORG ', false],
    ['https://api.example.org:6443', 'api.example.org:6443', false],
    ['https://api.example.org:6443', 'api.example.org:443', true],
    ['https://api.example.org', 'api.example.org:443', false],
    ['https://10.1.2.3:6443', '10.0.0.0/8', false],
    ['https://11.1.2.3:6443', '10.0.0.0/8', true],
    ['https://10.1.2.3:6443', '10.1.2.3', false],
    ['https://10.1.2.3:6443', '10.1.2.3:6443', false],
    ['https://10.1.2.3:6443', '10.1.2.3:1', true],
    ['https://[fd00::1]:6443', 'fd00::/16', false],
    ['https://[fd00::1]:6443', 'fd00::1', false],
    ['https://[fd00::1]:6443', '[fd00::1]:6443', false],
    ['https://[fd00::1]:6443', '10.0.0.0/8,fe80::/99999,/8,:', true],
    ['https://api.example.org', '*', false],
    // This machine is never behind a proxy.
    ['https://localhost:6443', '', false],
    ['https://127.0.0.9:6443', '', false],
    ['https://[::1]:6443', '', false],
  ])('%s with "%s": through the proxy %s', (server, NO_PROXY, isProxied) => {
    const found = proxyFromEnvironment(new URL(server), { HTTPS_PROXY: PROXY, NO_PROXY });
    expect(found).toBe(isProxied ? PROXY : undefined);
  });

  it('may be written in lower case, like the others; each scheme has its own proxy', () => {
    const environment = { https_proxy: PROXY, no_proxy: 'a.test' };
    expect(proxyFromEnvironment(new URL('https://a.test'), environment)).toBeUndefined();
    expect(proxyFromEnvironment(new URL('https://b.test'), environment)).toBe(PROXY);
    expect(proxyFromEnvironment(new URL('http://b.test'), environment)).toBeUndefined();
    expect(proxyFromEnvironment(new URL('http://b.test'), { HTTP_PROXY: PROXY })).toBe(PROXY);
  });
});
