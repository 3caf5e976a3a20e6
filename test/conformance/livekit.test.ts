import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { findContainer, runsImage, stacks } from './harness/dist.ts';
import { at, type Json, mapping, mappings, number, text, texts } from './harness/json.ts';
import {
  askLivekit,
  type LaidLivekit,
  layLivekit,
  livekitPort,
  startLivekit,
  webhooks,
} from './harness/livekit.ts';
import { madeValues } from './harness/made-values.ts';
import { ask, httpProbes } from './harness/probes.ts';
import { type Running, run, start, sweepWhenDone, timed, until } from './harness/programs.ts';
import { debian } from './tools/debian.ts';
import { livekitClients } from './tools/livekit-clients.ts';

sweepWhenDone();

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
    let laid: LaidLivekit;
    let server: Running;
    let listener: Running | undefined;
    beforeAll(async () => {
      laid = await layLivekit(stack, await madeValues(stack.name));
      const ports = [...new Set(webhooks(laid.config).map((url) => url.port || '80'))];
      if (ports.length > 0) {
        const [node = '', ...stub] = laid.network.inside([
          process.execPath,
          fileHere('./harness/upstream.mjs'),
        ]);
        listener = start('webhooks', node, [...stub, ...ports]);
      }
      server = await startLivekit(laid);
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

    test('it takes tokens that are signed with its key, and no others', async () => {
      expect(await askLivekit(laid, `${laid.apiKey}: ${laid.apiSecret}`)).toBe(200);
      expect(await askLivekit(laid, `${laid.apiKey}: ${laid.apiSecret}x`)).toBe(401);
      expect(await askLivekit(laid, `${laid.apiKey}x: ${laid.apiSecret}`)).toBe(401);
    });

    test('its ports are the ones the container declares', () => {
      const declared = mappings(laid.workload.container, 'ports');
      const tcp = declared.filter((port) => (text(port, 'protocol') ?? 'TCP') === 'TCP');
      const udp = declared.filter((port) => text(port, 'protocol') === 'UDP');
      const expected = [
        livekitPort(laid),
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
      const url = `ws://${laid.network.address}:${livekitPort(laid)}`;
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
