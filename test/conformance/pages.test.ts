import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { renderedOf, stackFrom } from '../stacks.ts';
import { findContainer, objectsIn, runsImage, type Stack } from './harness/dist.ts';
import { need, texts } from './harness/json.ts';
import { type NginxPod, nginxPod } from './harness/nginx.ts';
import { ask, httpProbes } from './harness/probes.ts';
import { type Running, run, runFolder, sweepWhenDone, until } from './harness/programs.ts';
import { debian } from './tools/debian.ts';
import { elementCallFiles } from './tools/element-call.ts';

sweepWhenDone();

const FIXTURE = 'test/fixtures/valid/pages-beside-element.yaml';

/** The rendered objects of the fixture with these pages, which no shipped stack has. */
function pages(): Stack {
  const stack = stackFrom(readFileSync(FIXTURE, 'utf8'), 'stacks/pages-beside-element.yaml');
  const texts = [...renderedOf(stack).files].filter(
    ([path]) => path.endsWith('.yaml') && !path.endsWith('kustomization.yaml'),
  );
  const objects = texts.flatMap(([path, text]) => objectsIn(text, path));
  return { name: stack.name, folder: '', objects };
}

const SECURITY = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'content-security-policy': "frame-ancestors 'self'",
  'referrer-policy': 'no-referrer',
};

describe('the page for calls, by nginx', () => {
  let pod: NginxPod;
  let server: Running;
  let files: string;
  beforeAll(async () => {
    files = await elementCallFiles();
    const workload = need(findContainer(pages(), runsImage('element-call')), 'the container');
    pod = await nginxPod(workload, { folder: files });
    server = pod.box.start('nginx', pod.command);
    await until('answer', server, 15, async () =>
      (await pod.network.request(8080, '/')).status > 0 ? true : undefined,
    );
  });

  test('answers its probes', async () => {
    const probes = httpProbes(pod.workload.container);
    expect(probes).not.toEqual([]);
    for (const probe of probes) expect((await ask(pod.network, probe)).status).toBe(200);
  });

  test('sends the page for every address of its own, afresh each time and for no frame elsewhere', async () => {
    const page = readFileSync(join(files, 'index.html'), 'utf8');
    for (const path of ['/', '/index.html', '/room/', '/login', '/weekly-meeting']) {
      const { status, headers, body } = await pod.network.request(8080, path);
      expect(status, path).toBe(200);
      expect(body, path).toBe(page);
      expect(headers, path).toMatchObject({ ...SECURITY, 'cache-control': 'no-cache' });
    }
  });

  test('sends files with a checksum in their name to keep, and no page in the place of a missing one', async () => {
    const script = readdirSync(join(files, 'assets')).find((name) => name.endsWith('.js')) ?? '';
    const found = await pod.network.request(8080, `/assets/${script}`);
    expect(found.status).toBe(200);
    expect(found.headers).toMatchObject({
      ...SECURITY,
      'content-type': 'application/javascript',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    const missing = await pod.network.request(8080, '/assets/index-of-yesterday.js');
    expect(missing.status).toBe(404);
    expect(missing.headers['cache-control']).toBeUndefined();
  });

  test('shows in a browser the homeserver of its config.json', async () => {
    await debian('chromium');
    // A page is only trusted with keys on localhost or with TLS.
    const [chromium = '', ...words] = pod.network.inside([
      'chromium',
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
      `--user-data-dir=${runFolder('chromium')}`,
      ...['--virtual-time-budget=20000', '--dump-dom', 'http://127.0.0.1:8080/login'],
    ]);
    const dom = await run(chromium, words);
    const shown = dom.replaceAll(/<(style|script)\b.*?<\/\1>/gs, '').replaceAll(/<[^>]*>/g, ' ');
    // The end of user names there, from default_server_config.
    expect(shown).toContain(':example.org');
    expect(shown).toContain('Log In');
    expect(server.log()).toMatch(/"GET \/config\.json HTTP\/1\.1" 200 /);
  });

  test('complains about nothing', () => {
    expect(server.log()).not.toMatch(/\[(warn|error|crit|alert|emerg)\]/);
    expect(server.exitCode()).toBeUndefined();
  });
});

describe('Cinny, by nginx', () => {
  test('is served with our configuration as an ordinary user, who cannot open its own port 80', async () => {
    const workload = need(findContainer(pages(), runsImage('cinny')), 'the container');
    const pod = await nginxPod(workload, { 'index.html': '<!doctype html>\n', 'sw.js': '"conformance";\n' });
    expect(pod.box.uid).not.toBe(0);
    const server = pod.box.start('nginx', pod.command);
    const get = (path: string) => pod.network.request(8080, path);
    await until('answer', server, 15, async () => ((await get('/')).status > 0 ? true : undefined));
    for (const path of ['/', '/sw.js', '/config.json', '/home/']) {
      const { status, headers } = await get(path);
      expect(status, path).toBe(200);
      expect(headers, path).toMatchObject({ ...SECURITY, 'cache-control': 'no-cache' });
    }
    const config: unknown = JSON.parse((await get('/config.json')).body);
    expect(texts(config, 'homeserverList')).toEqual(['example.org']);
    expect(server.log()).not.toMatch(/\[(warn|error|crit|alert|emerg)\]/);
  });
});
