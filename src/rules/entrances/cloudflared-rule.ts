import { beginningsOf } from './expression.ts';
import { type Effort, regexp } from './regexp.ts';
import { sureBeginning } from './regexp-beginning.ts';
import type { EntranceRoute } from './route.ts';

const SERVICE = /^[a-z0-9]+:\/\/([^./:]+)\.([^./:]+)\.svc(?:\.[^/:]+)?(?::(\d+))?/;

/** A Service by the URL that cloudflared connects to: `http://synapse.chat.svc:8008`; undefined for anything else. */
export function serviceAt(
  url: string,
): { readonly service: string; readonly namespace: string; readonly port: string | undefined } | undefined {
  const [, service, namespace, port] = SERVICE.exec(url) ?? [];
  return service === undefined || namespace === undefined ? undefined : { service, namespace, port };
}

/**
 * Which requests a rule of cloudflared takes. The path is a regular expression that is looked for anywhere in it.
 *
 * @param hostname none, or `*`, is every host; `*.example.org` is every host below
 * @param path empty for every path
 * @see https://github.com/cloudflare/cloudflared (ingress/rule.go, ingress/ingress.go)
 */
export function cloudflaredRule(
  hostname: string | undefined,
  path: string,
  effort: Effort,
): Pick<EntranceRoute, 'hosts' | 'paths' | 'accepts' | 'extent'> {
  const host = hostname === '*' || hostname === '' ? undefined : hostname?.toLowerCase();
  const find = regexp(path, effort);
  const isNamed = host !== undefined && !host.startsWith('*.');
  return {
    hosts: isNamed ? [host] : [],
    paths: beginningsOf(path),
    accepts: ({ host: asked, path: wanted, isBeginning }) => {
      if (host !== undefined && !fits(host, asked.toLowerCase())) return 'no';
      return path === '' ? 'yes' : find(wanted, isBeginning);
    },
    extent: () => (isNamed ? [{ host, path: sureBeginning(path) || '/', isBeginning: true }] : []),
  };
}

function fits(host: string, asked: string): boolean {
  return host.startsWith('*.') ? asked.endsWith(host.slice(1)) : asked === host;
}
