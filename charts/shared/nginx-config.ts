import type { IpFamily } from '../../src/system/facts.ts';

/** nginx for the images nginx-unprivileged and Element Web: the main configuration and the server blocks below it. */

/**
 * nginx.conf, in the place of the image's: that one starts a process for each core of the node, which together take
 * more memory than the pod may have on a node with many. Two are enough for small files.
 *
 * @see https://github.com/nginx/docker-nginx-unprivileged (paths that an ordinary user may write to)
 */
export function nginxMain(): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return text([
    'worker_processes 2;',
    'error_log /var/log/nginx/error.log notice;',
    'pid /tmp/nginx.pid;',
    ...block('events', ['worker_connections 1024;']),
    ...block('http', [
      ...temporary.map((name) => `${name}_temp_path /tmp/${name}_temp;`),
      'include /etc/nginx/mime.types;',
      'default_type application/octet-stream;',
      `log_format main '$remote_addr - $remote_user [$time_local] "$request" '`,
      `                '$status $body_bytes_sent "$http_referer" '`,
      `                '"$http_user_agent" "$http_x_forwarded_for"';`,
      'access_log /var/log/nginx/access.log main;',
      'sendfile on;',
      'keepalive_timeout 65;',
      'include /etc/nginx/conf.d/*.conf;',
    ]),
  ]);
}

/** Where a server listens. nginx does not start where the kernel lacks a family that it is to listen on. */
function listens(port: number, families: readonly IpFamily[]): string[] {
  return [
    ...(families.includes('IPv4') ? [`listen ${port};`] : []),
    ...(families.includes('IPv6') ? [`listen [::]:${port};`] : []),
  ];
}

/** Headers that keep a page from being framed elsewhere or its files from being taken for something else. */
const PAGE_HEADERS = [
  'add_header X-Content-Type-Options nosniff always;',
  'add_header X-Frame-Options SAMEORIGIN always;',
  `add_header Content-Security-Policy "frame-ancestors 'self'" always;`,
  'add_header Referrer-Policy no-referrer always;',
];

/** Indents each line of a block's body; nginx does not need it, reviewers do. */
function block(head: string, body: readonly string[]): string[] {
  return [`${head} {`, ...body.map((line) => (line === '' ? '' : `  ${line}`)), '}'];
}

/** What the stack file adds to Element's files. */
export interface ElementFiles {
  /** Folders whose files may change under the same name. */
  readonly afresh: readonly string[];
  /** The path of an icon in the place of those that the image has. @default - none */
  readonly icon: string | undefined;
}

/**
 * Element Web's static files.
 *
 * What names other files is always asked for anew, so that an upgrade reaches people at once.
 * nginx drops the server's headers in a location that adds its own, so each repeats them.
 */
export function elementServer(
  listen: number,
  families: readonly IpFamily[],
  { afresh, icon }: ElementFiles,
): string {
  const fresh = (head: string): string[] =>
    block(head, [...PAGE_HEADERS, 'add_header Cache-Control no-cache always;']);
  return text(
    block('server', [
      ...listens(listen, families),
      'server_name _;',
      'root /app;',
      'index index.html;',
      'server_tokens off;',
      ...PAGE_HEADERS,
      ...fresh('location = /'),
      ...fresh('location = /index.html'),
      ...fresh('location = /version'),
      ...fresh('location /config'),
      ...fresh('location /i18n/'),
      ...afresh.flatMap((folder) => fresh(`location ${folder}`)),
      // Pages name the icons with a number that each release makes anew, and the manifest of the app without one.
      ...(icon === undefined
        ? []
        : block('location ~ "^/vector-icons/[0-9]+(\\.[0-9a-f]+)?\\.png$"', [
            ...PAGE_HEADERS,
            'add_header Cache-Control no-cache always;',
            `try_files ${icon} =404;`,
          ])),
      ...block('location = /health', ['access_log off;', 'default_type text/plain;', 'return 200 "ok\\n";']),
    ]),
  );
}

/**
 * A page that makes its own addresses: whatever is no file is answered with the page. Names of files below `assets` have
 * a checksum in them, so that browsers may keep them; everything else is asked for anew. Files that the image has
 * compressed are sent as they are.
 *
 * @param assets folder of those files, such as `/assets/`
 */
export function appServer(listen: number, families: readonly IpFamily[], assets: string): string {
  return text(
    block('server', [
      ...listens(listen, families),
      'server_name _;',
      'root /app;',
      'index index.html;',
      'server_tokens off;',
      'gzip_static on;',
      'gzip_vary on;',
      ...block('location /', [
        'try_files $uri /index.html;',
        ...PAGE_HEADERS,
        'add_header Cache-Control no-cache always;',
      ]),
      ...block(`location ${assets}`, [
        'try_files $uri =404;',
        ...PAGE_HEADERS,
        'add_header Cache-Control "public, max-age=31536000, immutable";',
      ]),
      ...block('location = /health', ['access_log off;', 'default_type text/plain;', 'return 200 "ok\\n";']),
    ]),
  );
}

/** A file that is served at a fixed path. */
export interface ServedFile {
  readonly path: string;
  /** Where the file is mounted. */
  readonly file: string;
}

/**
 * JSON answers for any web page to read (the Matrix specification asks for these CORS headers), and nothing else.
 *
 * @see https://spec.matrix.org/latest/client-server-api/#web-browser-clients
 */
export function wellKnownServerBlock(
  listen: number,
  families: readonly IpFamily[],
  files: readonly ServedFile[],
): string {
  const cors = [
    'add_header Access-Control-Allow-Origin * always;',
    'add_header Access-Control-Allow-Methods "GET, HEAD, OPTIONS" always;',
    'add_header Access-Control-Allow-Headers "X-Requested-With, Content-Type, Authorization" always;',
    'add_header X-Content-Type-Options nosniff always;',
  ];
  return text(
    block('server', [
      ...listens(listen, families),
      'server_name _;',
      'server_tokens off;',
      ...files.flatMap(({ path, file }) =>
        block(`location = ${path}`, [
          ...cors,
          'add_header Cache-Control "public, max-age=3600" always;',
          'if ($request_method = OPTIONS) { return 204; }',
          'default_type application/json;',
          `alias ${file};`,
        ]),
      ),
      ...block('location = /health', ['access_log off;', 'default_type text/plain;', 'return 200 "ok\\n";']),
      ...block('location /', [...cors, 'default_type application/json;', 'return 404 "{}\\n";']),
    ]),
  );
}

function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
