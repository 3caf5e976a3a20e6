import { createHmac, randomBytes } from 'node:crypto';
import { parse, stringify } from 'yaml';
import { livekitServer } from '../tools/go.ts';
import { findContainer, runsImage, type Stack, type Workload } from './dist.ts';
import { at, type Json, mapping, need, number, text, texts } from './json.ts';
import { type PodNetwork, podNetwork } from './network.ts';
import { type Running, timed, until } from './programs.ts';
import { mountedText, type Sandbox, sandbox } from './sandbox.ts';
import { dummySecrets, type Secrets, type Values } from './secrets.ts';

/** The program in the image, which is its entry point. */
const PROGRAM = '/livekit-server';

/** The node's address inside its cluster, which need not be the one that clients are told. */
const NODE = '192.168.77.10';

/** Stands for the address that STUN would find, where the configuration has none. */
const STAND_IN = '203.0.113.1';

/** A stack's SFU, laid out with what had to be changed for it to run here. */
export interface LaidLivekit {
  readonly workload: Workload;
  readonly network: PodNetwork;
  readonly box: Sandbox;
  readonly config: Json;
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

/** Lays out a stack's SFU, with values in its Secrets; those it lacks are made up. */
export async function layLivekit(rendered: Stack, values: Values): Promise<LaidLivekit> {
  const { stack, config } = adapted(rendered);
  const workload = need(findContainer(stack, runsImage('livekit-server')), 'an SFU');
  const program = await livekitServer();
  const network = await podNetwork([NODE, ...nodeAddresses(config)]);
  // The webhooks' key is named in livekit.yaml, and has to be among the keys.
  const keyName = text(config, 'webhook', 'api_key') ?? 'conformance';
  const keys = `${keyName}: ${randomBytes(24).toString('hex')}\n`;
  const others = dummySecrets();
  const secrets: Secrets = (secret, key) =>
    values[`${secret}/${key}`] ?? (/keys/i.test(`${secret} ${key}`) ? keys : others(secret, key));
  const hosts: Record<string, string> = {};
  for (const { hostname } of webhooks(config)) hosts[hostname] = '127.0.0.1';
  const box = await sandbox({
    workload,
    secrets,
    network,
    hosts,
    image: [{ path: PROGRAM, source: program }],
  });
  const [apiKey = '', apiSecret = ''] = Object.entries(mapping(parse(keysText(config, box))))[0] ?? [];
  if (typeof apiSecret !== 'string' || apiSecret === '') throw new Error('the SFU gets no API key');
  return { workload, network, box, config, apiKey, apiSecret };
}

/** Where the SFU reports what happens in its rooms. */
export function webhooks(config: Json): URL[] {
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
  return mountedText(box, path);
}

/** Starts the SFU in its container, and waits until it answers. */
export async function startLivekit(laid: LaidLivekit): Promise<Running> {
  const command = laid.box.command.length > 0 ? laid.box.command : [PROGRAM];
  const server = laid.box.start('livekit-server', [...command, ...laid.box.args]);
  await timed(`${laid.workload.stack.name}: starting the SFU`, () =>
    until('answer', server, 30, async () =>
      (await laid.network.request(livekitPort(laid), '/')).status === 200 ? true : undefined,
    ),
  );
  return server;
}

/** The port of the SFU's API and signalling. */
export function livekitPort({ config }: Pick<LaidLivekit, 'config'>): number {
  return number(config, 'port') ?? 7880;
}

/**
 * The status with which the SFU answers a question that takes a token signed with one of its keys: 401 for others.
 *
 * @param keys `name: secret`, as in the SFU's file of keys
 * @see https://docs.livekit.io/home/get-started/authentication/
 */
export async function askLivekit(laid: LaidLivekit, keys: string): Promise<number> {
  const [[name = '', secret] = []] = Object.entries(mapping(parse(keys)));
  if (typeof secret !== 'string') throw new Error('no API key is written there');
  const part = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { iss: name, sub: name, exp: Math.floor(Date.now() / 1000) + 60, video: { roomList: true } };
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  const token = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': '2',
  };
  const path = '/twirp/livekit.RoomService/ListRooms';
  return (await laid.network.request(livekitPort(laid), path, { method: 'POST', headers, body: '{}' }))
    .status;
}
