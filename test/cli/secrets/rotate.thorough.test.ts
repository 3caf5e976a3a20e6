import { beforeEach, describe, expect, it } from 'vitest';
import type { Inputs } from '../../../src/cli/secrets/inputs.ts';
import { humanSecrets } from '../../../src/cli/secrets/report.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { UsageProblem } from '../../../src/cli/usage-problem.ts';
import { freshKey } from '../../secrets/keys.ts';
import {
  CHAT,
  CHAT_KEYS,
  changedKeys,
  differing,
  done,
  factsOf,
  LAB,
  oldSigningKeysOf,
  type RunOptions,
  restarted,
  restartsOf,
  revisionsOf,
  sealedIn,
  stopped,
  useRepository,
  valuesOf,
} from './repository.ts';

const repository = useRepository();
const { put, run, synth, files } = repository;
const SIGNING_KEY = 'synapse-signing-key/signing.key';

function known(version: string, seed: string, publicKey: string): { line: string; id: string; key: string } {
  const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64').replace('=', '');
  return { line: `ed25519 ${version} ${base64(seed)}\n`, id: `ed25519:${version}`, key: base64(publicKey) };
}

beforeEach(async () => {
  await put('stacks/chat.yaml', CHAT);
});

describe('rotate', () => {
  it.each([
    ['livekit-keys/keys.yaml', ['livekit', 'lk-jwt-service']],
    ['synapse-secrets/form-secret', ['synapse']],
    ['jitsi-secrets/jvb-auth-password', ['jitsi-jvb', 'jitsi-prosody']],
  ])(
    '%s changes that value alone, and the annotations of exactly the pods that read it',
    async (key, readers) => {
      await run('create');
      await synth();
      const [values, sealed, revisions] = [
        await valuesOf(repository),
        await sealedIn(repository),
        await revisionsOf(repository),
      ];
      const [texts, restarts] = [await files('dist'), await restartsOf(repository)];
      const result = await run('rotate', { keys: [key] });
      expect(changedKeys(done(result))).toEqual([key]);
      expect(differing(values, await valuesOf(repository))).toEqual([key]);
      expect(differing(revisions, await revisionsOf(repository))).toEqual([key]);
      const after = await sealedIn(repository);
      expect([...sealed].filter(([name, one]) => after.get(name)?.sealed !== one.sealed)).toHaveLength(1);
      expect((await synth()).exitCode).toBe(0);
      expect([...restarted(restarts, await restartsOf(repository))].sort()).toEqual(readers);
      expect([...(done(result).changed[0]?.restarts ?? [])].sort()).toEqual(readers);
      const changedFiles = differing(texts, await files('dist'));
      expect(changedFiles.filter((path) => !path.includes('/components/'))).toEqual([
        `chat/secrets/${key.split('/')[0]}.yaml`,
      ]);
    },
  );

  it('gives a new value that was never there, and records when', async () => {
    await run('create', { now: new Date(Date.now() - 86_400_000) });
    const seen = new Set((await valuesOf(repository)).values());
    const now = new Date();
    for (let turn = 0; turn < 3; turn++) {
      await run('rotate', { keys: ['form-secret'], now });
      const value = (await valuesOf(repository)).get('synapse-secrets/form-secret') ?? '';
      expect(seen.has(value)).toBe(false);
      seen.add(value);
    }
    const facts = (await factsOf(repository))['synapse-secrets'];
    expect(facts?.['made.matrix-gitops/form-secret']).toBe(now.toISOString());
    expect(facts?.['made.matrix-gitops/macaroon-secret-key']).not.toBe(now.toISOString());
  });

  it('takes several keys, each once, and a value that is given', async () => {
    await run('create');
    const values = await valuesOf(repository);
    const result = await run(
      'rotate',
      {
        keys: ['form-secret', 'synapse-secrets/form-secret', 'keys.yaml'],
        fromEnv: ['form-secret=FORM'],
      },
      { environment: { FORM: 'a-value-of-mine-from-the-environment' } },
    );
    expect(changedKeys(done(result))).toEqual(['livekit-keys/keys.yaml', 'synapse-secrets/form-secret']);
    const after = await valuesOf(repository);
    expect(differing(values, after)).toEqual(changedKeys(done(result)));
    expect(after.get('synapse-secrets/form-secret')).toBe('a-value-of-mine-from-the-environment');
  });

  it.each<[string, RunOptions, Partial<Inputs>]>([
    ['--from-file', { fromFile: ['livekit-keys/keys.yaml=nowhere'] }, {}],
    ['--from-env', { fromEnv: ['keys.yaml=KEYS'] }, { environment: { KEYS: 'matrix-rtc: a value of mine' } }],
    ['--from-stdin', { fromStdin: 'keys.yaml' }, {}],
    ['--ask', { ask: ['keys.yaml'] }, {}],
  ])('refuses a value of another key with %s, which it would pass over', async (option, more, inputs) => {
    await run('create');
    const before = await files('stacks');
    const refused = run('rotate', { keys: ['form-secret'], ...more }, inputs);
    await expect(refused).rejects.toThrow(UsageProblem);
    await expect(refused).rejects.toThrow(
      `${option} gives a value for livekit-keys/keys.yaml, which is not among the keys to replace; name it too: rotate synapse-secrets/form-secret livekit-keys/keys.yaml; or remove that option`,
    );
    expect(await files('stacks')).toEqual(before);
  });

  it('tells what restarts, in which order, who notices, and what comes first', async () => {
    await put('stacks/chat.yaml', CHAT.replace('access: anyone', 'access: password'));
    await run('create');
    const result = await run('rotate', { keys: ['jicofo-auth-password'] });
    const text = humanSecrets(result, styleFor({}, {}));
    expect(text).toContain('chat: jitsi-secrets/jicofo-auth-password: a new value was made\n');
    expect(text).toMatch(/\n {2}restarts, in this order: jitsi-prosody, jitsi-jicofo\n/);
    expect(text).toMatch(/\n {2}who notices: \S/);
    expect(done(result).changed[0]?.before).toBeTruthy();
    expect(text).toContain(done(result).changed[0]?.before);
  });

  it('asks before it replaces, and takes no for an answer', async () => {
    await run('create');
    const before = await files('stacks');
    const asked: string[] = [];
    const answering = (answer: string) => ({
      terminal: {
        hidden: async () => undefined,
        line: async (...question: readonly string[]) => {
          asked.push(question.join('\n'));
          return answer;
        },
      },
    });
    for (const answer of ['', 'n', 'nyes', 'yo']) {
      const refused = run('rotate', { keys: ['form-secret'], yes: false }, answering(answer));
      await expect(refused).rejects.toThrow(UsageProblem);
    }
    expect(asked[0]).toMatch(
      /^synapse-secrets\/form-secret: people with a form open .*\nReplace\? \(y\/N\) $/,
    );
    expect(await files('stacks')).toEqual(before);
    await expect(run('rotate', { keys: ['form-secret'], yes: false })).rejects.toThrow(/--yes/);
    expect(
      done(await run('rotate', { keys: ['form-secret'], yes: false }, answering('Yes'))).changed,
    ).toHaveLength(1);
  });

  it('names the keys when none is named', async () => {
    await run('create');
    await expect(run('rotate')).rejects.toThrow(/the keys of chat are: .*livekit-keys\/keys\.yaml/);
  });

  it('refuses a key that has no value, one that nobody knows, and does nothing for the others then', async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    await put('stacks/chat.yaml', CHAT);
    const before = await files('stacks');
    const result = await run('rotate', { keys: ['form-secret', 'keys.yaml'] });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toBe(
      'livekit-keys/keys.yaml has no value yet; make it with `matrix-gitops secrets create`',
    );
    const unknown = stopped(await run('rotate', { keys: ['form-secret', 'synapse-secrets/from-secret'] }));
    expect(unknown).toContain('did you mean "synapse-secrets/form-secret"?');
    for (const key of CHAT_KEYS) expect(unknown).toContain(key);
    expect(await files('stacks')).toEqual(before);
  });

  it('does not guess which stack is meant, also where the other one has a mistake', async () => {
    await put('stacks/lab.yaml', LAB);
    await run('create');
    const before = await files('stacks');
    await expect(run('rotate', { keys: ['form-secret'] })).rejects.toThrow(
      /several stacks; name the one they belong to: --stack NAME/,
    );
    await put('stacks/lab.yaml', 'schema: 1\n');
    await expect(run('rotate', { keys: ['form-secret'] })).rejects.toThrow(
      /several stacks; name the one they belong to: --stack NAME/,
    );
    await put('stacks/lab.yaml', LAB);
    expect(await files('stacks')).toEqual(before);
    expect(changedKeys(done(await run('rotate', { keys: ['form-secret'], only: ['lab'] })))).toHaveLength(1);
    expect(differing(before, await files('stacks'))).toEqual(['lab.secrets/synapse-secrets.yaml']);
  });
});

describe('rotate of the signing key', () => {
  /** Signing key files whose public halves are known: the first two tests of RFC 8032, section 7.1. */
  const [OLD, NEW] = [
    known(
      'a_old',
      '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    ),
    known(
      'a_new',
      '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
      '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    ),
  ] as const;

  it('is refused without the old one, which has to stay published', async () => {
    await run('create');
    const before = await files('stacks');
    const result = await run('rotate', { keys: [SIGNING_KEY] });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toMatch(
      /^synapse-signing-key\/signing\.key cannot be replaced without the old key: .*--old-signing-key FILE/,
    );
    const together = await run('create', { keys: ['form-secret', SIGNING_KEY] });
    expect(stopped(together)).toMatch(/cannot be replaced without the old key/);
    expect(await files('stacks')).toEqual(before);
  });

  it('publishes the public half of the file given with --old-signing-key, with the time of its end', async () => {
    const imported = await put('signing.key', OLD.line);
    await run('create', { fromFile: [`${SIGNING_KEY}=${imported}`] });
    await synth();
    const restarts = await restartsOf(repository);
    const now = new Date();
    const result = await run('rotate', { keys: [SIGNING_KEY], oldSigningKey: imported, now });
    expect(changedKeys(done(result))).toEqual([SIGNING_KEY]);
    expect((await valuesOf(repository)).get(SIGNING_KEY)).not.toBe(OLD.line);
    expect((await synth()).exitCode).toBe(0);
    expect(await oldSigningKeysOf(repository)).toEqual({
      [OLD.id]: { key: OLD.key, expired_ts: now.getTime() },
    });
    expect(restarted(restarts, await restartsOf(repository))).toEqual(['synapse']);
    expect(JSON.stringify([...(await files('dist'))])).not.toContain(OLD.line.split(' ')[2]?.trim());
  });

  it('takes the old one out of escrow with the private key of its recipient', async () => {
    const mine = await freshKey();
    await put('stacks/chat.yaml', `${LAB}secrets: {escrow: [${mine.recipient}]}\n`);
    const imported = await put('signing.key', OLD.line);
    await run('create', { fromFile: [`${SIGNING_KEY}=${imported}`] });
    expect((await run('rotate', { keys: [SIGNING_KEY] })).exitCode).toBe(2);
    const identity = await put('mine.agekey', `# mine\n${mine.text}\n`);
    expect((await run('rotate', { keys: [SIGNING_KEY], identity })).exitCode).toBe(0);
    await synth();
    expect(await oldSigningKeysOf(repository)).toMatchObject({ [OLD.id]: { key: OLD.key } });
    const copies = [...(await files('stacks/chat.secrets/escrow')).keys()];
    expect(copies.filter((path) => path.startsWith('synapse-signing-key'))).toEqual([
      `synapse-signing-key/signing.key.${(await revisionsOf(repository)).get(SIGNING_KEY)}.age`,
    ]);
  });

  it('goes on publishing all keys that came before', async () => {
    const first = await put('signing.key', OLD.line);
    const second = await put('second.key', NEW.line);
    await run('create', { fromFile: [`${SIGNING_KEY}=${first}`] });
    await run('rotate', {
      keys: [SIGNING_KEY],
      oldSigningKey: first,
      fromFile: [`${SIGNING_KEY}=${second}`],
    });
    expect((await valuesOf(repository)).get(SIGNING_KEY)).toBe(NEW.line);
    await run('rotate', { keys: [SIGNING_KEY], oldSigningKey: second });
    await run('rotate', { keys: ['form-secret'] });
    await synth();
    expect(await oldSigningKeysOf(repository)).toMatchObject({
      [OLD.id]: { key: OLD.key },
      [NEW.id]: { key: NEW.key },
    });
  });

  it('retires nothing when the same key is given once more, for a copy in escrow', async () => {
    const mine = await freshKey();
    const imported = await put('signing.key', OLD.line);
    await put('stacks/chat.yaml', LAB);
    await run('create', { fromFile: [`${SIGNING_KEY}=${imported}`] });
    await put('stacks/chat.yaml', `${LAB}secrets: {escrow: [${mine.recipient}]}\n`);
    const fromFile = [`${SIGNING_KEY}=${imported}`];
    await run('rotate', { keys: [SIGNING_KEY], oldSigningKey: imported, fromFile });
    expect((await valuesOf(repository)).get(SIGNING_KEY)).toBe(OLD.line);
    await synth();
    expect(await oldSigningKeysOf(repository)).toBeUndefined();
    expect([...(await files('stacks/chat.secrets/escrow')).keys()]).toHaveLength(1);
  });

  it('refuses a new key with the version of one that was used before', async () => {
    const first = await put('signing.key', OLD.line);
    const second = await put('second.key', NEW.line);
    await run('create', { fromFile: [`${SIGNING_KEY}=${first}`] });
    const fromFile = [`${SIGNING_KEY}=${first}`];
    const version = OLD.line.split(' ')[1] ?? '';
    const other = await put('other.key', NEW.line.replace(/ \S+ /, ` ${version} `));
    const same = { keys: [SIGNING_KEY], oldSigningKey: first, fromFile: [`${SIGNING_KEY}=${other}`] };
    expect(stopped(await run('rotate', same))).toMatch(
      /^the new signing key has the same version as an old one/,
    );
    await run('rotate', {
      keys: [SIGNING_KEY],
      oldSigningKey: first,
      fromFile: [`${SIGNING_KEY}=${second}`],
    });
    const again = await run('rotate', { keys: [SIGNING_KEY], oldSigningKey: second, fromFile });
    expect(stopped(again)).toMatch(/^the new signing key has the same version as an old one/);
  });
});
