import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { type PythonEnvironment, synapseEnvironment } from '../tools/python.ts';
import { findContainer, imageParts, runsImage, type Stack, type Workload } from './dist.ts';
import { type Json, mapping, mappings, need, number, text, texts } from './json.ts';
import { type PodNetwork, podNetwork } from './network.ts';
import { postgres } from './postgres.ts';
import { type Running, timed, until } from './programs.ts';
import { type Sandbox, sandbox } from './sandbox.ts';
import { certificates, dummySecrets, type Secrets, type Values } from './secrets.ts';

/** Where the check of the configuration lies in the container. */
export const CONFIG_READS = '/conformance/config-reads.py';

/** A stack's Synapse container, laid out with everything it runs on. */
export interface LaidSynapse {
  readonly workload: Workload;
  readonly network: PodNetwork;
  readonly box: Sandbox;
  readonly environment: PythonEnvironment;
  /** `homeserver.yaml` as rendered; of several files, as Synapse merges them. */
  readonly config: Json;
  /** What the container finds in its Secrets. */
  readonly secrets: Secrets;
}

/** The rendered configuration files named in the arguments, merged as Synapse does: whole top-level keys. */
function renderedConfig(workload: Workload): Json {
  const names = texts(workload.container, 'args')
    .flatMap((word) => word.match(/^(?:--config-path=)?(?:.*\/)?([\w.-]+\.yaml)$/)?.[1] ?? [])
    .concat('homeserver.yaml');
  const files = workload.stack.objects
    .filter((object) => object.kind === 'ConfigMap')
    .flatMap((object) => Object.entries(mapping(object, 'data')));
  const merged: Record<string, unknown> = {};
  for (const name of new Set(names)) {
    const found = files.find(([key]) => key === name)?.[1];
    if (typeof found === 'string') Object.assign(merged, mapping(parse(found)));
  }
  return merged;
}

/** The container in a network, with values in its Secrets; what `values` does not have comes from `others`. */
async function laidIn(
  stack: Stack,
  network: PodNetwork,
  values: Values,
  others: Secrets,
): Promise<LaidSynapse> {
  const workload = need(findContainer(stack, runsImage('synapse')), `a Synapse container in ${stack.name}`);
  const version = imageParts(text(workload.container, 'image') ?? '').tag.replace(/^v/, '');
  const environment = await synapseEnvironment(version);
  const config = renderedConfig(workload);
  const secrets: Secrets = (secret, key) => values[`${secret}/${key}`] ?? others(secret, key);
  const box = await sandbox({
    workload,
    secrets,
    network,
    hosts: { [databaseHost(config)]: '127.0.0.1' },
    programs: environment.folders,
    image: [{ path: CONFIG_READS, source: fileURLToPath(new URL('../config-reads.py', import.meta.url)) }],
  });
  return { workload, network, box, environment, config, secrets };
}

function databaseHost(config: Json): string {
  return text(config, 'database', 'args', 'host') ?? 'localhost';
}

/** Lays out a stack's Synapse and starts the database it asks for. */
export async function laySynapse(stack: Stack, values: Values): Promise<LaidSynapse> {
  const workload = need(findContainer(stack, runsImage('synapse')), `a Synapse container in ${stack.name}`);
  const own = await certificates([databaseHost(renderedConfig(workload))]);
  const others = dummySecrets({
    'ca.crt': own.authority,
    'tls.crt': own.certificate,
    'tls.key': own.privateKey,
  });
  const laid = await laidIn(stack, await podNetwork(), values, others);
  const { config, network, box } = laid;
  await postgres({
    network,
    port: number(config, 'database', 'args', 'port') ?? 5432,
    user: text(config, 'database', 'args', 'user') ?? 'synapse',
    database: text(config, 'database', 'args', 'dbname') ?? 'synapse',
    password: box.env.PGPASSWORD ?? 'conformance',
    certificates: own,
    ...clusterOf(stack),
  });
  return laid;
}

/** The same pod as a later rendering has it, on the same database: as after a rollout. */
export function laySynapseAgain(before: LaidSynapse, stack: Stack, values: Values): Promise<LaidSynapse> {
  return laidIn(stack, before.network, values, before.secrets);
}

function clusterOf(stack: Stack): { readonly cluster?: Json } {
  const cluster = stack.objects.find(
    (object) => object.kind === 'Cluster' && text(object, 'apiVersion')?.startsWith('postgresql.cnpg.io/'),
  );
  return cluster === undefined ? {} : { cluster };
}

/**
 * The arguments that Synapse itself gets: what the image's entry point makes of the container's `args`
 * (docker/start.py of Synapse), or what stands after the interpreter in the container's `command`.
 */
export function synapseArguments({ box }: LaidSynapse): string[] {
  const words = [...box.command.filter((word) => !word.endsWith('/start.py')), ...box.args];
  if (/python[\d.]*$/.test(words[0] ?? '')) return words.slice(1);
  const own = words[0] === 'run' ? words.slice(1) : words;
  const module = own.includes('-m') ? [] : ['-m', box.env.SYNAPSE_WORKER ?? 'synapse.app.homeserver'];
  const named = own.some((word) => word.startsWith('--config-path') || word.startsWith('-c'));
  const path = box.env.SYNAPSE_CONFIG_PATH ?? `${box.env.SYNAPSE_CONFIG_DIR ?? '/data'}/homeserver.yaml`;
  return [...module, ...own, ...(named ? [] : [`--config-path=${path}`])];
}

/** Ports of the configured listeners of a type. */
export function listeners(config: Json, type: string): number[] {
  return mappings(config, 'listeners')
    .filter((listener) => text(listener, 'type') === type)
    .flatMap((listener) => number(listener, 'port') ?? []);
}

/** The port that clients and other servers reach. */
export function clientPort({ config }: LaidSynapse): number {
  return need(listeners(config, 'http')[0], 'an http listener');
}

/** Starts Synapse in its container, and waits until it answers. */
export async function startSynapse(laid: LaidSynapse): Promise<Running> {
  const server = laid.box.start('synapse', [laid.environment.python, ...synapseArguments(laid)]);
  await timed(`${laid.workload.stack.name}: starting Synapse`, () =>
    until('answer /health', server, 90, async () =>
      (await laid.network.request(clientPort(laid), '/health')).status === 200 ? true : undefined,
    ),
  );
  return server;
}
