import { beforeEach, describe, expect, it } from 'vitest';
import { humanReport } from '../../../src/cli/report.ts';
import { humanSecrets } from '../../../src/cli/secrets/report.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { freshKey } from '../../secrets/keys.ts';
import { makeCertificate } from '../../secrets/x509.ts';
import type { RunOptions } from './repository.ts';
import { CHAT, CHAT_KEYS, LAB, useRepository } from './repository.ts';

const repository = useRepository();
const { put, read, remove, run, files, at } = repository;
const DAY = 86_400_000;

/** The states of every key of the only stack, by its name, and the exit code. */
async function states(
  options: RunOptions = {},
): Promise<{ exitCode: number; states: Record<string, string> }> {
  const { exitCode, stacks } = await run('status', { cert: null, ...options });
  const rows = stacks.flatMap(({ status }) => status);
  return {
    exitCode,
    states: Object.fromEntries(
      rows.map(({ secret, key, states }) => [`${secret}/${key}`, states.join(' and ')]),
    ),
  };
}

/** All keys of a stack in one state, but those that are named. */
function all(
  state: string,
  keys: readonly string[],
  but: Record<string, string> = {},
): Record<string, string> {
  return { ...Object.fromEntries(keys.map((key) => [key, state])), ...but };
}

const LAB_KEYS = CHAT_KEYS.filter((key) => key.startsWith('synapse-'));

beforeEach(async () => {
  await put('stacks/chat.yaml', LAB);
});

describe('status', () => {
  it('calls everything missing before create, with exit code 1, and writes nothing', async () => {
    const before = await files('.');
    expect(await states()).toEqual({ exitCode: 1, states: all('missing', LAB_KEYS) });
    expect(await files('.')).toEqual(before);
  });

  it('calls everything present after it, with its age, and exit code 0', async () => {
    await run('create', {
      now: new Date('2026-03-01T12:00:00Z'),
      cert: await put('old.pem', makeCertificate({ notBefore: new Date('2026-02-28') }).pem),
    });
    const now = new Date('2026-03-04T11:00:00Z');
    expect(await states({ now })).toEqual({ exitCode: 0, states: all('present', LAB_KEYS) });
    const text = humanSecrets(await run('status', { now, cert: null }), styleFor({}, {}));
    expect(text).toMatch(
      /^chat: sealed-secrets\n {2}synapse-secrets\/registration-shared-secret +present +2 days old\n/,
    );
  });

  it('calls the keys missing that a new component needs', async () => {
    await run('create');
    await put('stacks/chat.yaml', CHAT);
    const added = CHAT_KEYS.filter((key) => !LAB_KEYS.includes(key));
    expect(await states()).toEqual({
      exitCode: 1,
      states: { ...all('missing', added), ...all('present', LAB_KEYS) },
    });
  });

  it('calls a Secret that no component needs any more so, and a key as well', async () => {
    await put('stacks/chat.yaml', CHAT);
    await run('create');
    await put('stacks/chat.yaml', LAB.replace('example.net', 'example.org'));
    const file = 'stacks/chat.secrets/synapse-secrets.yaml';
    await put(file, (await read(file)).replace(/^( +)(form-secret: \S+)$/m, '$1$2\n$1left-$2'));
    const unneeded = CHAT_KEYS.filter((key) => !LAB_KEYS.includes(key));
    expect(await states()).toEqual({
      exitCode: 0,
      states: {
        ...all('present', LAB_KEYS),
        ...all('not-needed', unneeded),
        'synapse-secrets/left-form-secret': 'not-needed',
      },
    });
  });

  it('tells what is sealed for another namespace, with exit code 1: no pod finds it there', async () => {
    await run('create');
    await put('stacks/chat.yaml', `namespace: elsewhere\n${LAB}`);
    expect(await states()).toEqual({ exitCode: 1, states: all('other-namespace', LAB_KEYS) });
  });

  it('is sealed for another namespace, also where somebody has only rewritten the one in the file', async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    await put('stacks/chat.yaml', `${LAB}namespace: moved\n`);
    for (const name of ['synapse-secrets', 'synapse-signing-key']) {
      const path = `stacks/chat.secrets/${name}.yaml`;
      await put(path, (await repository.read(path)).replaceAll('namespace: chat', 'namespace: moved'));
    }
    expect(await states()).toEqual({ exitCode: 1, states: all('other-namespace', LAB_KEYS) });
    const synthesized = await repository.synth({ strict: true });
    expect(synthesized.exitCode).toBe(1);
    // Making new ones would lose them: what to do instead is said.
    const said = humanReport(synthesized, 'dist', styleFor({}, {}));
    expect(said).toMatch(
      /^chat: not rendered, .*: synapse-secrets \(for chat\), synapse-signing-key \(for chat\); put the namespace back, or run `npm run secrets -- reseal --from-escrow --stack chat`/m,
    );
    expect(said).not.toContain('secrets create');
  });

  it('tells what is sealed for another certificate than the newest that is pinned', async () => {
    await run('create');
    await put('stacks/chat.yaml', CHAT);
    const newer = makeCertificate({ notBefore: new Date(Date.now() - 1000) });
    await run('create', { cert: await put('newer.pem', newer.pem), newCert: true });
    const added = CHAT_KEYS.filter((key) => !LAB_KEYS.includes(key));
    expect(await states()).toEqual({
      exitCode: 0,
      states: { ...all('present', added), ...all('other-certificate', LAB_KEYS) },
    });
  });

  it('tells what is older than the age at which it should be replaced, to the day', async () => {
    await put('stacks/chat.yaml', CHAT);
    const made = new Date();
    await run('create', { now: made });
    const old = async (days: number): Promise<readonly string[]> => {
      const found = await states({ now: new Date(made.getTime() + days * DAY + 1000) });
      expect(found.exitCode).toBe(0);
      return Object.entries(found.states).flatMap(([key, state]) => (state === 'old' ? [key] : []));
    };
    expect(await old(180)).toEqual([]);
    expect(await old(181)).toEqual(['livekit-keys/keys.yaml']);
    expect(await old(365)).toEqual(['livekit-keys/keys.yaml']);
    expect([...(await old(366))].sort()).toEqual(['livekit-keys/keys.yaml', ...LAB_KEYS.slice(0, 3)]);
  });

  it('tells what has no copy in escrow, or only one of a former value', async () => {
    const { recipient } = await freshKey();
    await run('create');
    await put('stacks/chat.yaml', `${LAB}secrets: {escrow: [${recipient}]}\n`);
    expect((await states()).states).toEqual(all('no-escrow', LAB_KEYS));
    await run('rotate', { keys: ['form-secret'] });
    expect((await states()).states).toEqual(
      all('no-escrow', LAB_KEYS, { 'synapse-secrets/form-secret': 'present' }),
    );
    const [copy = ''] = [...(await files('stacks/chat.secrets/escrow')).keys()];
    const former = copy.replace(/\.r[0-9a-f]{16}\./, '.r0000000000000000.');
    await put(`stacks/chat.secrets/escrow/${former}`, await read(`stacks/chat.secrets/escrow/${copy}`));
    await remove(`stacks/chat.secrets/escrow/${copy}`);
    expect((await states()).states).toEqual(all('no-escrow', LAB_KEYS));
  });

  it('tells several things of one key', async () => {
    const { recipient } = await freshKey();
    const made = new Date();
    await run('create', { now: made });
    await put('stacks/chat.yaml', `${LAB}secrets: {escrow: [${recipient}]}\n`);
    await put('stacks/chat.secrets/certificates.pem', makeCertificate().pem);
    const found = await states({ now: new Date(made.getTime() + 400 * DAY) });
    expect(found.states['synapse-secrets/form-secret']).toBe('other-certificate and old and no-escrow');
    expect(found.states['synapse-signing-key/signing.key']).toBe('other-certificate and no-escrow');
  });

  it('tells what SOPS has encrypted for others than the stack file names', async () => {
    const [mine, theirs] = [await freshKey(), await freshKey()];
    const sops = (...recipients: readonly string[]): string =>
      `${LAB}secrets: {provider: sops, recipients: [${recipients.join(', ')}]}\n`;
    await put('stacks/chat.yaml', sops(mine.recipient, theirs.recipient));
    await run('create', { cert: null });
    expect(await states()).toEqual({ exitCode: 0, states: all('present', LAB_KEYS) });
    await put('stacks/chat.yaml', sops(theirs.recipient, mine.recipient));
    expect((await states()).states).toEqual(all('present', LAB_KEYS));
    await put('stacks/chat.yaml', sops(mine.recipient));
    expect(await states()).toEqual({ exitCode: 0, states: all('other-recipients', LAB_KEYS) });
  });

  it.each(['{provider: existing}', '{provider: external-secrets, store: {name: vault}}'])(
    'knows nothing of what others keep: %s',
    async (provider) => {
      await put('stacks/chat.yaml', `${LAB}secrets: ${provider}\n`);
      expect(await states()).toEqual({ exitCode: 0, states: all('elsewhere', LAB_KEYS) });
      expect((await files('stacks')).size).toBe(1);
    },
  );

  it('looks at the pinned certificates that the stack shares, and says what is wrong with them', async () => {
    await put('stacks/chat.yaml', `${LAB}secrets: {certificates: shared/controller.pem}\n`);
    await run('create');
    expect((await states()).states).toEqual(all('present', LAB_KEYS));
    await put('stacks/shared/controller.pem', 'damaged\n');
    const { exitCode, stacks } = await run('status', { cert: null });
    expect(exitCode).toBe(2);
    expect(stacks[0]?.problem?.what).toMatch(/shared\/controller\.pem:1:1 this text holds no certificate/);
    expect(at('stacks')).toBeTruthy();
  });
});
