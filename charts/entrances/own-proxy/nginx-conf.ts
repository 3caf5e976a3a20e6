import type { PathMatch, Route } from '../../../src/topology/topology.ts';
import { byHost, largestBody, longest } from './backends.ts';

/**
 * What nginx has to be told, for the `http` block. `proxy_pass` without a path passes the address on as it came, and
 * locations are chosen by the path without its dots and doubled slashes: exact ones first, then the longest beginning.
 *
 * @see https://nginx.org/en/docs/http/ngx_http_core_module.html#location
 */
export function nginxConf(routes: readonly Route[], to: (route: Route) => string): readonly string[] {
  const sites = byHost(routes);
  return [
    'map $http_upgrade $matrix_connection {',
    '    default upgrade;',
    "    '' '';",
    '}',
    'server {',
    '    listen 80;',
    '    listen [::]:80;',
    `    server_name ${sites.map(([host]) => host).join(' ')};`,
    '    return 301 https://$host$request_uri;',
    '}',
    ...sites.flatMap(([host, all]) => site(host, all, to)),
  ];
}

function site(host: string, routes: readonly Route[], to: (route: Route) => string): readonly string[] {
  const body = largestBody(routes);
  const seconds = longest(routes);
  const isWhole = routes.some(({ match }) => match.kind === 'all');
  return [
    'server {',
    '    listen 443 ssl;',
    '    listen [::]:443 ssl;',
    `    server_name ${host};`,
    `    ssl_certificate /etc/ssl/${host}/fullchain.pem;`,
    `    ssl_certificate_key /etc/ssl/${host}/privkey.pem;`,
    '    add_header Strict-Transport-Security "max-age=31536000" always;',
    ...(body === undefined ? [] : [`    client_max_body_size ${body};`]),
    '    proxy_http_version 1.1;',
    '    proxy_set_header Host $host;',
    '    proxy_set_header X-Forwarded-For $remote_addr;',
    '    proxy_set_header X-Forwarded-Proto $scheme;',
    '    proxy_set_header Upgrade $http_upgrade;',
    '    proxy_set_header Connection $matrix_connection;',
    '    proxy_buffering off;',
    '    proxy_request_buffering off;',
    `    proxy_read_timeout ${seconds}s;`,
    `    proxy_send_timeout ${seconds}s;`,
    ...routes.flatMap((route) =>
      locations(route.match).map(
        (location) => `    location ${location} { proxy_pass http://${to(route)}; }`,
      ),
    ),
    ...(isWhole ? [] : ['    location / { return 404; }']),
    '}',
  ];
}

function locations(match: PathMatch): readonly string[] {
  if (match.kind === 'all') return ['/'];
  return match.paths.map((path) => `${match.kind === 'exact' ? '=' : '^~'} ${path}`);
}
