import { readFileSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { humanSecrets } from '../../../src/cli/secrets/report.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { makeCertificate, rsaKeys } from '../../secrets/x509.ts';
import { dig } from '../../stacks.ts';
import {
  CHAT,
  CHAT_KEYS,
  changedKeys,
  differing,
  done,
  HOME,
  LAB,
  revisionsOf,
  sealedIn,
  stopped,
  useRepository,
  valuesOf,
} from './repository.ts';

const repository = useRepository();
const { at, put, read, remove, run, synth, files } = repository;
/** How values look, by the name of their key; 32 bytes in hexadecimal digits are the rest. */
const FORMS: Readonly<Record<string, RegExp>> = {
  'jitsi-secrets': /^[0-9a-f]{32}$/,
  'livekit-keys/keys.yaml': /^matrix-rtc: [0-9a-f]{64}\n$/,
  'synapse-signing-key/signing.key': /^ed25519 a_[0-9a-f]{4} [A-Za-z0-9+/]{43}\n$/,
};
const PLAIN = styleFor({}, {});

/** When each file below the stacks was last changed, and each folder. */
async function times(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const path of await readdir(at('stacks'), { recursive: true })) {
    const { mtimeNs, ctimeNs, ino } = await lstat(at(`stacks/${path}`), { bigint: true });
    found.set(path, `${mtimeNs} ${ctimeNs} ${ino}`);
  }
  return found;
}

describe('create', () => {
  it.each(['app-matrix', 'minimal'])('makes every value of the stack %s', async (name) => {
    const text = readFileSync(`test/fixtures/stacks/${name}.yaml`, 'utf8');
    // Its address is reserved for documentation, which strict does not let pass.
    await put(`stacks/${name}.yaml`, text.replace('203.0.113.7', '9.9.9.9'));
    const before = await synth({ strict: true });
    expect(before).toMatchObject({ exitCode: 1, diagnostics: [], findings: [] });
    expect(before.written?.changed).toContain(`${name}/components/synapse.yaml`);
    const result = await run('create');
    expect(result).toMatchObject({ exitCode: 0, diagnostics: [] });
    const keys = changedKeys(done(result));
    const missing = before.missing.flatMap(({ secret, keys: own }) => own.map((key) => `${secret}/${key}`));
    expect(keys).toEqual([...missing].sort());
    const values = await valuesOf(repository, name);
    expect([...values.keys()]).toEqual(keys);
    for (const [key, value] of values) {
      expect(value, key).toMatch(FORMS[key.replace(/^jitsi-secrets.*/, 'jitsi-secrets')] ?? /^[0-9a-f]{64}$/);
    }
    const after = await synth({ strict: true });
    expect(after).toMatchObject({ exitCode: 0, diagnostics: [], findings: [], missing: [] });
    for (const [path, text] of await files(`stacks/${name}.secrets`)) {
      if (!path.endsWith('.yaml')) continue;
      const copy = await read(`dist/${name}/secrets/${path}`);
      expect(copy.slice(copy.indexOf('\n') + 1)).toBe(text);
    }
  });

  it('says which workloads each new value starts again, and what to do next', async () => {
    await put('stacks/chat.yaml', CHAT);
    const result = await run('create');
    const livekit = done(result).changed.find(({ secret }) => secret === 'livekit-keys');
    expect(livekit).toMatchObject({ how: 'made', restarts: ['livekit', 'lk-jwt-service'] });
    const text = humanSecrets(result, PLAIN);
    expect(text).toContain('chat: 7 changed; run `npm run synth`, read the change, and commit\n');
    expect(text).toContain('if a homeserver has run as example.org before, do not use it');
  });

  it('never makes a value twice, for two stacks or in two runs', async () => {
    await put('stacks/chat.yaml', CHAT);
    await put('stacks/lab.yaml', LAB);
    expect((await run('create')).exitCode).toBe(0);
    const chat = await valuesOf(repository, 'chat');
    const lab = await valuesOf(repository, 'lab');
    await remove('stacks/chat.secrets');
    await run('create');
    const again = await valuesOf(repository, 'chat');
    const all = [...chat.values(), ...lab.values(), ...again.values()];
    expect(all).toHaveLength(2 * CHAT_KEYS.length + 4);
    expect(new Set(all).size).toBe(all.length);
    const name = 'synapse-signing-key/signing.key';
    expect(lab.get(name)?.split(' ')[2]).not.toBe(chat.get(name)?.split(' ')[2]);
  });

  it('writes nothing where nothing is missing', async () => {
    await put('stacks/chat.yaml', CHAT);
    await run('create');
    const [texts, before] = [await files('stacks'), await times()];
    const result = await run('create');
    expect(done(result)).toMatchObject({ changed: [], written: [], removed: [], missing: [] });
    expect(humanSecrets(result, PLAIN)).toBe('chat: nothing to do\n');
    expect(await files('stacks')).toEqual(texts);
    expect(await times()).toEqual(before);
  });

  it('makes only what a new component needs, and leaves every other file alone', async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    const before = await times();
    await put('stacks/chat.yaml', `${LAB}livekit: {}\ncallNodes: {addresses: {discover: stun}}\n`);
    expect(changedKeys(done(await run('create')))).toEqual(['livekit-keys/keys.yaml']);
    const after = await times();
    for (const [path, time] of before) {
      if (path.includes('/')) expect(after.get(path), path).toBe(time);
    }
  });

  it('makes only the key that a Secret lacks, the others byte for byte as they are', async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    const [sealed, revisions] = [await sealedIn(repository), await revisionsOf(repository)];
    const file = 'stacks/chat.secrets/synapse-secrets.yaml';
    await put(file, (await read(file)).replace(/^ +(?:\S+\/)?form-secret: .*\n/gm, ''));
    expect([...(await sealedIn(repository)).keys()]).not.toContain('synapse-secrets/form-secret');
    const result = await run('create');
    expect(changedKeys(done(result))).toEqual(['synapse-secrets/form-secret']);
    const after = await sealedIn(repository);
    expect([...after.keys()]).toEqual([...sealed.keys()]);
    for (const [name, one] of sealed) {
      if (name === 'synapse-secrets/form-secret') expect(after.get(name)).not.toEqual(one);
      else expect(after.get(name)).toEqual(one);
    }
    expect(differing(revisions, await revisionsOf(repository))).toEqual(['synapse-secrets/form-secret']);
  });

  it('seals one value to another text each time', async () => {
    await put('stacks/chat.yaml', LAB);
    const source = await put('value', 'the-very-same-value-each-time\n');
    const fromFile = [`form-secret=${source}`];
    await run('create', { fromFile });
    const first = (await sealedIn(repository)).get('synapse-secrets/form-secret')?.sealed;
    await remove('stacks/chat.secrets');
    await run('create', { fromFile });
    const second = (await sealedIn(repository)).get('synapse-secrets/form-secret')?.sealed;
    expect(second).not.toBe(first);
    expect((await valuesOf(repository)).get('synapse-secrets/form-secret')).toBe(
      'the-very-same-value-each-time',
    );
  });

  it('with --rotate replaces one value, makes what is missing, and keeps the rest byte for byte', async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    const [sealed, values] = [await sealedIn(repository), await valuesOf(repository)];
    await put('stacks/chat.yaml', `${LAB}livekit: {}\ncallNodes: {addresses: {discover: stun}}\n`);
    const result = await run('create', { keys: ['form-secret'] });
    expect(changedKeys(done(result))).toEqual(['livekit-keys/keys.yaml', 'synapse-secrets/form-secret']);
    expect(differing(values, await valuesOf(repository))).toEqual(changedKeys(done(result)));
    const after = await sealedIn(repository);
    expect([...sealed].filter(([name, one]) => after.get(name)?.sealed !== one.sealed)).toHaveLength(1);
  });

  it('refuses to take a value for a key that has one, and changes nothing', async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    const before = await files('stacks');
    const source = await put('value', 'another-value-of-mine');
    const result = await run('create', { fromFile: [`synapse-secrets/form-secret=${source}`] });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toBe(
      'synapse-secrets/form-secret already has a value; remove the option that gives it, or replace the value: rotate synapse-secrets/form-secret',
    );
    expect(await files('stacks')).toEqual(before);
  });

  it('marks what nobody can make again, so that neither Flux nor the controller removes it', async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    const object = load(await read('stacks/chat.secrets/synapse-signing-key.yaml'));
    expect(dig(object, 'metadata', 'annotations', 'kustomize.toolkit.fluxcd.io/prune')).toBe('disabled');
    const template = dig(object, 'spec', 'template', 'metadata', 'annotations');
    expect(dig(template, 'sealedsecrets.bitnami.com/skip-set-owner-references')).toBe('true');
  });
});

describe('a value that stands sealed for another namespace', () => {
  it('is not replaced by a new one: the homeserver would lose its identity', async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    const before = await files('stacks/chat.secrets');
    await put('stacks/chat.yaml', `namespace: elsewhere\n${LAB}`);
    const result = await run('create');
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toMatch(
      /^synapse-secrets\/registration-shared-secret has a value for the namespace chat only, .*put the namespace back/,
    );
    expect(await files('stacks/chat.secrets')).toEqual(before);
  });

  it('is replaced by one that is given, when that goes for all of its Secret', async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    const key = (await valuesOf(repository)).get('synapse-signing-key/signing.key') ?? '';
    await remove('stacks/chat.secrets/synapse-secrets.yaml');
    await put('stacks/chat.yaml', `namespace: elsewhere\n${LAB}`);
    const source = await put('signing.key', key);
    const result = await run('create', { fromFile: [`synapse-signing-key/signing.key=${source}`] });
    expect(result.exitCode).toBe(0);
    const sealed = (await sealedIn(repository)).get('synapse-signing-key/signing.key');
    expect(sealed?.label).toBe('elsewhere/synapse-signing-key');
    expect((await valuesOf(repository)).get('synapse-signing-key/signing.key')).toBe(key);
  });
});

describe('the certificate', () => {
  it('is pinned, and later values are sealed for it without asking', async () => {
    await put('stacks/chat.yaml', LAB.replace('example.net', 'example.org'));
    const notices = done(await run('create')).notices.join('\n');
    expect(notices).toMatch(
      /certificate that was not known here, pinned in .*certificates\.pem: SHA-256 (?:[0-9A-F]{2}:){31}[0-9A-F]{2}/,
    );
    expect(await read('stacks/chat.secrets/certificates.pem')).toBe(HOME.pem);
    await put('stacks/chat.yaml', CHAT);
    const result = await run('create', { cert: null });
    expect(done(result).notices.join()).not.toContain('certificate');
    expect([...(await valuesOf(repository)).keys()]).toEqual(CHAT_KEYS);
  });

  it('is shared by stacks that name one file for it, even one in the folder of another stack', async () => {
    for (const [file, name] of [
      ['chat', 'shared/controller.pem'],
      ['lab', 'chat.secrets/certificates.pem'],
    ]) {
      await put(`stacks/${file}.yaml`, `${file === 'chat' ? CHAT : LAB}secrets: {certificates: ${name}}\n`);
    }
    expect((await run('create', { only: ['chat'] })).exitCode).toBe(0);
    expect(await read('stacks/shared/controller.pem')).toBe(HOME.pem);
    const result = await run('create', { only: ['lab'] });
    expect(done(result).written.map((path) => path.split('stacks/')[1])).toContain(
      'chat.secrets/certificates.pem',
    );
    const folder = await files('stacks');
    expect([...folder.keys()].filter((path) => path.endsWith('.pem'))).toEqual([
      'chat.secrets/certificates.pem',
      'shared/controller.pem',
    ]);
    expect(await synth()).toMatchObject({ exitCode: 0, missing: [] });
  });

  const day = 86_400_000;
  const expired = makeCertificate({
    notBefore: new Date(Date.now() - 20 * day),
    notAfter: new Date(Date.now() - day),
  });
  const early = makeCertificate({ notBefore: new Date(Date.now() + day) });
  const weak = makeCertificate({ keys: rsaKeys(1024) });

  it.each([
    ['has ended', expired.pem, /no certificate is valid any more/],
    ['has not begun', early.pem, /no certificate is valid yet/],
    ['is too weak', weak.pem, /bad\.pem:1:1 the RSA key of this certificate has 1024 bits/],
    [
      'is a private key',
      `${HOME.privateKey.export({ type: 'pkcs8', format: 'pem' })}`,
      /bad\.pem:1:1 this is a private key, and whoever has it/,
    ],
    ['is no certificate', 'hello\n', /bad\.pem:1:1 this text holds no certificate/],
    ['is cut off', HOME.pem.slice(0, 300), /bad\.pem:1:1 this block has no end/],
  ])('that %s seals nothing, and nothing is written', async (_, text, reason) => {
    await put('stacks/chat.yaml', LAB);
    const before = await files('stacks');
    const result = await run('create', { cert: await put('bad.pem', text) });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toMatch(reason);
    expect(await files('stacks')).toEqual(before);
    expect(await readdir(at('stacks'))).toEqual(['chat.yaml']);
  });

  it('that cannot be had from the controller seals nothing: exit code 3, and what to do instead', async () => {
    await put('stacks/chat.yaml', LAB);
    const result = await run('create', { cert: null, controller: 'http://127.0.0.1:9' });
    expect(result.exitCode).toBe(3);
    expect(stopped(result)).toMatch(/does not answer .*--cert FILE/);
    expect(await readdir(at('stacks'))).toEqual(['chat.yaml']);
  });
});

describe('synth', () => {
  it('renders a stack without values, says which are missing, and fails only with --strict', async () => {
    await put('stacks/chat.yaml', LAB);
    const result = await synth();
    expect(result).toMatchObject({ exitCode: 0, diagnostics: [], findings: [] });
    expect(result.missing).toEqual([
      {
        stack: 'chat',
        secret: 'synapse-secrets',
        namespace: 'chat',
        keys: ['registration-shared-secret', 'macaroon-secret-key', 'form-secret'],
      },
      { stack: 'chat', secret: 'synapse-signing-key', namespace: 'chat', keys: ['signing.key'] },
    ]);
    expect((await synth({ strict: true, mode: 'check' })).exitCode).toBe(1);
  });
});
