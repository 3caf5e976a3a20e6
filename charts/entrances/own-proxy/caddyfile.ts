import type { PathMatch, Route } from '../../../src/topology/topology.ts';
import { byHost } from './backends.ts';

/**
 * What Caddy has to be told. It replaces X-Forwarded-For and -Proto of visitors by itself, unless `trusted_proxies`
 * says otherwise, carries WebSockets and bodies of any size, and waits as long as programs take. A `route` keeps the order of what is in it.
 *
 * @see https://caddyserver.com/docs/caddyfile/directives/reverse_proxy#defaults
 */
export function caddyfile(routes: readonly Route[], to: (route: Route) => string): readonly string[] {
  return byHost(routes).flatMap(([host, all]) => site(host, all, to));
}

function site(host: string, routes: readonly Route[], to: (route: Route) => string): readonly string[] {
  const isWhole = routes.some(({ match }) => match.kind === 'all');
  return [
    `${host} {`,
    '    header Strict-Transport-Security max-age=31536000',
    '    route {',
    ...routes.flatMap((route, index) => handle(route, `@to${index + 1}`, to(route))),
    ...(isWhole ? [] : ['        respond 404']),
    '    }',
    '}',
  ];
}

function handle({ match }: Route, name: string, to: string): readonly string[] {
  if (match.kind === 'all') return [`        reverse_proxy ${to}`];
  return [`        ${name} path ${paths(match).join(' ')}`, `        reverse_proxy ${name} ${to}`];
}

/** Without a slash at its end, a beginning is a whole element: itself, and everything below. */
function paths(match: Exclude<PathMatch, { readonly kind: 'all' }>): readonly string[] {
  if (match.kind === 'exact') return match.paths;
  return match.paths.flatMap((path) => (path.endsWith('/') ? [`${path}*`] : [path, `${path}/*`]));
}
