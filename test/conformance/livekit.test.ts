import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { findContainer, runsImage, type Stack, stacks, type Workload } from './harness/dist.ts';
import { at, isMapping, type Json, mapping, mappings, need, number, text, texts } from './harness/json.ts';
import { type PodNetwork, podNetwork } from './harness/network.ts';
import { ask, httpProbes } from './harness/probes.ts';
import { type Running, run, start, sweepWhenDone, timed, until } from './harness/programs.ts';
import { type Sandbox, sandbox } from './harness/sandbox.ts';
import { dummySecrets, type Secrets } from './harness/secrets.ts';
import { debian } from './tools/debian.ts';
import { livekitServer } from './tools/go.ts';
import { livekitClients } from './tools/livekit-clients.ts';

sweepWhenDone();

/**
 * Keys of livekit.yaml that releases after v1.8.4 brought, with the release. That one is the newest to be had
 * as a Go module, reads its file strictly, and would refuse them. Every other key goes through it unchanged.
 */
const NEWER: readonly (readonly string[])[] = [
  ['rtc', 'advertise_internal_ip'], // 1.13.0
  ['rtc', 'external_ip_only'],
  ['rtc', 'skip_external_ip_validation'], // 1.13.0
  ['turn', 'allow_restricted_peer_cidrs'], // 1.12.0
  ['turn', 'bind_addresses'], // 1.10.1
  ['turn', 'deny_peer_cidrs'], // 1.12.0
  ['turn', 'ttl_seconds'], // 1.12.0
  ['enable_data_tracks'], // 1.11
];

/** The node's address inside its cluster, which need not be the one that clients are told. */
const NODE = '192.168.77.10';

/** Stands for the address that STUN would find, where the configuration has none. */
const STAND_IN = '203.0.113.1';

/** Without the value at a path; the same object when there is none. */
function without(value: Json, [first = '', ...rest]: readonly string[]): Json {
  if (!(first in value)) return value;
  const { [first]: inner, ...others } = value;
  if (rest.length === 0) return others;
  return isMapping(inner) ? { ...value, [first]: without(inner, rest) } : value;
}

/** A stack's SFU, laid out with what had to be changed for it to run here. */
interface Laid {
  readonly workload: Workload;
  readonly network: PodNetwork;
  readonly box: Sandbox;
  readonly config: Json;
  readonly program: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** The stack with livekit.yaml rewritten for this machine; says on the way what is different. */
function adapted(stack: Stack): { readonly stack: Stack; readonly config: Json } {
  let config: Json = {};
  const objects = stack.objects.map((object) => {
    const file = text(object, 'data', 'livekit.yaml');
    if (object.kind !== 'ConfigMap' || file === undefined) return object;
    const rendered = mapping(parse(file));
    config = rendered;
    const left = NEWER.filter((path) => at(rendered, ...path) !== undefined);
    for (const path of left) config = without(config, path);
    if (left.length > 0) {
      const names = left.map((path) => path.join('.')).join(', ');
      console.log(`livekit: ${stack.name}: keys only newer releases know, left out here: ${names}`);
    }
    if (at(config, 'rtc', 'use_external_ip') === true) {
      const rtc = { ...mapping(config, 'rtc'), use_external_ip: false, node_ip: STAND_IN };
      config = { ...config, rtc };
      console.log(
        `livekit: ${stack.name}: no STUN server here: rtc.use_external_ip false, rtc.node_ip ${STAND_IN}`,
      );
    }
    if (config === rendered) return object;
    return { ...object, data: { ...mapping(object, 'data'), 'livekit.yaml': stringify(config) } };
  });
  return { stack: { ...stack, objects }, config };
}

/** The addresses that the configuration takes for granted on the node. */
function nodeAddresses(config: Json): string[] {
  const named = [
    ...(text(config, 'rtc', 'node_ip') ?? '').split(','),
    ...texts(config, 'bind_addresses'),
    ...texts(config, 'turn', 'bind_addresses'),
  ];
  return [...new Set(named.map((address) => address.trim()))].filter(
    (address) => /^\d+\.\d+\.\d+\.\d+$/.test(address) && address !== '0.0.0.0' && !address.startsWith('127.'),
  );
}

async function layOut(rendered: Stack): Promise<Laid> {
  const { stack, config } = adapted(rendered);
  const workload = need(findContainer(stack, runsImage('livekit-server')), 'an SFU');
  const program = await livekitServer();
  const network = await podNetwork([NODE, ...nodeAddresses(config)]);
  // The webhooks' key is named in livekit.yaml, and has to be among the keys.
  const keyName = text(config, 'webhook', 'api_key') ?? 'conformance';
  const keys = `${keyName}: ${randomBytes(24).toString('hex')}\n`;
  const others = dummySecrets();
  const secrets: Secrets = (secret, key) => (/keys/i.test(`${secret} ${key}`) ? keys : others(secret, key));
  const hosts: Record<string, string> = {};
  for (const { hostname } of webhooks(config)) hosts[hostname] = '127.0.0.1';
  const box = await sandbox({
    workload,
    secrets,
    network,
    hosts,
    programs: [dirname(program)],
  });
  const [apiKey = '', apiSecret = ''] = Object.entries(mapping(parse(keysText(config, box))))[0] ?? [];
  if (typeof apiSecret !== 'string' || apiSecret === '') throw new Error('the SFU gets no API key');
  return { workload, network, box, config, program, apiKey, apiSecret };
}

/** Where the SFU reports what happens in its rooms. */
function webhooks(config: Json): URL[] {
  return texts(config, 'webhook', 'urls').map((url) => new URL(url));
}

/** The API keys as the server gets them: `key: secret` in the environment or in the file that it is told. */
function keysText(config: Json, box: Sandbox): string {
  const own = box.env.LIVEKIT_KEYS;
  if (own !== undefined) return own;
  const words = box.args.join(' ');
  const path = need(
    words.match(/--key-file[= ](\S+)/)?.[1] ?? text(config, 'key_file'),
    'key_file of livekit.yaml',
  );
  const mount = need(
    box.mounts.find((candidate) => path === candidate.path || path.startsWith(`${candidate.path}/`)),
    `a mount for ${path}`,
  );
  return readFileSync(mount.source + path.slice(mount.path.length), 'utf8');
}

/** What the two clients reported last. */
interface Call {
  readonly unknownRoom?: string;
  readonly joined: number;
  readonly heard: readonly number[];
}

function reported(clients: Running): Call {
  const lines = clients
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'));
  const all = lines.flatMap((line): Json[] => {
    try {
      return [mapping(JSON.parse(line))];
    } catch {
      return [];
    }
  });
  const last = (key: string): Json => all.filter((entry) => key in entry).at(-1) ?? {};
  const heard = at(last('heard'), 'heard');
  const unknownRoom = text(last('unknownRoom'), 'unknownRoom');
  return {
    joined: number(last('joined'), 'joined') ?? 0,
    heard: Array.isArray(heard) ? heard.filter((count) => typeof count === 'number') : [],
    ...(unknownRoom === undefined ? {} : { unknownRoom }),
  };
}

/** Whether the configuration opens this UDP port: call traffic, TURN, its relays. */
function isRendered(config: Json, port: number): boolean {
  const mux = String(at(config, 'rtc', 'udp_port') ?? '')
    .split('-')
    .map(Number);
  const [first = 0, last = first] = mux;
  const start_ = number(config, 'rtc', 'port_range_start') ?? 0;
  const end = number(config, 'rtc', 'port_range_end') ?? 0;
  const inRange = start_ > 0 && end > 0 ? port >= start_ && port <= end : port >= first && port <= last;
  const [from, to] = [number(config, 'turn', 'relay_range_start'), number(config, 'turn', 'relay_range_end')];
  const relayed = from !== undefined && to !== undefined && port >= from && port <= to;
  return inRange || relayed || port === number(config, 'turn', 'udp_port');
}

/** Path of a file beside this one. */
function fileHere(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

const withSfu = stacks().filter((stack) => findContainer(stack, runsImage('livekit-server')) !== undefined);

// A run over stacks without calls has nothing to prove here, and says so.
if (withSfu.length === 0) test('no rendered stack has an SFU', () => expect(withSfu).toEqual([]));

for (const stack of withSfu) {
  describe(stack.name, () => {
    let laid: Laid;
    let server: Running;
    let listener: Running | undefined;
    beforeAll(async () => {
      laid = await layOut(stack);
      const ports = [...new Set(webhooks(laid.config).map((url) => url.port || '80'))];
      if (ports.length > 0) {
        const [node = '', ...stub] = laid.network.inside([
          process.execPath,
          fileHere('./harness/upstream.mjs'),
        ]);
        listener = start('webhooks', node, [...stub, ...ports]);
      }
      const [first, ...words] = [...laid.box.command, ...laid.box.args];
      const args = laid.box.command.length > 0 ? words : first === undefined ? [] : [first, ...words];
      server = laid.box.start('livekit-server', [laid.program, ...args]);
      const port = number(laid.config, 'port') ?? 7880;
      await timed(`${stack.name}: starting the SFU`, () =>
        until('answer', server, 30, async () =>
          (await laid.network.request(port, '/')).status === 200 ? true : undefined,
        ),
      );
    });

    test('the SFU starts with the rendered configuration and answers its probes', async () => {
      for (const probe of httpProbes(laid.workload.container)) {
        expect((await ask(laid.network, probe)).status, `${probe.name} ${probe.path}`).toBe(200);
      }
      const metrics = number(laid.config, 'prometheus', 'port') ?? 0;
      if (metrics > 0) {
        expect((await laid.network.request(metrics, '/metrics')).body).toContain('livekit_');
      }
    });

    test('its ports are the ones the container declares', () => {
      const declared = mappings(laid.workload.container, 'ports');
      const tcp = declared.filter((port) => (text(port, 'protocol') ?? 'TCP') === 'TCP');
      const udp = declared.filter((port) => text(port, 'protocol') === 'UDP');
      const expected = [
        number(laid.config, 'port') ?? 7880,
        number(laid.config, 'rtc', 'tcp_port') ?? 7881,
        number(laid.config, 'prometheus', 'port'),
        number(laid.config, 'turn', 'tls_port'),
      ].flatMap((port) => (port === undefined || port === 0 ? [] : [port]));
      expect(tcp.map((port) => number(port, 'containerPort')).sort()).toEqual(expected.sort());
      // A large range is not declared port by port; what is declared must be true.
      for (const port of udp) expect(isRendered(laid.config, number(port, 'containerPort') ?? 0)).toBe(true);
    });

    test('STUN is answered here, so that clients ask nobody else', async () => {
      const port = number(laid.config, 'turn', 'udp_port') ?? 0;
      const own = texts(laid.config, 'rtc', 'stun_servers');
      expect(port > 0 || own.length > 0, 'turn.udp_port or rtc.stun_servers').toBe(true);
      if (port === 0) return;
      const [node = '', ...args] = laid.network.inside([
        ...[process.execPath, fileHere('./harness/stun.mjs'), laid.network.address, `${port}`],
      ]);
      expect(await run(node, args)).toMatch(/^mapped /);
    });

    test('two clients hear each other in a room made by the API, through the rendered UDP ports only', async () => {
      await debian('python3');
      const folder = await livekitClients();
      const script = fileHere('./harness/livekit-call.mjs');
      const url = `ws://${laid.network.address}:${number(laid.config, 'port') ?? 7880}`;
      const [command = '', ...args] = laid.network.inside([
        ...[process.execPath, script, folder, url, laid.apiKey, laid.apiSecret],
      ]);
      const clients = start('clients', command, args);
      await timed(`${stack.name}: two clients in a call`, () =>
        until('hear each other', clients, 60, () => {
          const { heard } = reported(clients);
          return heard.length === 2 && heard.every((frames) => frames >= 50) ? true : undefined;
        }),
      );
      const sniffer = fileHere('./harness/udp-ports.py');
      const [python = '', ...rest] = laid.network.inside(['python3', sniffer, '2']);
      const pairs: unknown = JSON.parse(await run(python, rest));
      await clients.stop();

      // `room.auto_create: false`: only the authorization service may make rooms.
      expect(reported(clients).unknownRoom).toBeDefined();
      expect(reported(clients).unknownRoom).not.toBe('joined');
      expect(server.exitCode()).toBeUndefined();
      for (const { pathname } of webhooks(laid.config)) expect(listener?.log()).toContain(`POST ${pathname}`);

      const busy = (Array.isArray(pairs) ? pairs : []).filter(([, , packets]) => packets > 20);
      expect(busy).not.toEqual([]);
      const strange = busy.filter(([a, b]) => !isRendered(laid.config, a) && !isRendered(laid.config, b));
      expect(strange, 'busy UDP port pairs outside livekit.yaml').toEqual([]);
    });
  });
}
