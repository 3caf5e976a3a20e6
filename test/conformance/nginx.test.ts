import { beforeAll, describe, expect, test } from 'vitest';
import { runsImage, stacks, type Workload } from './harness/dist.ts';
import { mapping, mappings, need, number, text } from './harness/json.ts';
import type { Answer, RequestOptions } from './harness/network.ts';
import { type NginxPod, nginxConfig, nginxPod, webServers } from './harness/nginx.ts';
import { ask, httpProbes } from './harness/probes.ts';
import { type Running, sweepWhenDone, until } from './harness/programs.ts';

sweepWhenDone();

const WEB_ROOT = {
  'index.html': '<!doctype html><title>conformance</title>\n',
  version: '0.0.0\n',
  'bundle.js': '"conformance";\n',
};

for (const stack of stacks()) {
  for (const workload of webServers(stack)) checkWebServer(workload);
}

function checkWebServer(workload: Workload): void {
  const { stack } = workload;
  describe(`${stack.name}: ${text(workload.object, 'metadata', 'name')}`, () => {
    const config = nginxConfig(stack, workload.template, workload.container);
    const port = number(mappings(workload.container, 'ports')[0], 'containerPort') ?? 8080;
    let pod: NginxPod;
    let server: Running;
    const get = (path: string, options?: RequestOptions): Promise<Answer> =>
      pod.network.request(port, path, options);

    beforeAll(async () => {
      pod = await nginxPod(workload, WEB_ROOT);
    });

    test('nginx accepts the configuration without a warning', async () => {
      const check = pod.box.start('nginx -t', [...pod.command, '-t']);
      const code = await check.ended();
      const complaints = check
        .log()
        .split('\n')
        .filter((line) => /\[(warn|error|crit|alert|emerg)\]/.test(line));
      expect(complaints).toEqual([]);
      expect(code, check.log()).toBe(0);
    });

    describe('serves', () => {
      beforeAll(async () => {
        server = pod.box.start('nginx', pod.command);
        await until('answer', server, 15, async () => ((await get('/')).status > 0 ? true : undefined));
      });

      test('and answers its probes, as a user without rights', async () => {
        expect(pod.box.uid).not.toBe(0);
        const probes = httpProbes(workload.container);
        expect(probes).not.toEqual([]);
        for (const probe of probes) {
          expect((await ask(pod.network, probe)).status, `${probe.name} ${probe.path}`).toBe(200);
        }
      });

      const documents = ['client', 'server', 'support'].filter((name) =>
        config.includes(`.well-known/matrix/${name}`),
      );
      test.each(documents)('/.well-known/matrix/%s as JSON that any web page may read', async (name) => {
        const path = `/.well-known/matrix/${name}`;
        for (const method of ['GET', 'HEAD']) {
          const { status, headers } = await get(path, { method });
          expect(status).toBe(200);
          expect(headers['content-type']).toMatch(/^application\/json(;|$)/);
          expect(headers['access-control-allow-origin']).toBe('*');
        }
        const document: unknown = JSON.parse((await get(path)).body);
        if (name === 'client')
          expect(text(document, 'm.homeserver', 'base_url')).toMatch(/^https:\/\/[^/]+\/?$/);
        if (name === 'server') expect(text(document, 'm.server')).toMatch(/^[a-z0-9.-]+(:\d+)?$/);
        const preflight = await get(path, {
          method: 'OPTIONS',
          headers: { origin: 'https://app.example.org', 'access-control-request-method': 'GET' },
        });
        expect([200, 204]).toContain(preflight.status);
        expect(preflight.headers['access-control-allow-origin']).toBe('*');
      });

      if (documents.length > 0) {
        test('and nothing else', async () => {
          for (const path of [
            '/',
            '/.well-known/',
            '/.well-known/matrix/other',
            '/_synapse/admin/v1/register',
          ]) {
            expect((await get(path)).status, path).toBe(404);
          }
          expect((await get('/_matrix/client/versions')).status).toBe(404);
        });
      }

      const userinfo = '/_matrix/federation/v1/openid/userinfo';
      if (config.includes(userinfo)) {
        test('and passes the OpenID question on to the homeserver, unchanged', async () => {
          const host = 'server-name.example.org';
          const answer = await get(`${userinfo}?access_token=a%2Fb`, { headers: { host } });
          expect(answer.status).toBe(200);
          const seen: unknown = JSON.parse(answer.body);
          expect(text(seen, 'url')).toBe(`${userinfo}?access_token=a%2Fb`);
          expect(text(seen, 'headers', 'host')).toBe(host);
        });
      }

      if (runsImage('element-web')(workload.container)) {
        const SECURITY = {
          'x-content-type-options': /^nosniff$/,
          'x-frame-options': /^SAMEORIGIN$/,
          'content-security-policy': /frame-ancestors 'self'/,
        };
        test.each(['/', '/index.html', '/config.json', '/bundle.js'])(
          '%s with the security headers',
          async (path) => {
            const { status, headers } = await get(path);
            expect(status).toBe(200);
            for (const [name, pattern] of Object.entries(SECURITY))
              expect(headers[name], name).toMatch(pattern);
          },
        );

        test.each(['/', '/index.html', '/config.json', '/version'])('%s afresh each time', async (path) => {
          const { status, headers } = await get(path);
          expect(status).toBe(200);
          expect(headers['cache-control']).toMatch(/no-cache|no-store|max-age=0/);
        });

        test('the rendered config.json', async () => {
          const { body, headers } = await get('/config.json');
          const map = need(
            stack.objects.find(
              (object) =>
                text(object, 'kind') === 'ConfigMap' && text(object, 'metadata', 'name') === 'element-config',
            ),
            'a ConfigMap with config.json',
          );
          expect(body).toBe(text(map, 'data', 'config.json'));
          expect(headers['content-type']).toMatch(/^application\/json/);
          expect(mapping(JSON.parse(body))).not.toEqual({});
        });
      }

      test('and complains about nothing', () => {
        const complaints = server
          .log()
          .split('\n')
          .filter((line) => /\[(warn|crit|alert|emerg)\]/.test(line));
        expect(complaints).toEqual([]);
        expect(server.exitCode()).toBeUndefined();
      });
    });
  });
}
