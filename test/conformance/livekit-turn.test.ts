import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ClientNetwork, clientNetwork } from './harness/client-network.ts';
import { type Json, mapping, need, number, text, texts } from './harness/json.ts';
import { type LaidLivekit, layLivekit, livekitPort, startLivekit } from './harness/livekit.ts';
import { type Running, run, runFolder, start, sweepWhenDone, until } from './harness/programs.ts';
import { repository } from './harness/repository.ts';
import { type Certificates, certificates } from './harness/secrets.ts';
import { debian } from './tools/debian.ts';
import { livekitRelayClients } from './tools/go.ts';

sweepWhenDone();

const NAME = 'app-matrix';
const HOST = 'turn.example.org';
/** The address that clients get, which is the node's own here. */
const PUBLIC = '198.51.100.7';

const TUNNEL = undefined;
const TRAEFIK = { via: 'traefik', tls: { secret: 'edge-tls' } };

/** A file of the harness. */
function fileHere(name: string): string {
  return fileURLToPath(new URL(`./harness/${name}`, import.meta.url));
}

/** A TURN setting on the real SFU, with clients in a network of their own. */
interface Scene {
  readonly laid: LaidLivekit;
  readonly clients: ClientNetwork;
  readonly certificate: Certificates;
  /** The file with the authority that the clients trust. */
  readonly authority: string;
}

async function sceneOf(turn: Json, entrance: unknown): Promise<Scene> {
  const repo = repository();
  if (entrance !== undefined) {
    repo.setting(NAME, ['expose', 'public'], entrance);
  }
  repo.setting(NAME, ['callNodes', 'addresses'], { public: PUBLIC });
  repo.setting(NAME, ['livekit', 'turn'], turn);
  // The node of the harness has a second address: LiveKit would take either, and only one is what clients get.
  repo.setting(NAME, ['livekit', 'addresses'], [PUBLIC]);
  await repo.run(['synth']);
  const certificate = await certificates([HOST]);
  const authority = join(runFolder('authority'), 'ca.crt');
  writeFileSync(authority, certificate.authority);
  const laid = await layLivekit(repo.stack(NAME), {
    'turn-tls/tls.crt': certificate.certificate,
    'turn-tls/tls.key': certificate.privateKey,
  });
  const clients = await clientNetwork(laid.network, { [HOST]: PUBLIC });
  return { laid, clients, certificate, authority };
}

/** Lets an unprivileged program open port 443, as SUMMARY.md asks of the call nodes. */
async function openPort443({ laid }: Scene): Promise<void> {
  const setting = 'net.ipv4.ip_unprivileged_port_start=443';
  const [first = '', ...rest] = laid.network.inside(['sysctl', '-qw', setting]);
  await run(first, rest);
}

/** What an entrance does on port 443, in front of the port that LiveKit has for it. */
async function startEntrance({ laid, certificate }: Scene, endsTls: boolean): Promise<void> {
  const folder = runFolder('front');
  const files = [join(folder, 'tls.crt'), join(folder, 'tls.key')] as const;
  writeFileSync(files[0], certificate.certificate);
  writeFileSync(files[1], certificate.privateKey);
  const port = need(number(laid.config, 'turn', 'tls_port'), 'turn.tls_port');
  const [first = '', ...rest] = laid.network.inside([
    ...[process.execPath, fileHere('tls-front.mjs'), '443', laid.network.address, `${port}`],
    ...(endsTls ? files : []),
  ]);
  const front = start('entrance', first, rest);
  await until('listen', front, 10, () => (front.log().includes('listening') ? true : undefined));
}

/** A call of two clients that may only connect through TURN. */
async function call({ laid, clients, authority }: Scene): Promise<{
  readonly servers: readonly string[];
  readonly received: number;
  readonly protocols: readonly string[];
}> {
  const program = await livekitRelayClients();
  const url = `ws://${laid.network.address}:${livekitPort(laid)}`;
  const [first = '', ...rest] = clients.inside([program, url, laid.apiKey, laid.apiSecret]);
  const said = mapping(JSON.parse(await run(first, rest, { env: { SSL_CERT_FILE: authority } })));
  return {
    servers: texts(said, 'servers'),
    received: number(said, 'received') ?? 0,
    protocols: [...new Set(texts(said, 'protocols'))],
  };
}

/** Where nothing gets out but TCP. */
async function withoutUdp<T>({ clients }: Scene, work: () => Promise<T>): Promise<T> {
  await clients.block('ipproto udp');
  try {
    return await work();
  } finally {
    await clients.unblock('ipproto udp');
  }
}

const ways = [
  ['terminated by the entrance', { host: HOST, tls: 'entrance' }, TRAEFIK],
  [
    'passed through to LiveKit',
    { host: HOST, tls: 'livekit', tcp: 15349, certificate: { secret: 'turn-tls' } },
    TRAEFIK,
  ],
  [
    'terminated by LiveKit on port 443',
    { host: HOST, tls: 'livekit', tcp: 443, certificate: { secret: 'turn-tls' } },
    TUNNEL,
  ],
] as const;

describe.each(ways)('TURN over TLS, %s', (_, turn, entrance) => {
  let scene: Scene;
  let server: Running;

  beforeAll(async () => {
    scene = await sceneOf({ ...turn }, entrance);
    if (entrance === TUNNEL) await openPort443(scene);
    server = await startLivekit(scene.laid);
    if (entrance !== TUNNEL) await startEntrance(scene, turn.tls === 'entrance');
  });

  test('carries a call where UDP is blocked, to the port that the SFU names', async () => {
    const { servers, received, protocols } = await withoutUdp(scene, () => call(scene));
    expect(servers).toEqual([`turn:${PUBLIC}:3478?transport=udp`, `turns:${HOST}:443?transport=tcp`]);
    expect(received).toBeGreaterThanOrEqual(20);
    expect(protocols).toEqual(['tls']);
    expect(server.exitCode()).toBeUndefined();
  });

  test('leaves TURN over UDP to those who can', async () => {
    await scene.clients.block('ipproto tcp dport 443');
    const { received, protocols } = await call(scene);
    await scene.clients.unblock('ipproto tcp dport 443');
    expect(received).toBeGreaterThanOrEqual(20);
    expect(protocols).toEqual(['udp']);
  });
});

describe('port 443 of the call nodes', () => {
  test('stays closed to LiveKit unless the node lets unprivileged programs open it', async () => {
    const scene = await sceneOf({ udp: 443 }, TUNNEL);
    await expect(startLivekit(scene.laid)).rejects.toThrow(/permission denied/);
    await openPort443(scene);
    const server = await startLivekit(scene.laid);
    const { servers, protocols } = await call(scene);
    expect(servers).toEqual([`turn:${PUBLIC}:443?transport=udp`]);
    expect(protocols).toEqual(['udp']);
    expect(server.exitCode()).toBeUndefined();
  });
});

describe('a renewed certificate', () => {
  test('makes the liveness probe fail until LiveKit is started again, and has it served then', async () => {
    await debian('wget');
    const scene = await sceneOf({ host: HOST, tls: 'livekit', certificate: { secret: 'turn-tls' } }, TRAEFIK);
    const { laid } = scene;
    const server = await startLivekit(laid);
    const probe = texts(laid.workload.container, 'livenessProbe', 'exec', 'command');
    const isAlive = async (): Promise<boolean> => (await laid.box.start('probe', probe).ended()) === 0;
    expect(await isAlive()).toBe(true);

    const renewed = await certificates([HOST]);
    const folder = need(
      laid.box.mounts.find(
        ({ path }) => path === dirname(need(text(laid.config, 'turn', 'cert_file'), 'a file')),
      ),
      'the mount of the certificate',
    ).source;
    const file = join(folder, 'tls.crt');
    expect(readFileSync(file, 'utf8')).toBe(scene.certificate.certificate);
    writeFileSync(file, renewed.certificate);
    writeFileSync(join(folder, 'tls.key'), renewed.privateKey);
    expect(await isAlive()).toBe(false);
    await server.stop();
    await startLivekit(laid);
    expect(await isAlive()).toBe(true);
  });
});
