import { beforeEach, describe, expect, it } from 'vitest';
import { readSopsFile } from '../../../src/secrets/sops/read.ts';
import { type FreshKey, freshKey } from '../../secrets/keys.ts';
import {
  CHAT,
  CHAT_KEYS,
  changedKeys,
  differing,
  done,
  LAB,
  oldSigningKeysOf,
  type RunOptions,
  restarted,
  restartsOf,
  revisionsOf,
  sopsValues,
  stopped,
  useRepository,
} from './repository.ts';

const repository = useRepository();
const { put, read, synth, files } = repository;

let cluster: FreshKey;
let mine: FreshKey;
/** The file with the private key of `mine`. */
let identity = '';

/** A verb without a certificate, which SOPS has no use for. */
const run = (verb: Parameters<typeof repository.run>[0], options: RunOptions = {}) =>
  repository.run(verb, { cert: null, ...options });

async function putStack(stack: string, ...keys: readonly FreshKey[]): Promise<void> {
  const recipients = keys.map(({ recipient }) => recipient).join(', ');
  await put('stacks/chat.yaml', `${stack}secrets: {provider: sops, recipients: [${recipients}]}\n`);
}

beforeEach(async () => {
  [cluster, mine] = [await freshKey(), await freshKey()];
  identity = await put('mine.agekey', mine.text);
  await putStack(CHAT, cluster, mine);
});

describe('SOPS', () => {
  it('needs no private key to make all values, which each recipient opens', async () => {
    const result = await run('create');
    expect(result.exitCode).toBe(0);
    expect(changedKeys(done(result))).toEqual(CHAT_KEYS);
    for (const key of [cluster, mine]) {
      expect([...(await sopsValues(repository, key.identities)).keys()]).toEqual(CHAT_KEYS);
    }
    expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, findings: [], missing: [] });
    for (const [path, text] of await files('stacks/chat.secrets')) {
      const copy = await read(`dist/chat/secrets/${path}`);
      expect(copy.slice(copy.indexOf('\n') + 1)).toBe(text);
    }
    const before = await files('stacks');
    expect(done(await run('create'))).toMatchObject({ changed: [], written: [] });
    expect(await files('stacks')).toEqual(before);
  });

  it('needs the private key of a recipient to change a file, and changes nothing without', async () => {
    await run('create');
    const before = await files('stacks');
    const result = await run('rotate', { keys: ['form-secret', 'keys.yaml'] });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toMatch(/^changing \S+synapse-secrets\.yaml needs the private age key/);
    const theirs = await freshKey();
    const other = await put('theirs.agekey', theirs.text);
    const refused = await run('rotate', { keys: ['form-secret'], identity: other });
    expect(stopped(refused)).toMatch(/synapse-secrets\.yaml: .*the given age keys do not open/);
    expect(JSON.stringify(refused)).not.toContain(theirs.text.slice(20, 40));
    expect(await files('stacks')).toEqual(before);
  });

  it('lets the signing key be rotated, and stops where it disappears from dist/', async () => {
    await run('create');
    await synth();
    await run('rotate', { keys: ['signing.key'], identity });
    expect(await synth()).toMatchObject({ exitCode: 0, diagnostics: [] });
    await repository.remove('stacks/chat.secrets/synapse-signing-key.yaml');
    const { exitCode, diagnostics } = await synth();
    expect(exitCode).toBe(2);
    expect(diagnostics).toMatchObject([
      { code: 'MG077', what: expect.stringContaining('Secret/chat/synapse-signing-key') },
    ]);
    expect((await files('dist/chat/secrets')).has('synapse-signing-key.yaml')).toBe(true);
  });

  it('rotates one value, and restarts exactly the pods that read it', async () => {
    await run('create');
    await synth();
    const [values, revisions, restarts, texts] = [
      await sopsValues(repository, mine.identities),
      await revisionsOf(repository),
      await restartsOf(repository),
      await files('stacks/chat.secrets'),
    ];
    const result = await run('rotate', { keys: ['jvb-auth-password'], identity });
    expect(result.exitCode).toBe(0);
    const name = 'jitsi-secrets/jvb-auth-password';
    expect(differing(values, await sopsValues(repository, cluster.identities))).toEqual([name]);
    expect(differing(revisions, await revisionsOf(repository))).toEqual([name]);
    expect(differing(texts, await files('stacks/chat.secrets'))).toEqual(['jitsi-secrets.yaml']);
    await synth();
    expect([...restarted(restarts, await restartsOf(repository))].sort()).toEqual([
      'jitsi-jvb',
      'jitsi-prosody',
    ]);
  });

  it('publishes the old signing key, which it reads with the private key', async () => {
    await run('create');
    expect(stopped(await run('rotate', { keys: ['signing.key'] }))).toMatch(/without the old key/);
    const old = (await sopsValues(repository, mine.identities)).get('synapse-signing-key/signing.key') ?? '';
    expect((await run('rotate', { keys: ['signing.key'], identity })).exitCode).toBe(0);
    await synth();
    expect(Object.keys(Object(await oldSigningKeysOf(repository)))).toEqual([`ed25519:${old.split(' ')[1]}`]);
    expect((await sopsValues(repository, mine.identities)).get('synapse-signing-key/signing.key')).not.toBe(
      old,
    );
  });

  it('encrypts the same values for other recipients, and locks out the former ones', async () => {
    await run('create');
    await synth();
    const [values, revisions, restarts] = [
      await sopsValues(repository, mine.identities),
      await revisionsOf(repository),
      await restartsOf(repository),
    ];
    const next = await freshKey();
    await putStack(CHAT, cluster, next);
    const before = await files('stacks');
    expect(stopped(await run('reseal'))).toMatch(/needs the private age key/);
    expect(await files('stacks')).toEqual(before);
    const result = await run('reseal', { identity });
    expect(changedKeys(done(result))).toEqual(CHAT_KEYS);
    expect(done(result).notices.join()).toMatch(/from the history of git: rotate/);
    for (const key of [cluster, next]) expect(await sopsValues(repository, key.identities)).toEqual(values);
    await expect(sopsValues(repository, mine.identities)).rejects.toThrow(/the given age keys do not open/);
    expect(await revisionsOf(repository)).toEqual(revisions);
    for (const [path, text] of await files('stacks/chat.secrets')) {
      expect(readSopsFile(text).recipients, path).toEqual([cluster.recipient, next.recipient]);
      expect(before.get(`chat.secrets/${path}`)).not.toBe(text);
    }
    await synth();
    expect(restarted(restarts, await restartsOf(repository))).toEqual([]);
    expect(done(await run('reseal', { identity }))).toMatchObject({ changed: [], written: [] });
  });

  it('says of a stack that moved what to do, and makes no new values', async () => {
    await run('create');
    const before = await files('stacks/chat.secrets');
    await put('stacks/chat.yaml', `namespace: elsewhere\n${await read('stacks/chat.yaml')}`);
    expect((await run('status')).exitCode).toBe(1);
    for (const verb of ['create', 'reseal'] as const) {
      const result = await run(verb, { identity });
      expect(result.exitCode, verb).toBe(2);
      expect(stopped(result)).toMatch(/namespace chat/);
    }
    expect(await files('stacks/chat.secrets')).toEqual(before);
  });

  it('refuses a file that somebody changed without the key, naming it', async () => {
    await putStack(LAB, mine);
    await run('create');
    const path = 'stacks/chat.secrets/synapse-secrets.yaml';
    const text = (await read(path)).replace(/(form-secret: ENC\[AES256_GCM,data:)(..)/, '$1AA');
    await put(path, text);
    const before = await files('stacks');
    const result = await run('rotate', { keys: ['macaroon-secret-key'], identity });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toMatch(
      /synapse-secrets\.yaml: the value of "form-secret" was changed without the key/,
    );
    expect(await files('stacks')).toEqual(before);
  });

  it('says what a damaged key file is, without a word of it', async () => {
    const damaged = await put('damaged.agekey', `${mine.text.slice(0, -3)}QQQ\n`);
    const failed = run('create', { identity: damaged });
    await expect(failed).rejects.toThrow(/line 1 of the key file is not a private key of age/);
    await expect(failed).rejects.not.toThrow(mine.text.slice(20, 40));
    await expect(run('create', { identity: 'nowhere.agekey' })).rejects.toThrow(
      /cannot read the file with private age keys/,
    );
  });
});
