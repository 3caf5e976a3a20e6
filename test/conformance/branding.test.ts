import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { manifestFiles, objectsOf, type Stack } from './harness/dist.ts';
import { need } from './harness/json.ts';
import { type NginxPod, nginxPod, webServers } from './harness/nginx.ts';
import { type Running, run, runFolder, sweepWhenDone, until } from './harness/programs.ts';
import { debian } from './tools/debian.ts';

sweepWhenDone();

const FIXTURES = fileURLToPath(new URL('../fixtures', import.meta.url));
const NAME = 'element-of-a-club';
const PORT = 8080;

/** Icons as the image has them: with the number of a release in pages, and without one for the installed app. */
const ICONS = ['24.2abe14f.png', '144.08a1b2c.png', '512.png'];

/**
 * What Element's page does with pictures and pages, under the policy of its index.html (v1.12): the pictures in their
 * places, the page fetched and put in as text. What comes of it is written into the title.
 */
const STAND_IN = `<!doctype html><html><head><meta charset="utf-8"><title>waiting</title>
<link rel="icon" type="image/png" href="vector-icons/144.08a1b2c.png">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' 'unsafe-inline';
script-src 'self' 'wasm-unsafe-eval'; img-src * blob: data:; connect-src * blob: data:; font-src 'self' data:;
media-src * blob: data:; child-src * blob: data:; worker-src 'self' blob:; frame-src * blob: data:;
form-action 'self'; manifest-src 'self'"></head><body><div id="page"></div><script src="app.js"></script></body></html>
`;
const APP = `(async () => {
  const config = await (await fetch('config.json')).json();
  const size = (url) => new Promise((done) => {
    const image = new Image();
    image.onload = () => done(image.naturalWidth);
    image.onerror = () => done(0);
    image.src = url;
    document.body.append(image);
  });
  const page = await (await fetch(config.embedded_pages.welcome_url)).text();
  document.getElementById('page').innerHTML = page.split('$brand').join(config.brand);
  const answers = [
    (await size(config.branding.auth_header_logo_url)) > 0,
    await size(config.branding.welcome_background_url),
    await size('vector-icons/144.08a1b2c.png'),
    document.querySelector('#page h1').textContent,
    getComputedStyle(document.querySelector('.harbour')).textAlign,
    document.querySelector('#page p').textContent,
  ];
  document.title = answers.join(' | ');
})();
`;

describe("Element's looks", () => {
  let pod: NginxPod;
  let server: Running;
  const get = async (
    path: string,
    expected: { readonly type: string; readonly file: string },
  ): Promise<void> => {
    const answer = await pod.network.request(PORT, path);
    expect(answer.status, path).toBe(200);
    expect(answer.headers['content-type'], path).toBe(expected.type);
    expect(Number(answer.headers['content-length']), path).toBe(
      readFileSync(join(FIXTURES, 'files', expected.file)).length,
    );
    expect(answer.headers['cache-control'], path).toBe('no-cache');
    expect(answer.headers['x-content-type-options'], path).toBe('nosniff');
    expect(answer.headers['x-frame-options'], path).toBe('SAMEORIGIN');
    expect(answer.headers['content-security-policy'], path).toBe("frame-ancestors 'self'");
  };

  beforeAll(async () => {
    const folder = join(FIXTURES, 'rendered', NAME);
    const stack: Stack = { name: NAME, folder, objects: manifestFiles(folder).flatMap(objectsOf) };
    const element = need(
      webServers(stack).find(({ object }) => JSON.stringify(object).includes('element-web')),
      'the Deployment of Element',
    );
    pod = await nginxPod(element, {
      'index.html': STAND_IN,
      'app.js': APP,
      ...Object.fromEntries(ICONS.map((name) => [`vector-icons/${name}`, 'of the image'])),
      'vector-icons/readme.txt': 'of the image',
    });
    server = pod.box.start('nginx', pod.command);
    await until('answer', server, 15, async () =>
      (await pod.network.request(PORT, '/health')).status === 200 ? true : undefined,
    );
  });

  test.each<readonly [string, string, string]>([
    ['/branding/logo.svg', 'image/svg+xml', 'logo.svg'],
    ['/branding/background.png', 'image/png', 'background.png'],
    ['/branding/favicon.png', 'image/png', 'icon.png'],
    ['/branding/welcome.html', 'text/html', 'welcome.html'],
    ['/branding/home.html', 'text/html', 'home.html'],
    ...ICONS.map((name) => [`/vector-icons/${name}`, 'image/png', 'icon.png'] as const),
  ])('%s is %s', async (path, type, file) => {
    await get(path, { type, file });
  });

  test('leave everything else of the image in its place', async () => {
    expect((await pod.network.request(PORT, '/vector-icons/readme.txt')).body).toBe('of the image');
    expect((await pod.network.request(PORT, '/branding/other.png')).status).toBe(404);
  });

  test('are shown by a browser under the policy of Element', async () => {
    await debian('chromium');
    const words = [
      'chromium',
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${runFolder('chromium')}`,
      '--virtual-time-budget=10000',
      '--dump-dom',
      `http://127.0.0.1:${PORT}/`,
    ];
    const [command = '', ...args] = pod.network.inside(words);
    const dom = await run(command, args);
    expect(/<title>([^<]*)<\/title>/.exec(dom)?.[1]).toBe(
      'true | 1 | 192 | Welcome to the harbour | center | Harbour Chat is for members of the club.',
    );
  });

  test('and the server complains about nothing', () => {
    expect(server.log()).not.toMatch(/\[(?:warn|crit|alert|emerg|error)\] (?!.*other\.png)/);
  });
});
