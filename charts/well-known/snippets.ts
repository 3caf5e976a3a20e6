import { OPENID_USERINFO, WELL_KNOWN_PREFIX } from './paths.ts';

/** What the web server on the server name is told. */
export interface Site {
  readonly serverName: string;
  /** The homeserver's host. */
  readonly homeserver: string;
  /** What is answered below {@link WELL_KNOWN_PREFIX}, by name. */
  readonly answers: Readonly<Record<string, object>>;
}

/** The same headers as this stack's own answers have. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': 'X-Requested-With, Content-Type, Authorization',
};

/**
 * JSON on one line whose texts hold nothing that a web server replaces: nginx has no other way to write a dollar
 * sign, and Caddy puts values where words stand in braces.
 */
function inertJson(value: object): string {
  return JSON.stringify(value).replaceAll(/"(?:[^"\\]|\\.)*"/g, (text) =>
    text.replaceAll(/[$'`{}]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`),
  );
}

/**
 * For a `server` block of nginx.
 *
 * @see https://nginx.org/en/docs/http/ngx_http_rewrite_module.html#return
 */
export function nginxLines({ answers, homeserver }: Site): readonly string[] {
  const headers = Object.entries(CORS).map(([name, value]) => `    add_header ${name} "${value}" always;`);
  return [
    ...Object.entries(answers).flatMap(([name, answer]) => [
      `location = ${WELL_KNOWN_PREFIX}${name} {`,
      '    default_type application/json;',
      ...headers,
      // Within quotes a backslash is written twice.
      `    return 200 '${inertJson(answer).replaceAll('\\', '\\\\')}';`,
      '}',
    ]),
    `location = ${OPENID_USERINFO} {`,
    `    proxy_pass https://${homeserver};`,
    '    proxy_ssl_server_name on;',
    `    proxy_set_header Host ${homeserver};`,
    '}',
  ];
}

/**
 * For the block of a site in a Caddyfile.
 *
 * @see https://caddyserver.com/docs/caddyfile/directives/handle
 */
export function caddyLines({ answers, homeserver }: Site): readonly string[] {
  const headers = Object.entries({ 'Content-Type': 'application/json', ...CORS }).map(
    ([name, value]) => `    header ${name} "${value}"`,
  );
  return [
    ...Object.entries(answers).flatMap(([name, answer]) => [
      `handle ${WELL_KNOWN_PREFIX}${name} {`,
      ...headers,
      `    respond \`${inertJson(answer)}\``,
      '}',
    ]),
    `handle ${OPENID_USERINFO} {`,
    `    reverse_proxy https://${homeserver} {`,
    `        header_up Host ${homeserver}`,
    '    }',
    '}',
  ];
}

/**
 * For a file of Traefik's file provider.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/file/
 */
export function traefikLines({ serverName, homeserver }: Site): readonly string[] {
  const router = (name: string, rule: string): readonly string[] => [
    `    ${name}:`,
    `      rule: Host(\`${serverName}\`) && ${rule}`,
    '      entryPoints: [websecure]',
    `      service: ${name}`,
    '      tls: {}',
  ];
  return [
    'http:',
    '  routers:',
    ...router('matrix-well-known', `PathPrefix(\`${WELL_KNOWN_PREFIX}\`)`),
    ...router('matrix-openid', `Path(\`${OPENID_USERINFO}\`)`),
    '  services:',
    '    matrix-well-known:',
    '      loadBalancer: {servers: [{url: http://WEB_SERVER}]}',
    '    matrix-openid:',
    `      loadBalancer: {passHostHeader: false, servers: [{url: https://${homeserver}}]}`,
  ];
}
