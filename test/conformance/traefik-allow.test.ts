import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { ask, type Question } from './harness/ask.ts';
import { type ControlPlane, controlPlane } from './harness/control-plane.ts';
import { manifestFiles, objectsOf } from './harness/dist.ts';
import { mapping, need, text } from './harness/json.ts';
import { sweepWhenDone, timed } from './harness/programs.ts';
import { loadTraefikKinds, routed, standIns, startTraefik, type Traefik, taken } from './harness/traefik.ts';

sweepWhenDone();

const FIXTURE = '../fixtures/rendered/administration-through-one-traefik/';
const objects = manifestFiles(fileURLToPath(new URL(FIXTURE, import.meta.url))).flatMap(objectsOf);
const ADMIN = 'admin.home.arpa';
const MATRIX = 'matrix.example.org';
const API = '/_synapse/admin/v1/users';

let server: ControlPlane;
let traefik: Traefik;

beforeAll(async () => {
  server = await timed('starting the API server', controlPlane);
  await loadTraefikKinds(server);
  await standIns(server, objects);
  traefik = await startTraefik(server, { websecure: [] });
  await routed(traefik, async () => (await get(MATRIX, '/_matrix/client/versions')).status === 200);
});

function get(host: string, path: string, headers: Question['headers'] = {}) {
  return ask({ port: traefik.port('websecure'), host, path, headers });
}

/** The program that answers on the administrators' host. */
async function answering(path: string): Promise<string | undefined> {
  const reply = await get(ADMIN, path);
  return reply.status === 200 ? text(JSON.parse(reply.text), 'service') : String(reply.status);
}

test('Traefik lets nobody in whose address is not listed, whatever a header claims', async () => {
  for (const path of ['/', '/config.json', API, '/_matrix/client/versions']) {
    expect((await get(ADMIN, path)).status, path).toBe(403);
    const claim = {
      'x-forwarded-for': '192.168.10.9',
      'x-real-ip': '192.168.10.9',
      forwarded: 'for=192.168.10.9',
    };
    expect((await get(ADMIN, path, claim)).status, path).toBe(403);
  }
});

test('Traefik lets in who is listed, and leads to the admin API on no other host', async () => {
  const list = need(
    objects.find((one) => text(one, 'metadata', 'name') === 'admin-ui-allow'),
    'the list of addresses',
  );
  // This machine comes from its loopback address.
  const spec = { ipAllowList: { sourceRange: ['127.0.0.1/32'] } };
  await taken(server, { ...mapping(list), spec });
  await routed(traefik, async () => (await get(ADMIN, '/')).status === 200);
  expect(await answering('/')).toBe('admin-ui');
  expect(await answering(API)).toBe('synapse');
  expect(await answering('/_matrix/client/versions')).toBe('synapse');
  for (const host of [MATRIX, 'example.org']) expect((await get(host, API)).status, host).toBe(404);
});
