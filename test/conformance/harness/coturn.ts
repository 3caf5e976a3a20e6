import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debian } from '../tools/debian.ts';
import { findContainer, runsImage, type Stack, type Workload } from './dist.ts';
import { isMapping, type Json, mapping, need, text } from './json.ts';
import { type PodNetwork, podNetwork } from './network.ts';
import { type Running, run, until } from './programs.ts';
import { type Sandbox, sandbox } from './sandbox.ts';
import { certificates, dummySecrets, type Secrets, type Values } from './secrets.ts';

/** Another turnserver than Debian's, such as one of the image's release. */
const OTHER = process.env.CONFORMANCE_TURNSERVER;

/** True where turnserver is not Debian's, which is too old for some of what is rendered. */
export const isNewer = OTHER !== undefined;

/** Options that Debian's coturn 4.6.1 does not have: it is built without Prometheus. Every other one goes through. */
const NEWER = ['prometheus', 'prometheus-port', 'prometheus-address'];

/** The address of somebody on the Internet, in a network that leads nowhere. */
export const STRANGER = '45.45.45.45';
const NODE = '10.244.0.10';

/** A stack's TURN server, laid out. */
export interface LaidCoturn {
  readonly workload: Workload;
  readonly network: PodNetwork;
  readonly box: Sandbox;
  /** The lines of turnserver.conf. */
  readonly config: readonly string[];
  readonly sharedSecret: string;
}

/** What the client is asked, and what it found; see turn-client.mjs. */
export interface TurnAnswer {
  readonly allocate: unknown;
  readonly relayed?: string;
  readonly permissions: Json;
  readonly echoed?: boolean;
  readonly paired?: boolean;
}

function isKnown(option: string): boolean {
  return OTHER !== undefined || !NEWER.includes(option.replace(/^--/, '').split('=')[0] ?? '');
}

/** The stack with what Debian's release does not know left out, and a shorter wait for certificates. */
function adapted(stack: Stack): { readonly stack: Stack; readonly config: readonly string[] } {
  let config: readonly string[] = [];
  const objects = stack.objects.map((object) => {
    const file = text(object, 'data', 'turnserver.conf');
    const script = text(object, 'data', 'start.sh');
    if (object.kind !== 'ConfigMap' || file === undefined || script === undefined) return object;
    const lines = file.split('\n');
    config = lines.filter(isKnown);
    if (config.length < lines.length) {
      const left = lines.filter((line) => !isKnown(line)).join(', ');
      console.log(`coturn: options that Debian's build does not have, left out here: ${left}`);
    }
    const impatient = script.replace(/sleep \d+/, 'sleep 1');
    return {
      ...object,
      data: { ...mapping(object, 'data'), 'turnserver.conf': config.join('\n'), 'start.sh': impatient },
    };
  });
  return { stack: { ...stack, objects }, config };
}

/** Lays out a stack's TURN server, with values in its Secrets; those it lacks are made up. */
export async function layCoturn(rendered: Stack, values: Values): Promise<LaidCoturn> {
  if (OTHER === undefined) await debian('coturn');
  const { stack, config } = adapted(rendered);
  const workload = need(findContainer(stack, runsImage('coturn')), 'a TURN server');
  const network = await podNetwork([NODE, STRANGER]);
  const own = await certificates([realm(config)]);
  const others = dummySecrets({ 'tls.crt': own.certificate, 'tls.key': own.privateKey });
  const secrets: Secrets = (secret, key) => values[`${secret}/${key}`] ?? others(secret, key);
  const box = await sandbox({
    workload,
    secrets,
    network,
    ...(OTHER === undefined
      ? {}
      : {
          programs: [dirname(OTHER)],
          imageEnv: { PATH: `${dirname(OTHER)}:/usr/local/bin:/usr/bin:/bin` },
        }),
  });
  return { workload, network, box, config, sharedSecret: secrets('turn-secrets', 'shared-secret') };
}

/** What the server calls itself. */
function realm(config: readonly string[]): string {
  return need(option(config, 'realm'), 'a realm');
}

/** The value of an option; undefined where it is not there. */
export function option(config: readonly string[], name: string): string | undefined {
  return config.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
}

/** Starts the container as the kubelet would, and waits until it relays. */
export async function startCoturn(laid: LaidCoturn): Promise<Running> {
  const { box } = laid;
  const server = box.start('coturn', [...box.command, ...box.args.filter(isKnown)]);
  await until('answer', server, 20, async () =>
    (await askTurn(laid, { transport: 'udp' })).allocate === 401 ? true : undefined,
  );
  return server;
}

/** What the client is to do; see turn-client.mjs. */
export interface TurnQuestion {
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly username?: string;
  readonly password?: string;
  readonly peers?: readonly string[];
  readonly echo?: string;
  readonly pair?: boolean;
  /** Milliseconds that it keeps its relay. */
  readonly stay?: number;
}

/** Runs the client in the server's network. */
export async function askTurn({ network, config }: LaidCoturn, asked: TurnQuestion): Promise<TurnAnswer> {
  const port = Number(option(config, asked.transport === 'tls' ? 'tls-listening-port' : 'listening-port'));
  const client = fileURLToPath(new URL('./turn-client.mjs', import.meta.url));
  const [command = '', ...args] = network.inside([process.execPath, client]);
  const input = JSON.stringify({ server: network.address, port, ...asked });
  const answer: unknown = JSON.parse(await run(command, args, { input }));
  if (!isMapping(answer)) throw new Error('the client prints no object');
  const { allocate, relayed, echoed, paired } = answer;
  return {
    allocate,
    permissions: mapping(answer, 'permissions'),
    ...(typeof relayed === 'string' ? { relayed } : {}),
    ...(typeof echoed === 'boolean' ? { echoed } : {}),
    ...(typeof paired === 'boolean' ? { paired } : {}),
  };
}

/** The common name of the certificate that the server shows over TLS. */
export async function shownCertificate({ network, config }: LaidCoturn): Promise<string> {
  const port = need(option(config, 'tls-listening-port'), 'a port for TLS');
  const words = ['openssl', 's_client', '-connect', `${network.address}:${port}`];
  const [command = '', ...args] = network.inside(words);
  const shown = await run(command, args, { input: '' });
  return need(
    /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(shown)?.[0],
    'a certificate',
  );
}

/** Puts other files into a mounted Secret, as the kubelet does: all at once, by another link. */
export function renewMounted(
  { box }: LaidCoturn,
  path: string,
  files: Readonly<Record<string, string>>,
): void {
  const { source } = need(
    box.mounts.find((one) => one.path === path),
    `a mount at ${path}`,
  );
  const before = readdirSync(source).filter((name) => name.startsWith('..2'));
  const dated = `..2026_02_02_00_00_00.${before.length + 1}`;
  mkdirSync(join(source, dated));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(source, dated, name), content);
  symlinkSync(dated, join(source, '..new'));
  renameSync(join(source, '..new'), join(source, '..data'));
}

/** Processes below one, with their command lines. */
export function processesBelow(
  pid: number,
): readonly { readonly pid: number; readonly words: readonly string[] }[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children
    .split(' ')
    .filter((one) => one !== '')
    .map(Number)
    .flatMap((child) => [
      { pid: child, words: readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0') },
      ...processesBelow(child),
    ]);
}
