import { randomBytes } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { newSopsFile } from '../../../src/secrets/sops/file.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import { type FreshKey, freshKey } from '../../secrets/keys.ts';
import { makeCertificate } from '../../secrets/x509.ts';
import { useController } from './controller.ts';
import { done, HOME, LAB, stopped, useRepository, valuesOf } from './repository.ts';

// What somebody who can write to the repository tries, to have values encrypted for themselves.

const repository = useRepository();
const { at, put, read, run, files } = repository;
const controller = useController();
/** Newer than the controller's, as the newest is the one that is chosen. */
const STRANGER = makeCertificate({ notBefore: new Date(Date.now() - 60_000) });
/** The controller's own next one. */
const NEXT = makeCertificate({ notBefore: new Date(Date.now() - 120_000) });
const PINNED = 'stacks/chat.secrets/certificates.pem';
const SIGNING_KEY = 'synapse-signing-key/signing.key';

/** The keys whose values a stranger opens by now. */
async function opened(by = STRANGER): Promise<readonly string[]> {
  return [...(await valuesOf(repository, 'chat', by).catch(() => new Map<string, string>())).keys()];
}

describe('a certificate that somebody adds to certificates.pem', () => {
  beforeEach(async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    await put(PINNED, STRANGER.pem + HOME.pem);
  });

  it.each(['rotate', 'create --rotate'])('gets nothing at the next %s', async (verb) => {
    const before = await files('stacks');
    const result = await run(verb === 'rotate' ? 'rotate' : 'create', { keys: ['form-secret'], cert: null });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toContain('not been accepted');
    expect(await files('stacks')).toEqual(before);
  });

  it('gets nothing when --cert names another one: that one is used, alone', async () => {
    const result = await run('rotate', { keys: ['form-secret'] });
    expect(result.exitCode).toBe(0);
    // Not used, but not left unsaid either: a person has to remove it.
    expect(done(result).notices.join()).toMatch(
      /certificates\.pem:1:1 a newer certificate is pinned, and was not used/,
    );
    expect([...(await valuesOf(repository)).keys()]).toContain('synapse-secrets/form-secret');
    expect(await opened()).toEqual([]);
  });

  it('gets nothing when the controller seals everything anew', async () => {
    controller.keys = [NEXT, HOME];
    const result = await run('reseal', { cert: null, controller: controller.url() });
    expect(result.exitCode).toBe(0);
    expect([...(await valuesOf(repository, 'chat', NEXT)).keys()]).toHaveLength(4);
  });
});

describe('a certificate that somebody puts in the place of the pinned one', () => {
  it('gets nothing, also as the file that stacks share', async () => {
    await put('stacks/chat.yaml', `${LAB}secrets: {certificates: shared/controller.pem}\n`);
    await run('create');
    await put('stacks/shared/controller.pem', STRANGER.pem);
    const before = await files('stacks');
    const result = await run('rotate', { keys: ['form-secret'], cert: null });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toContain('shared/controller.pem');
    expect(await files('stacks')).toEqual(before);
  });

  it('gets nothing when the values come out of escrow: not the signing key, not any', async () => {
    const mine = await freshKey();
    const identity = await put('mine.agekey', `${mine.text}\n`);
    await put('stacks/chat.yaml', `${LAB}secrets: {escrow: [${mine.recipient}]}\n`);
    await run('create');
    await put(PINNED, STRANGER.pem);
    const before = await files('stacks');
    const result = await run('reseal', { cert: null, fromEscrow: true, identity });
    expect(await opened()).not.toContain(SIGNING_KEY);
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toContain('not been accepted');
    expect(await files('stacks')).toEqual(before);
  });

  it('gets nothing when it is a former one of the controller, whose key has leaked', async () => {
    await put('stacks/chat.yaml', LAB);
    await run('create');
    controller.keys = [NEXT, HOME];
    await run('reseal', { cert: null, controller: controller.url() });
    await put(PINNED, HOME.pem);
    const before = await files('stacks');
    const result = await run('rotate', { keys: ['form-secret'], cert: null });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toContain(
      'was accepted before, but is not the one that this computer sealed for last',
    );
    expect(await files('stacks')).toEqual(before);
    await put(PINNED, NEXT.pem + HOME.pem);
    expect((await run('rotate', { keys: ['form-secret'], cert: null })).exitCode).toBe(0);
  });

  it('gets nothing on a computer that knows nothing of the stack yet', async () => {
    await put('stacks/chat.yaml', LAB);
    await put(PINNED, STRANGER.pem);
    const result = await run('create', { cert: null });
    expect(result.exitCode).toBe(2);
    expect(await opened()).toEqual([]);
  });
});

describe('a Service that a stack file calls the controller', () => {
  it('is not asked for its certificate', async () => {
    await put('stacks/chat.yaml', `${LAB}secrets: {controller: {namespace: theirs, name: sealer}}\n`);
    const result = await run('create', { cert: null });
    expect(stopped(result)).toContain('theirs/sealer');
    expect(result.exitCode).toBe(2);
  });
});

describe('an age recipient that somebody adds to a stack file', () => {
  let mine: FreshKey;
  let stranger: FreshKey;
  let identity = '';

  beforeEach(async () => {
    [mine, stranger] = [await freshKey(), await freshKey()];
    identity = await put('mine.agekey', `${mine.text}\n`);
  });

  it.each(['rotate', 'reseal', 'create'] as const)('gets nothing of SOPS at the next %s', async (verb) => {
    const stackFile = (...all: readonly FreshKey[]): string =>
      `${LAB}secrets: {provider: sops, recipients: [${all.map(({ recipient }) => recipient).join(', ')}]}\n`;
    await put('stacks/chat.yaml', stackFile(mine));
    await run('create', { cert: null });
    await put('stacks/chat.yaml', stackFile(mine, stranger));
    if (verb === 'create') await repository.remove('stacks/chat.secrets/synapse-signing-key.yaml');
    const before = await files('stacks');
    const keys = verb === 'rotate' ? ['form-secret'] : [];
    const result = await run(verb, { cert: null, identity, keys, acceptRecipients: [] });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toContain(stranger.recipient);
    expect(await files('stacks')).toEqual(before);
  });

  it('gets nothing where it is accepted for another stack, and the two exchange their names', async () => {
    const stackFile = (name: string, server: string, ...all: readonly FreshKey[]): string =>
      `${LAB.replace('example.net', server)}name: ${name}\nnamespace: ${server.replace('.', '-')}\nsecrets: {provider: sops, recipients: [${all.map(({ recipient }) => recipient).join(', ')}]}\n`;
    await put('stacks/prod.yaml', stackFile('prod', 'prod.example', mine));
    await put('stacks/dev.yaml', stackFile('dev', 'dev.example', mine, stranger));
    await run('create', {
      cert: null,
      acceptRecipients: [mine.recipient, stranger.recipient],
      only: ['dev'],
    });
    await run('create', { cert: null, acceptRecipients: [mine.recipient], only: ['prod'] });
    await put('stacks/prod.yaml', stackFile('dev', 'prod.example', mine, stranger));
    await put('stacks/dev.yaml', stackFile('prod', 'dev.example', mine));
    const [prod, dev] = ['prod', 'dev'].map((name) => at(`stacks/${name}.secrets`));
    await rename(prod ?? '', at('swap'));
    await rename(dev ?? '', prod ?? '');
    await rename(at('swap'), dev ?? '');
    const before = await files('stacks');
    const result = await run('reseal', { cert: null, identity, acceptRecipients: [] });
    expect(result.exitCode).toBe(2);
    expect((await files('stacks')).get('dev.secrets/synapse-secrets.yaml')).toBe(
      before.get('dev.secrets/synapse-secrets.yaml'),
    );
  });

  it('gets nothing of escrow', async () => {
    await put('stacks/chat.yaml', `${LAB}secrets: {escrow: [${mine.recipient}]}\n`);
    await run('create');
    await put('stacks/chat.yaml', `${LAB}secrets: {escrow: [${mine.recipient}, ${stranger.recipient}]}\n`);
    const before = await files('stacks');
    const result = await run('rotate', { keys: ['form-secret'], acceptRecipients: [] });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toContain(stranger.recipient);
    expect(await files('stacks')).toEqual(before);
  });

  it('gets nothing of SOPS as a key of another kind, which nobody can accept', async () => {
    await put('stacks/chat.yaml', `${LAB}secrets: {provider: sops, recipients: [${mine.recipient}]}\n`);
    await run('create', { cert: null });
    const path = 'stacks/chat.secrets/synapse-secrets.yaml';
    const theirs = '  pgp:\n    - enc: x\n      fp: ABC\n  encrypted_regex';
    await put(path, (await read(path)).replace(/^ {2}encrypted_regex/m, theirs));
    const before = await files('stacks');
    const result = await run('rotate', { keys: ['form-secret'], cert: null, identity });
    expect(result.exitCode).toBe(2);
    expect(result.diagnostics.map(({ code, what }) => `${code} ${what}`)).toContainEqual(
      expect.stringMatching(/^MG067 sops\.pgp/),
    );
    expect(await files('stacks')).toEqual(before);
  });

  it('gets no later value through a file of SOPS whose key they know: each write has a new key', async () => {
    await put('stacks/chat.yaml', `${LAB}secrets: {provider: sops, recipients: [${mine.recipient}]}\n`);
    await run('create', { cert: null });
    // The file names the right recipient only, but its maker has kept the key: here as one more recipient.
    const path = 'stacks/chat.secrets/synapse-secrets.yaml';
    const theirs = await newSopsFile(
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'synapse-secrets', namespace: 'chat' },
        type: 'Opaque',
      },
      new Map(
        ['registration-shared-secret', 'macaroon-secret-key', 'form-secret'].map((key) => [
          key,
          SecretValue.of(randomBytes(16).toString('hex')),
        ]),
      ),
      [mine.recipient, stranger.recipient],
      new Date(),
    );
    await put(path, theirs);
    const dataKey = wrappedFor(theirs, stranger.recipient);
    const result = await run('rotate', { keys: ['form-secret'], cert: null, identity });
    expect(done(result).changed).toHaveLength(1);
    const after = await read(path);
    expect(after).not.toContain(dataKey);
    expect(after).not.toContain(stranger.recipient);
  });
});

/** The data key of a SOPS file as it is encrypted for a recipient. */
function wrappedFor(text: string, recipient: string): string {
  const [, ...entries] = text.split('- enc: ');
  const entry = entries.find((one) => one.includes(recipient)) ?? '';
  return entry.split('\n')[2]?.trim() ?? 'none';
}
