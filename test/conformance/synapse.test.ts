import { beforeAll, describe, expect, test } from 'vitest';
import { HOMESERVER } from '../../src/system/topics.ts';
import { publicStack } from '../stacks.ts';
import { stacks } from './harness/dist.ts';
import { at, type Json, mapping, mappings, number, text, texts } from './harness/json.ts';
import { madeValues } from './harness/made-values.ts';
import { ask, httpProbes } from './harness/probes.ts';
import { type Running, sweepWhenDone, timed } from './harness/programs.ts';
import {
  CONFIG_READS,
  clientPort,
  type LaidSynapse,
  laySynapse,
  listeners,
  startSynapse,
  synapseArguments,
} from './harness/synapse.ts';
import { askServerKeys, publicKeyOf, register, secretFile, serverKeys } from './harness/synapse-secrets.ts';

sweepWhenDone();

/** What config-reads.py found. */
interface Reads {
  readonly unread: readonly string[];
  readonly error: string | undefined;
  readonly unproven: readonly string[];
}

/** Loads the mounted configuration with Synapse's parser; `also` is YAML that is merged over it first. */
async function configReads(laid: LaidSynapse, also: readonly string[] = []): Promise<Reads> {
  const own = synapseArguments(laid);
  const options = own.slice(own.indexOf('-m') + 2);
  const over = also.flatMap((yaml) => ['--also', yaml]);
  const program = laid.box.start('config-reads', [
    laid.environment.python,
    CONFIG_READS,
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
    let laid: LaidSynapse;
    beforeAll(async () => {
      laid = await timed(`${stack.name}: laying out Synapse and PostgreSQL`, async () =>
        laySynapse(stack, await madeValues(stack.name)),
      );
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
        server = await startSynapse(laid);
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
        const port = clientPort(laid);
        const { status, body } = await laid.network.request(port, '/_matrix/client/versions');
        expect(status).toBe(200);
        expect(texts(JSON.parse(body), 'versions')).not.toEqual([]);
      });

      test('and has delayed events and call transports exactly when calls are configured', async () => {
        const port = clientPort(laid);
        const configured = mappings(laid.config, 'matrix_rtc', 'transports').length > 0;
        const path = '/_matrix/client/unstable/org.matrix.msc4143/rtc/transports';
        const { status } = await laid.network.request(port, path);
        // 401: the route is there and asks who is calling.
        expect(status).toBe(configured ? 401 : 404);
        const { body } = await laid.network.request(port, '/_matrix/client/versions');
        const delayed = at(JSON.parse(body), 'unstable_features', 'org.matrix.msc4140') === true;
        expect(delayed).toBe(configured);
      });

      test('and signs with the key it is given, and with no other', async () => {
        const key = publicKeyOf(secretFile(laid, 'signing_key_path'));
        if (!resources(laid.config).includes('federation')) {
          expect((await askServerKeys(laid)).status).toBe(404);
          return;
        }
        const { current, old } = await serverKeys(laid, key);
        expect(current).toEqual({ [key.id]: { key: key.key } });
        expect(Object.keys(old).sort()).toEqual(Object.keys(mapping(laid.config, 'old_signing_keys')).sort());
      });

      test('and makes accounts for those who have the secret for that, and for nobody else', async () => {
        const secret = secretFile(laid, 'registration_shared_secret_path');
        expect(await register(laid, 'somebody', secret)).toBe(200);
        expect(await register(laid, 'nobody', `${secret}x`)).toBe(403);
      });

      test('and has an administrator by the command that SUMMARY.md gives', async () => {
        const [homeserver] = HOMESERVER.of(publicStack().offers);
        const [program = '', ...words] = homeserver?.createAdministrator ?? [];
        // A script of this name in the image.
        const command = [laid.environment.python, '-m', `synapse._scripts.${program}`, ...words];
        const account = { user: 'boss', password: 'conformance' };
        const options = Object.entries(account).flatMap(([key, value]) => [`--${key}`, value]);
        const created = laid.box.start(program, [...command, ...options]);
        expect(await created.ended(), created.log()).toBe(0);
        const port = clientPort(laid);
        const body = JSON.stringify({
          type: 'm.login.password',
          identifier: { type: 'm.id.user', user: account.user },
          password: account.password,
        });
        const login = await laid.network.request(port, '/_matrix/client/v3/login', {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'content-length': `${body.length}` },
          body,
        });
        const headers = { authorization: `Bearer ${text(JSON.parse(login.body), 'access_token')}` };
        const users = await laid.network.request(port, '/_synapse/admin/v2/users?limit=1', { headers });
        expect(users.status, users.body).toBe(200);
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

/** What the listeners serve, e.g. `client`. */
function resources(config: Json): string[] {
  return mappings(config, 'listeners').flatMap((listener) =>
    mappings(listener, 'resources').flatMap((resource) => texts(resource, 'names')),
  );
}

/** Spoils the configuration in ways that Synapse itself lets pass, most of them, and sees them noticed. */
function checkTheCheck(laid: () => LaidSynapse): void {
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
