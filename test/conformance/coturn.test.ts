import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  askTurn,
  isNewer,
  type LaidCoturn,
  layCoturn,
  option,
  processesBelow,
  renewMounted,
  STRANGER,
  shownCertificate,
  startCoturn,
} from './harness/coturn.ts';
import type { Stack } from './harness/dist.ts';
import { need, text, texts } from './harness/json.ts';
import { type Running, run, runFolder, sweepWhenDone, until } from './harness/programs.ts';
import { decrypted } from './harness/recovered.ts';
import { type Repository, repository } from './harness/repository.ts';
import { certificates, type Values } from './harness/secrets.ts';
import { clientPort, type LaidSynapse, laySynapse, startSynapse } from './harness/synapse.ts';
import { ageKeygen } from './tools/go.ts';

sweepWhenDone();

const NAME = 'app-matrix';
const HOST = 'relay.example.org';

/** A repository with a stack that has TURN, its values made, rendered again. */
async function withTurn(
  turn: unknown,
  own: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, string>>,
): Promise<{ readonly repo: Repository; readonly stack: Stack; readonly values: Values }> {
  const file = join(runFolder('keys'), 'mine');
  const keygen = await ageKeygen();
  await run(keygen, ['-o', file]);
  const recipient = (await run(keygen, ['-y', file])).trim();
  const repo = repository({ provider: 'sops', recipients: [recipient], own });
  repo.setting(NAME, ['turn'], turn);
  repo.setting(NAME, ['livekit', 'turn'], { udp: 3479 });
  await repo.run(['synth']);
  const entered = Object.keys(given).map((key, index) => `${key}=VALUE_${index}`);
  const env = Object.fromEntries(Object.values(given).map((value, index) => [`VALUE_${index}`, value]));
  await repo.run(
    [
      ...['secrets', 'create', '--stack', NAME, '--yes', '--accept-recipient', recipient],
      ...(entered.length === 0 ? [] : ['--from-env', ...entered]),
    ],
    env,
  );
  await repo.run(['synth']);
  const stack = repo.stack(NAME);
  return { repo, stack, values: await decrypted(stack, file) };
}

/** A login as the homeserver makes it: valid until a time, for a user. */
function loginFor(secret: string, until: number): { readonly username: string; readonly password: string } {
  const username = `${Math.floor(until / 1000)}:@somebody:example.org`;
  return { username, password: createHmac('sha1', secret).update(username).digest('base64') };
}

/** What Synapse tells somebody with a new account. */
async function turnServer({ network, ...laid }: LaidSynapse): Promise<unknown> {
  const port = clientPort({ network, ...laid });
  const call = async (path: string, content?: object, token?: string): Promise<unknown> => {
    const body = content === undefined ? undefined : JSON.stringify(content);
    const { body: answer } = await network.request(port, path, {
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(body)}` }),
      },
      ...(body === undefined ? {} : { method: 'POST', body }),
    });
    return JSON.parse(answer);
  };
  const register = '/_synapse/admin/v1/register';
  const nonce = text(await call(register), 'nonce') ?? '';
  const [username, password] = ['somebody', 'conformance'];
  const mac = createHmac('sha1', laid.secrets('synapse-secrets', 'registration-shared-secret'))
    .update([nonce, username, password, 'notadmin'].join('\0'))
    .digest('hex');
  const account = await call(register, { nonce, username, password, admin: false, mac });
  return call('/_matrix/client/v3/voip/turnServer', undefined, text(account, 'access_token') ?? '');
}

describe('coturn on the call nodes', () => {
  let stack: Stack;
  let values: Values;
  let laid: LaidCoturn;
  let server: Running;
  const valid = () => loginFor(laid.sharedSecret, Date.now() + 60_000);

  beforeAll(async () => {
    const coturn = { host: HOST, tls: { issuer: { name: 'letsencrypt' } }, metrics: 9641 };
    ({ stack, values } = await withTurn({ coturn }, {}, {}));
    laid = await layCoturn(stack, values);
    server = await startCoturn(laid);
  });

  test('starts with every option understood', () => {
    expect(server.log()).not.toMatch(/Bad configuration format|unrecognized option|Wrong|Unknown/i);
    expect(server.log()).not.toMatch(
      /cannot (?!support STUN CHANGE_REQUEST)|could not|failed to|permission denied/i,
    );
    expect(server.log()).toContain(`Default realm: ${HOST}`);
  });

  test('keeps the shared secret out of the rendered files, its log and every command line', () => {
    expect(laid.sharedSecret).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify(stack.objects)).not.toContain(laid.sharedSecret);
    expect(server.log()).not.toContain(laid.sharedSecret);
    const words = processesBelow(server.pid).flatMap((one) => one.words);
    expect(words).toContain('turnserver');
    expect(words.join(' ')).not.toContain(laid.sharedSecret);
  });

  test.each(['udp', 'tcp', 'tls'] as const)(
    'relays over %s to somebody outside and back',
    async (transport) => {
      const answer = await askTurn(laid, { transport, ...valid(), echo: STRANGER });
      expect(answer.allocate).toBe('ok');
      expect(answer.echoed).toBe(true);
      // The address that clients reach, and a port that the firewall has open.
      const [, address, port] = /^(.*):(\d+)$/.exec(answer.relayed ?? '') ?? [];
      const external = texts(laid.workload.container, 'args').find((one) => one.startsWith('--external-ip='));
      expect(external).toBe(`--external-ip=${address}/$(HOST_IP)`);
      expect(Number(port)).toBeGreaterThanOrEqual(Number(option(laid.config, 'min-port')));
      expect(Number(port)).toBeLessThanOrEqual(Number(option(laid.config, 'max-port')));
    },
  );

  test('lets two people talk who are both relayed', async () => {
    expect((await askTurn(laid, { transport: 'tcp', ...valid(), pair: true })).paired).toBe(true);
  });

  test('relays for nobody without a login, with a wrong one, or with one that is over', async () => {
    const { username, password } = valid();
    const wrong = { username, password: `${password}x` };
    const over = loginFor(laid.sharedSecret, Date.now() - 60_000);
    for (const login of [{}, wrong, over]) {
      expect((await askTurn(laid, { transport: 'udp', ...login })).allocate).toBe(401);
    }
  });

  test('relays to no private, local or reserved address: the first and last of each range is forbidden', async () => {
    const ranges = laid.config.flatMap(
      (line) => /^denied-peer-ip=([\d.]+)-([\d.]+)$/.exec(line)?.slice(1) ?? [],
    );
    expect(ranges.length).toBeGreaterThan(20);
    const peers = [...ranges, '127.0.0.1', '169.254.169.254', '10.96.0.1', '192.168.1.1', '224.0.0.1'];
    const { permissions } = await askTurn(laid, {
      transport: 'udp',
      ...valid(),
      peers: [...peers, STRANGER],
    });
    expect(permissions).toEqual({ ...Object.fromEntries(peers.map((one) => [one, 403])), [STRANGER]: 'ok' });
  });

  test('shows a renewed certificate without a restart', async () => {
    const before = await shownCertificate(laid);
    const renewed = await certificates([HOST]);
    renewMounted(laid, '/secrets/certificate', {
      'tls.crt': renewed.certificate,
      'tls.key': renewed.privateKey,
    });
    const shown = await until('show the renewed certificate', server, 15, async () => {
      const now = await shownCertificate(laid);
      return now === before ? undefined : now;
    });
    expect(renewed.certificate).toContain(shown);
    expect((await askTurn(laid, { transport: 'tls', ...valid(), echo: STRANGER })).echoed).toBe(true);
  });

  test('takes the login that Synapse gives to people with an account', async () => {
    const synapse = await laySynapse(stack, values);
    await startSynapse(synapse);
    const given = await turnServer(synapse);
    expect(texts(given, 'uris')).toEqual([
      `turn:${HOST}:3478?transport=udp`,
      `turn:${HOST}:3478?transport=tcp`,
      `turns:${HOST}:5349?transport=tcp`,
    ]);
    const login = { username: text(given, 'username') ?? '', password: text(given, 'password') ?? '' };
    expect((await askTurn(laid, { transport: 'udp', ...login, echo: STRANGER })).echoed).toBe(true);
  });

  test.runIf(isNewer)('answers metrics on the address of the node in the cluster', async () => {
    const { status, body } = await laid.network.request(9641, '/metrics');
    expect([status, body.includes('turn_total_allocations')]).toEqual([200, true]);
  });

  // Debian's release ends at once. A server of its own: those relays over UDP that clients just left live on for a while.
  test.runIf(isNewer)('is told to stop: relays nobody new, and ends with the last call', async () => {
    const laid = await layCoturn(stack, values);
    const server = await startCoturn(laid);
    const call = askTurn(laid, { transport: 'tcp', ...valid(), stay: 4000 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const shell = processesBelow(server.pid).find(({ words }) => words[1] === '/config/start.sh');
    process.kill(need(shell, 'the shell that started turnserver').pid, 'SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(server.exitCode()).toBeUndefined();
    expect((await askTurn(laid, { transport: 'udp', ...valid() })).allocate).not.toBe('ok');
    expect((await call).allocate).toBe('ok');
    await until('end', server, 15, () => undefined).catch(() => {});
    expect(server.exitCode()).toBe(0);
  });
});

describe("somebody else's TURN server", () => {
  const PASSWORD = `it's "a" {password}: #1\\`;

  test('with one login for everybody: Synapse gives it to people, from a composed Secret', async () => {
    const reference = (key: string) => ({ fromSecret: 'turn-provider', key });
    const uris = ['turns:turn.example.net:443?transport=tcp'];
    const { repo, stack, values } = await withTurn(
      { external: { uris, login: { username: reference('username'), password: reference('password') } } },
      { 'turn-provider': { username: {}, password: {} } },
      { 'turn-provider/username': 'matrix', 'turn-provider/password': PASSWORD },
    );
    const inTheOpen = [...repo.texts()].filter(([, content]) => content.includes(PASSWORD));
    expect(inTheOpen.map(([path]) => path)).toEqual([]);
    const synapse = await laySynapse(stack, values);
    expect(synapse.box.args).toContain('--no-secrets-in-config');
    await startSynapse(synapse);
    expect(await turnServer(synapse)).toEqual({ username: 'matrix', password: PASSWORD, ttl: 3600, uris });
  });
});
