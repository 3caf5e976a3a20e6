import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findContainer, imageParts, runsImage, type Stack, stacks, type Workload } from './harness/dist.ts';
import { at, type Json, mapping, mappings, need, number, text, texts } from './harness/json.ts';
import { type PodNetwork, podNetwork } from './harness/network.ts';
import { postgres } from './harness/postgres.ts';
import { ask, httpProbes } from './harness/probes.ts';
import { type Running, sweepWhenDone, timed, until } from './harness/programs.ts';
import { type Sandbox, sandbox } from './harness/sandbox.ts';
import { certificates, dummySecrets } from './harness/secrets.ts';
import { type PythonEnvironment, synapseEnvironment } from './tools/python.ts';

sweepWhenDone();

const SCRIPT = '/conformance/config-reads.py';

/** A stack's Synapse container, laid out with everything it runs on. */
interface Laid {
  readonly workload: Workload;
  readonly network: PodNetwork;
  readonly box: Sandbox;
  readonly environment: PythonEnvironment;
  /** `homeserver.yaml` as rendered; of several files, as Synapse merges them. */
  readonly config: Json;
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

async function layOut(stack: Stack): Promise<Laid> {
  const workload = need(findContainer(stack, runsImage('synapse')), `a Synapse container in ${stack.name}`);
  const version = imageParts(text(workload.container, 'image') ?? '').tag.replace(/^v/, '');
  const environment = await synapseEnvironment(version);
  const config = renderedConfig(workload);
  const host = text(config, 'database', 'args', 'host') ?? 'localhost';
  const own = await certificates([host]);
  const secrets = dummySecrets({
    'ca.crt': own.authority,
    'tls.crt': own.certificate,
    'tls.key': own.privateKey,
  });
  const network = await podNetwork();
  const box = await sandbox({
    workload,
    secrets,
    network,
    hosts: { [host]: '127.0.0.1' },
    programs: environment.folders,
    image: [{ path: SCRIPT, source: fileURLToPath(new URL('./config-reads.py', import.meta.url)) }],
  });
  await postgres({
    network,
    port: number(config, 'database', 'args', 'port') ?? 5432,
    user: text(config, 'database', 'args', 'user') ?? 'synapse',
    database: text(config, 'database', 'args', 'dbname') ?? 'synapse',
    password: box.env.PGPASSWORD ?? 'conformance',
    certificates: own,
    ...clusterOf(stack),
  });
  return { workload, network, box, environment, config };
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
function synapseArguments({ box }: Laid): string[] {
  const words = [...box.command.filter((word) => !word.endsWith('/start.py')), ...box.args];
  if (/python[\d.]*$/.test(words[0] ?? '')) return words.slice(1);
  const own = words[0] === 'run' ? words.slice(1) : words;
  const module = own.includes('-m') ? [] : ['-m', box.env.SYNAPSE_WORKER ?? 'synapse.app.homeserver'];
  const named = own.some((word) => word.startsWith('--config-path') || word.startsWith('-c'));
  const path = box.env.SYNAPSE_CONFIG_PATH ?? `${box.env.SYNAPSE_CONFIG_DIR ?? '/data'}/homeserver.yaml`;
  return [...module, ...own, ...(named ? [] : [`--config-path=${path}`])];
}

/** What config-reads.py found. */
interface Reads {
  readonly unread: readonly string[];
  readonly error: string | undefined;
  readonly unproven: readonly string[];
}

/** Loads the mounted configuration with Synapse's parser; `also` is YAML that is merged over it first. */
async function configReads(laid: Laid, also: readonly string[] = []): Promise<Reads> {
  const own = synapseArguments(laid);
  const options = own.slice(own.indexOf('-m') + 2);
  const over = also.flatMap((yaml) => ['--also', yaml]);
  const program = laid.box.start('config-reads', [
    laid.environment.python,
    SCRIPT,
    ...over,
    '--',
    ...options,
  ]);
  const code = await program.ended();
  if (code !== 0) throw new Error(`config-reads.py ended with ${code}:\n${program.log().slice(-4000)}`);
  const report: unknown = JSON.parse(program.log().trim().split('\n').at(-1) ?? '');
  return {
    unread: texts(report, 'unread'),
    error: text(report, 'error'),
    unproven: texts(report, 'unproven'),
  };
}

for (const [index, stack] of stacks().entries()) {
  describe(stack.name, () => {
    let laid: Laid;
    beforeAll(async () => {
      laid = await timed(`${stack.name}: laying out Synapse and PostgreSQL`, () => layOut(stack));
    });

    test('Synapse takes the configuration, and asks for every key in it', async () => {
      const { unread, error, unproven } = await configReads(laid);
      expect(error).toBeUndefined();
      expect(unread, 'keys nobody reads').toEqual([]);
      expect(unproven, 'mappings said to be checked by their consumer that take any name').toEqual([]);
    });

    describe('starts', () => {
      let server: Running;
      beforeAll(async () => {
        server = laid.box.start('synapse', [laid.environment.python, ...synapseArguments(laid)]);
        const port = need(listeners(laid.config, 'http')[0], 'an http listener');
        await timed(`${stack.name}: starting Synapse`, () =>
          until('answer /health', server, 90, async () =>
            (await laid.network.request(port, '/health')).status === 200 ? true : undefined,
          ),
        );
      });

      test('as a user without rights', () => {
        expect(laid.box.uid).not.toBe(0);
      });

      test('and listens on the ports the container declares, and on no other', () => {
        const declared = mappings(laid.workload.container, 'ports').map((port) =>
          number(port, 'containerPort'),
        );
        const own = [...listeners(laid.config, 'http'), ...listeners(laid.config, 'metrics')];
        expect(declared.sort()).toEqual(own.sort());
      });

      test('and answers its probes', async () => {
        const probes = httpProbes(laid.workload.container);
        expect(probes).not.toEqual([]);
        for (const probe of probes) {
          const { status } = await ask(laid.network, probe);
          expect(status, `${probe.name} ${probe.path}`).toBe(200);
        }
      });

      test('and answers clients', async () => {
        const port = listeners(laid.config, 'http')[0] ?? 0;
        const { status, body } = await laid.network.request(port, '/_matrix/client/versions');
        expect(status).toBe(200);
        expect(texts(JSON.parse(body), 'versions')).not.toEqual([]);
      });

      test('and has delayed events and call transports exactly when calls are configured', async () => {
        const port = listeners(laid.config, 'http')[0] ?? 0;
        const configured = mappings(laid.config, 'matrix_rtc', 'transports').length > 0;
        const path = '/_matrix/client/unstable/org.matrix.msc4143/rtc/transports';
        const { status } = await laid.network.request(port, path);
        // 401: the route is there and asks who is calling.
        expect(status).toBe(configured ? 401 : 404);
        const { body } = await laid.network.request(port, '/_matrix/client/versions');
        const delayed = at(JSON.parse(body), 'unstable_features', 'org.matrix.msc4140') === true;
        expect(delayed).toBe(configured);
      });

      test('and gives metrics on their own listener only', async () => {
        for (const port of listeners(laid.config, 'metrics')) {
          const { status, body } = await laid.network.request(port, '/_synapse/metrics');
          expect(status).toBe(200);
          expect(body).toContain('synapse_');
        }
        for (const port of listeners(laid.config, 'http')) {
          expect((await laid.network.request(port, '/_synapse/metrics')).status).toBe(404);
        }
      });

      test('and complains about nothing', () => {
        const lines = server.log().split('\n');
        expect(
          lines.filter((line) => /\b(ERROR|CRITICAL)\b|"level": ?"(ERROR|CRITICAL)"/.test(line)),
        ).toEqual([]);
        expect(server.exitCode()).toBeUndefined();
      });
    });

    // What the check notices does not depend on the stack.
    if (index === 0) checkTheCheck(() => laid);
  });
}

/** Ports of the configured listeners of a type. */
function listeners(config: Json, type: string): number[] {
  return mappings(config, 'listeners')
    .filter((listener) => text(listener, 'type') === type)
    .flatMap((listener) => number(listener, 'port') ?? []);
}

/** Spoils the configuration in ways that Synapse itself lets pass, most of them, and sees them noticed. */
function checkTheCheck(laid: () => Laid): void {
  describe('the check of the configuration itself', () => {
    test.each([
      ['a misspelt top-level key', 'presense: {enabled: false}', 'presense'],
      ['a misspelt nested key', 'rc_message: {per_secnd: 1}', 'rc_message.per_secnd'],
      ['a misspelt listener key', 'listeners: {0: {x_forwardd: true}}', 'listeners.0.x_forwardd'],
      ['a misspelt experimental feature', 'experimental_features: {msc4222_enabld: true}', 'msc4222_enabld'],
      ['a misspelt call transport list', 'matrix_rtc: {transport: []}', 'transport'],
      ['a misspelt listener resource', 'listeners: {0: {resources: {0: {nams: []}}}}', 'nams'],
      ['a misspelt database option', 'database: {args: {sslmod: require}}', 'sslmod'],
      ['a secret in the configuration', 'turn_shared_secret: inline', 'turn_shared_secret'],
    ])('notices %s', async (_, also, expected) => {
      const { unread, error } = await configReads(laid(), [also]);
      expect(`${unread.join(' ')} ${error}`).toContain(expected);
    });
  });
}
