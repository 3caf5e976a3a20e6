import { mkdir, symlink } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { humanSecrets } from '../../../src/cli/secrets/report.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { freshKey } from '../../secrets/keys.ts';
import { CHAT, done, HOME, LAB, sealedIn, stopped, useRepository, valuesOf } from './repository.ts';

const repository = useRepository();
const { put, read, remove, run, synth, files, at } = repository;
const PLAIN = styleFor({}, {});
const CANARY = 'canary-in-a-plain-file';
const BASE64 = Buffer.from(CANARY).toString('base64');

beforeEach(async () => {
  await put('stacks/chat.yaml', LAB);
});

describe('what lies among the files of ciphertext', () => {
  const secret = (data: string): string =>
    `apiVersion: v1\nkind: Secret\nmetadata: {name: synapse-secrets, namespace: chat}\n${data}`;
  const sealed = (key: string, value: string): string =>
    `apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: synapse-secrets, namespace: chat}\nspec:\n  encryptedData:\n    ${key}: ${value}\n`;

  it.each([
    [
      'a plain Secret',
      secret(`stringData: {form-secret: ${CANARY}}\n`),
      /:2:7 error MG060: this is a plain Secret/,
    ],
    [
      'a Secret in base64',
      secret(`data: {form-secret: ${BASE64}}\n`),
      /:2:7 error MG060: this is a plain Secret/,
    ],
    [
      'a broken Secret',
      secret(`data: {form-secret: ${BASE64}\n`),
      /:2:1 error MG060: this is a plain Secret/,
    ],
    ['text', `${CANARY}\n`, /:1:1 error MG060: this is not a SealedSecret/],
    ['broken YAML', `kind: [${CANARY}\n`, /:\d+:\d+ error MG060: this is not YAML/],
    ['nothing', '', /:1:1 error MG060: /],
    [
      'another object',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: ${CANARY}}\n`,
      /:2:7 error MG060: this is not a SealedSecret/,
    ],
    [
      'a value that is not sealed',
      sealed('form-secret', CANARY),
      /:6:18 error MG060: the value of form-secret is not base64/,
    ],
    [
      'a value in base64 that is not sealed',
      sealed('form-secret', BASE64),
      /:6:18 error MG060: the value of form-secret is (?:not sealed|no base64)/,
    ],
    [
      'two documents',
      `${sealed('a', BASE64)}---\n${sealed('b', BASE64)}`,
      /:\d+:\d+ error MG060: the file holds several documents/,
    ],
  ])('%s stops every verb and synth with exit code 2, place and no value', async (_, text, reason) => {
    await run('create');
    await put('stacks/chat.secrets/synapse-secrets.yaml', text);
    const before = await files('stacks');
    for (const verb of ['status', 'create', 'rotate', 'reseal'] as const) {
      const result = await run(verb, verb === 'rotate' ? { keys: ['form-secret'] } : {});
      expect(result).toMatchObject({ exitCode: 2, stacks: [] });
      const said = humanSecrets(result, PLAIN);
      expect(said).toMatch(/^\S*stacks\/chat\.secrets\/synapse-secrets\.yaml:/);
      expect(said).toMatch(reason);
      for (const value of [CANARY, BASE64]) expect(JSON.stringify(result) + said).not.toContain(value);
    }
    const rendered = await synth();
    expect(rendered).toMatchObject({ exitCode: 2, kept: ['chat'], written: undefined });
    expect(JSON.stringify(rendered)).not.toContain(CANARY);
    expect(await files('stacks')).toEqual(before);
  });

  it('a Secret that stands in two files stops the work: which of them counts is not guessed', async () => {
    await run('create');
    await put('stacks/chat.secrets/copy.yaml', await read('stacks/chat.secrets/synapse-secrets.yaml'));
    const result = await run('create');
    expect(result.exitCode).toBe(2);
    expect(humanSecrets(result, PLAIN)).toMatch(
      /synapse-secrets\.yaml:1:1 error MG062: the Secret "synapse-secrets" is in \S+copy\.yaml too/,
    );
  });

  it('an annotation about an old signing key that says nothing stops the work: it may be needed', async () => {
    await run('create');
    const file = 'stacks/chat.secrets/synapse-signing-key.yaml';
    await put(
      file,
      (await read(file)).replace(
        'annotations:\n',
        'annotations:\n    old-signing-key.matrix-gitops/a_1: soon\n',
      ),
    );
    const result = await run('status');
    expect(result.exitCode).toBe(2);
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['MG061']);
  });

  it('files that are no YAML are none of its business', async () => {
    await run('create');
    const before = await sealedIn(repository);
    await put('stacks/chat.secrets/README.md', '# Ours\n');
    await put('stacks/chat.secrets/escrow/notes.txt', 'ours\n');
    expect(done(await run('create')).changed).toEqual([]);
    expect(done(await run('rotate', { keys: ['form-secret'] })).changed).toHaveLength(1);
    expect(await read('stacks/chat.secrets/README.md')).toBe('# Ours\n');
    expect(await read('stacks/chat.secrets/escrow/notes.txt')).toBe('ours\n');
    expect((await sealedIn(repository)).size).toBe(before.size);
  });

  it('what cannot be read is an error of that stack alone', async () => {
    await mkdir(at('stacks/chat.secrets/folder.yaml'), { recursive: true });
    const result = await run('status');
    expect(result.exitCode).toBe(2);
    expect(humanSecrets(result, PLAIN)).toMatch(
      /chat\.secrets\/folder\.yaml:1:1 error MG014: it is a folder where a file is expected/,
    );
    await remove('stacks/chat.secrets');
    await symlink(at('nowhere'), at('stacks/chat.secrets'));
    expect(humanSecrets(await run('create'), PLAIN)).toMatch(
      /chat\.secrets:1:1 error MG012: it is a symbolic link to a file or folder that does not exist/,
    );
  });

  it('a file in the place of the folder is told, and stays', async () => {
    await put('stacks/chat.secrets', 'mine\n');
    const result = await run('create');
    expect(result.exitCode).toBe(3);
    expect(stopped(result)).toMatch(/chat\.secrets\S*: it is a file where a folder is expected/);
    expect(await read('stacks/chat.secrets')).toBe('mine\n');
  });

  it('a file of its own with another name is found by what it holds, and goes on being used', async () => {
    await run('create');
    await put('stacks/chat.secrets/ours.yml', await read('stacks/chat.secrets/synapse-secrets.yaml'));
    await remove('stacks/chat.secrets/synapse-secrets.yaml');
    const values = await valuesOf(repository);
    expect(done(await run('create')).changed).toEqual([]);
    await run('rotate', { keys: ['form-secret'] });
    expect([...(await files('stacks/chat.secrets')).keys()]).toEqual([
      'certificates.pem',
      'ours.yml',
      'synapse-signing-key.yaml',
    ]);
    expect((await valuesOf(repository)).get('synapse-signing-key/signing.key')).toBe(
      values.get('synapse-signing-key/signing.key'),
    );
  });
});

describe('a provider that was changed', () => {
  it('from Sealed Secrets to SOPS and back does not read the files of the other one', async () => {
    const { recipient } = await freshKey();
    const sops = `${LAB}secrets: {provider: sops, recipients: [${recipient}]}\n`;
    await run('create');
    await put('stacks/chat.yaml', sops);
    const toSops = await run('status');
    expect(toSops.exitCode).toBe(2);
    expect(humanSecrets(toSops, PLAIN)).toMatch(
      /synapse-secrets\.yaml:\d+:\d+ error MG060: this is a SealedSecret, and the provider of the stack is sops; write secrets: \{provider: sealed-secrets, …\}/,
    );
    await remove('stacks/chat.secrets');
    await run('create');
    await put('stacks/chat.yaml', LAB);
    const back = humanSecrets(await run('status'), PLAIN);
    expect(back).toMatch(
      /synapse-secrets\.yaml:2:7 error MG060: this is a file of SOPS, and the provider of the stack is sealed-secrets; /,
    );
    expect(back).not.toContain('plain Secret');
  });

  it.each([
    ['existing', '{provider: existing}', 'by you, in the cluster'],
    ['external-secrets', '{provider: external-secrets, store: {name: vault}}', 'in a store'],
  ])('to %s: create says how values are made there, the others refuse', async (_, provider, where) => {
    await put('stacks/chat.yaml', `${CHAT}secrets: ${provider}\n`);
    const result = await run('create', { cert: null });
    expect(result.exitCode).toBe(0);
    const { commands = [], changed, written } = done(result);
    expect({ changed, written }).toEqual({ changed: [], written: [] });
    const said = commands.join('\n');
    expect(said).toContain(
      provider.includes('existing') ? 'kubectl -n chat create secret generic' : 'vault: chat/',
    );
    expect(said).toContain('openssl rand -hex 32');
    expect(humanSecrets(result, PLAIN)).toContain(said);
    for (const verb of ['rotate', 'reseal'] as const) {
      const refused = await run(verb, { keys: ['form-secret'], cert: null });
      expect(refused.exitCode).toBe(2);
      expect(stopped(refused)).toContain(`are kept ${where}, not here`);
    }
    expect((await files('stacks')).size).toBe(1);
    expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, missing: [] });
  });
});

describe('several stacks', () => {
  it('are worked on one after the other; what stops one does not stop the others', async () => {
    await put('stacks/a-broken.yaml', 'schema: 1\n');
    await put(
      'stacks/b-expired.yaml',
      `${LAB.replace('example.net', 'b.example.org')}secrets: {certificates: b/bad.pem}\n`,
    );
    await put('stacks/b/bad.pem', 'damaged\n');
    await put('stacks/c-fine.yaml', LAB.replace('example.net', 'c.example.org'));
    await remove('stacks/chat.yaml');
    const result = await run('create');
    expect(result.exitCode).toBe(2);
    expect(result.diagnostics.map(({ position }) => position.file.split('/').at(-1))).toEqual([
      'a-broken.yaml',
      'a-broken.yaml',
    ]);
    expect(
      result.stacks.map(({ stack, problem, changed }) => [stack, problem !== undefined, changed.length]),
    ).toEqual([
      ['b-expired', true, 0],
      ['c-fine', false, 4],
    ]);
    expect((await valuesOf(repository, 'c-fine', HOME)).size).toBe(4);
    const said = humanSecrets(result, PLAIN);
    expect(said).toMatch(/^b-expired: error: \S*b\/bad\.pem:1:1 this text holds no certificate; /m);
    expect(said).toMatch(/^c-fine: 4 changed; run `npm run synth`, /m);
  });

  it('are told of what was written although another one cannot be', async () => {
    await put('stacks/lab.yaml', LAB.replace('example.net', 'lab.example.org'));
    await put('stacks/lab.secrets', 'mine\n');
    const { exitCode, stacks } = await run('create');
    expect(exitCode).toBe(3);
    const [chat, lab] = stacks;
    expect(chat?.written.join()).toContain('stacks/chat.secrets/synapse-secrets.yaml');
    expect(lab?.problem?.what).toMatch(/lab\.secrets\S*: it is a file where a folder is expected/);
  });

  it('can be chosen by name, and one that is not there is told', async () => {
    await put('stacks/lab.yaml', LAB.replace('example.net', 'lab.example.org'));
    expect((await run('create', { only: ['lab'] })).stacks.map(({ stack }) => stack)).toEqual(['lab']);
    expect((await run('status', { only: ['chat'] })).exitCode).toBe(1);
    await expect(run('create', { only: ['labb'] })).rejects.toThrow(/did you mean "lab"\?/);
  });
});

describe('a file of ciphertext that dist/ cannot hold', () => {
  it.each([
    ['a name that ends a comment', 'x\nkind: ClusterRoleBinding\n#.yaml', (text: string) => text, 'MG043'],
    ['a directive', 'synapse-secrets.yaml', (text: string) => `%YAML 1.2\n---\n${text}`, 'MG045'],
    ['a byte order mark', 'synapse-secrets.yaml', (text: string) => `\ufeff${text}`, 'MG011'],
    ['a control character', 'synapse-secrets.yaml', (text: string) => `${text}# \u007f\n`, 'MG011'],
    [
      'an escaped control character',
      'synapse-secrets.yaml',
      (text: string) => text.replace('metadata:\n', 'metadata:\n  labels: {a: "\\x7f"}\n'),
      'MG011|MG060',
    ],
  ])('since it has %s stops its stack', async (_, name, change, code) => {
    await run('create');
    const good = await read('stacks/chat.secrets/synapse-secrets.yaml');
    await remove('stacks/chat.secrets/synapse-secrets.yaml');
    await put(`stacks/chat.secrets/${name}`, change(good));
    const result = await synth();
    expect(result).toMatchObject({ exitCode: 2, kept: ['chat'] });
    expect(result.diagnostics.map((one) => one.code)).toEqual([expect.stringMatching(code)]);
  });
});
