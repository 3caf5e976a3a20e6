import { beforeEach, describe, expect, it } from 'vitest';
import type { Inputs } from '../../../src/cli/secrets/inputs.ts';
import type { Terminal } from '../../../src/cli/secrets/prompt.ts';
import { UsageProblem } from '../../../src/cli/usage-problem.ts';
import { SecretsProblem } from '../../../src/secrets/problem.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import { makeCertificate, rsaKeys } from '../../secrets/x509.ts';
import {
  CHAT,
  CHAT_KEYS,
  changedKeys,
  done,
  LAB,
  oldSigningKeysOf,
  type RunOptions,
  sealedIn,
  stopped,
  useRepository,
  valuesOf,
} from './repository.ts';

const repository = useRepository();
const { put, read, run, synth, files, at } = repository;
const SIGNING_KEY = 'synapse-signing-key/signing.key';

beforeEach(async () => {
  await put('stacks/chat.yaml', CHAT);
});

/** Standard input that gives these pieces. */
function input(...pieces: readonly string[]): Pick<Inputs, 'stdin'> {
  return {
    stdin: (async function* () {
      for (const piece of pieces) yield Buffer.from(piece);
    })(),
  };
}

/** A terminal at which somebody gives these answers, by a part of the question; the rest is empty. */
function person(answers: Readonly<Record<string, string>>): Terminal & { readonly asked: string[] } {
  const asked: string[] = [];
  const answer = (question: string): string => {
    asked.push(question);
    return Object.entries(answers).find(([part]) => question.includes(part))?.[1] ?? '';
  };
  return {
    asked,
    line: async (...question) => answer(question.join('\n')),
    hidden: async (question) => {
      const text = answer(question);
      return text === '' ? undefined : SecretValue.of(text);
    },
  };
}

describe('a value that is given', () => {
  it('comes from a file, the environment and standard input, without the end of its line', async () => {
    const file = await put('value', 'value-of-mine-in-a-file\r\n');
    const result = await run(
      'create',
      {
        fromFile: [`synapse-secrets/form-secret=${file}`],
        fromEnv: ['macaroon-secret-key=MACAROON'],
        fromStdin: 'registration-shared-secret',
      },
      {
        environment: { MACAROON: 'value-of-mine=in(the)environment' },
        ...input('value-of-', 'mine-from-stdin\n'),
      },
    );
    expect(result.exitCode).toBe(0);
    const values = await valuesOf(repository);
    expect(values.get('synapse-secrets/form-secret')).toBe('value-of-mine-in-a-file');
    expect(values.get('synapse-secrets/macaroon-secret-key')).toBe('value-of-mine=in(the)environment');
    expect(values.get('synapse-secrets/registration-shared-secret')).toBe('value-of-mine-from-stdin');
    const origins = done(result).changed.map(({ key, how }) => `${key} ${how}`);
    expect(origins.filter((one) => one.endsWith('given'))).toHaveLength(3);
    expect([...values.keys()]).toEqual(CHAT_KEYS);
  });

  it.each([
    ['the secret alone', `${'k'.repeat(32)}\n`],
    ['a line with its API key', `matrix-rtc: ${'k'.repeat(32)}`],
  ])('of LiveKit may be %s', async (_, text) => {
    const file = await put('livekit', text);
    expect((await run('create', { fromFile: [`keys.yaml=${file}`] })).exitCode).toBe(0);
    expect((await valuesOf(repository)).get('livekit-keys/keys.yaml')).toBe(
      `matrix-rtc: ${'k'.repeat(32)}\n`,
    );
  });

  it.each([
    ['form-secret', 'short', 'it has 5 characters'],
    ['form-secret', 'a sentence of several words', 'characters that the programs which read it would change'],
    ['form-secret', 'first-line-of-a-file\nsecond-line\n', 'characters that the programs'],
    ['form-secret', 'umlaut-\u00e4\u00f6\u00fc-in-the-middle', 'characters that the programs'],
    ['jicofo-auth-password', 'with$dollar$and"quotes', 'letters, digits, dashes and underscores'],
    ['keys.yaml', `other: ${'k'.repeat(32)}`, 'for another API key than matrix-rtc'],
    ['keys.yaml', 'matrix-rtc: only-shortly', 'not at least 32 letters'],
    ['signing.key', '', 'there is no signing key in it'],
    ['signing.key', 'ed25519 a_1 c2hvcnQ\n', 'line 1 of the signing key does not end with 32 bytes'],
    ['signing.key', `ed25519 a-1 ${'A'.repeat(43)}\n`, 'line 1 of the signing key has no version'],
    ['signing.key', `rsa a_1 ${'A'.repeat(43)}\n`, 'does not begin with ed25519'],
    [
      'signing.key',
      `ed25519 a_1 ${'A'.repeat(43)}\n\ned25519 a_1 ${'B'.repeat(42)}A\n`,
      'two of its keys have one version',
    ],
  ])('for %s is refused when programs could not use it: %j', async (key, text, reason) => {
    const before = await files('stacks');
    const file = await put('value', text);
    const result = await run('create', { fromFile: [`${key}=${file}`] });
    expect(result.exitCode).toBe(2);
    const problem = stopped(result);
    expect(problem).toMatch(new RegExp(`^the value given for \\S+/${key.replace('.', '\\.')}: .*${reason}`));
    for (const word of text.split(/\s+/).filter((one) => one.length > 7 && one !== 'matrix-rtc:'))
      expect(problem).not.toContain(word);
    expect(await files('stacks')).toEqual(before);
  });

  it.each<[string, RunOptions, RegExp]>([
    ['without a file', { fromFile: ['form-secret'] }, /--from-file is not SECRET\/KEY=FILE/],
    ['with an empty file name', { fromFile: ['form-secret='] }, /--from-file is not SECRET\/KEY=FILE/],
    ['without a variable', { fromEnv: ['form-secret'] }, /--from-env is not SECRET\/KEY=VARIABLE/],
    ['from a variable that is not set', { fromEnv: ['form-secret=NOBODY'] }, /form-secret: .* is not set/],
    ['from a variable that is empty', { fromEnv: ['form-secret=EMPTY'] }, /form-secret: .* is not set/],
    [
      'twice',
      { fromEnv: ['form-secret=SOME', 'synapse-secrets/form-secret=SOME'] },
      /form-secret is given twice/,
    ],
    ['at a terminal that is not there', { ask: ['form-secret'] }, /--ask form-secret needs a terminal/],
  ])('%s is a mistake on the command line', async (_, options, reason) => {
    const environment = { EMPTY: '', SOME: 'some-value-of-mine-here' };
    const failed = run('create', options, { environment });
    await expect(failed).rejects.toThrow(UsageProblem);
    await expect(failed).rejects.toThrow(reason);
    expect((await files('stacks')).size).toBe(1);
  });

  it.each(['nowhere', 'stacks', 'home.pem/value'])(
    'from a path that is misspelt is bad input, as any other file that the command line names: %s',
    async (path) => {
      const wrong = at(path);
      const before = await files('stacks');
      for (const [options, what, where] of [
        [
          { fromFile: [`form-secret=${wrong}`] },
          'the file given for synapse-secrets/form-secret',
          '--from-file',
        ],
        [{ cert: wrong }, path, '--cert'],
      ] as const) {
        const result = await run('create', options);
        expect(result.exitCode).toBe(2);
        expect(stopped(result)).toMatch(
          new RegExp(`^cannot read \\S*${what}: \\S.*; correct the path after ${where}$`),
        );
      }
      const identity = run('create', { identity: wrong });
      await expect(identity).rejects.toThrow(SecretsProblem);
      await expect(identity).rejects.toThrow(/private age keys: .*; correct the path after --identity$/);
      const versions = run('create', { versions: wrong });
      await expect(versions).rejects.toThrow(UsageProblem);
      await expect(versions).rejects.toThrow(/; correct the path after --versions$/);
      expect(await files('stacks')).toEqual(before);
    },
  );

  it('for a key that two Secrets have asks which one', async () => {
    await put(
      'stacks/chat.yaml',
      `schema: 1
serverName: example.org
expose:
  public: {via: traefik, tls: {secret: public-tls}}
  lan: {tls: {secret: own-tls}, names: {synapse: matrix.home.arpa}}
`,
    );
    const file = await put('key.pem', 'no matter what');
    const result = await run('create', { fromFile: [`tls.key=${file}`] });
    expect(stopped(result)).toBe(
      'more than one Secret has a key "tls.key"; write one of public-tls/tls.key, own-tls/tls.key',
    );
  });

  it('for several stacks at once needs the name of one', async () => {
    await put('stacks/lab.yaml', LAB);
    const fromEnv = ['form-secret=FORM'];
    const environment = { FORM: 'some-value-of-mine-here', PATH: '/bin' };
    await expect(run('create', { fromEnv }, { environment })).rejects.toThrow(
      /several stacks; name the one they belong to: --stack NAME/,
    );
    await expect(run('create', { fromStdin: 'form-secret' })).rejects.toThrow(
      /several stacks; name the one they belong to: --stack NAME/,
    );
    expect((await run('create', { fromEnv, only: ['lab'] }, { environment })).exitCode).toBe(0);
    expect((await valuesOf(repository, 'lab')).get('synapse-secrets/form-secret')).toBe(
      'some-value-of-mine-here',
    );
    // Nor do programs that are started from here have it.
    expect(environment).toEqual({ PATH: '/bin' });
    expect((await sealedIn(repository, 'chat')).size).toBe(0);
  });
});

describe('an imported signing key', () => {
  it('is kept as it is, and the older ones in its file are published by their public halves', async () => {
    const seed = (fill: number): string => Buffer.alloc(32, fill).toString('base64').replace('=', '');
    const file = await put(
      'homeserver.signing.key',
      `ed25519 a_cur ${seed(1)}\ned25519 a_old ${seed(2)}\n\ned25519 0 ${seed(3)}\n`,
    );
    const now = new Date();
    const result = await run('create', { fromFile: [`${SIGNING_KEY}=${file}`], now });
    expect(result.exitCode).toBe(0);
    expect(done(result).notices.join()).not.toContain('a new signing key was made');
    expect((await valuesOf(repository)).get(SIGNING_KEY)).toBe(`ed25519 a_cur ${seed(1)}\n`);
    await synth();
    // Computed from the same seeds by Python's cryptography package.
    expect(await oldSigningKeysOf(repository)).toEqual({
      'ed25519:a_old': { key: 'gTl3Dqh9F19Wo1Rmw0x+zMuNipG07jeiXfYPW4/Js5Q', expired_ts: now.getTime() },
      'ed25519:0': { key: '7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E', expired_ts: now.getTime() },
    });
    for (const [path, text] of [...(await files('dist')), ...(await files('stacks'))]) {
      for (const fill of [1, 2, 3]) expect(text, path).not.toContain(seed(fill));
    }
  });
});

describe('what only the operator knows', () => {
  const HOSTS = ['matrix.example.org', 'example.org'];
  const keys = rsaKeys();
  const tls = makeCertificate({ keys, hosts: HOSTS });
  const key = String(tls.privateKey.export({ type: 'pkcs8', format: 'pem' }));

  beforeEach(async () => {
    await put(
      'stacks/chat.yaml',
      LAB.replace('example.net', 'example.org').replace('issuer: {name: home-ca}', 'secret: own-tls'),
    );
  });

  it('is missing nowhere when somebody else keeps it, and the texts say who has to make it', async () => {
    expect((await synth({ strict: true })).missing.map(({ secret }) => secret)).not.toContain('own-tls');
    const result = await run('create');
    expect(result.exitCode).toBe(0);
    expect(done(result).missing).toEqual([]);
    expect(changedKeys(done(result))).toEqual(CHAT_KEYS.filter((name) => name.startsWith('synapse-')));
    expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, missing: [] });
    const status = await run('status');
    expect(status.exitCode).toBe(0);
    expect(
      done(status).status.flatMap(({ secret, states }) => (secret === 'own-tls' ? [states] : [])),
    ).toEqual([['elsewhere'], ['elsewhere']]);
    expect(await read('dist/chat/SUMMARY.md')).toMatch(/own-tls.*you put it into the cluster yourself/);
    const text = await read('dist/chat/SECRETS.md');
    expect(text).toContain('kubectl -n chat create secret tls own-tls --cert=CHAIN.pem --key=KEY.pem');
    expect(text).toContain('--from-file own-tls/tls.crt=FILE own-tls/tls.key=FILE');
  });

  it('counts again once it is kept here: in another namespace it would not open', async () => {
    const fromFile = [`tls.crt=${await put('a.crt', tls.pem)}`, `tls.key=${await put('a.key', key)}`];
    expect((await run('create', { fromFile })).exitCode).toBe(0);
    await synth();
    const kept = await read('dist/chat/SECRETS.md');
    expect(kept).not.toContain('kubectl -n chat create secret tls');
    expect(kept).toContain('A certificate of your own, valid for: `example.org`, `matrix.example.org`.');
    await put('stacks/chat.yaml', `${await read('stacks/chat.yaml')}namespace: elsewhere\n`);
    // What is rendered in the old namespace would stop it before.
    await repository.remove('dist');
    expect((await synth({ strict: true })).missing).toContainEqual({
      stack: 'chat',
      secret: 'own-tls',
      namespace: 'elsewhere',
      keys: ['tls.crt', 'tls.key'],
      sealedFor: 'chat',
    });
    expect((await run('status')).exitCode).toBe(1);
  });

  it('is asked for by the path of its file, and sealed as it is', async () => {
    const answers = person({
      'own-tls/tls.crt': await put('a.crt', tls.pem),
      'own-tls/tls.key': await put('a.key', key),
    });
    const result = await run('create', { yes: false }, { terminal: answers });
    expect(result.exitCode).toBe(0);
    expect(answers.asked).toHaveLength(2);
    const values = await valuesOf(repository);
    expect(values.get('own-tls/tls.crt')).toBe(tls.pem);
    expect(values.get('own-tls/tls.key')).toBe(key);
    expect((await files('stacks/chat.secrets')).get('own-tls.yaml')).toContain('type: kubernetes.io/tls');
    expect((await synth({ strict: true })).exitCode).toBe(0);
  });

  it('can be left to somebody else at the terminal', async () => {
    const result = await run('create', { yes: false }, { terminal: person({}) });
    expect(result).toMatchObject({ exitCode: 0 });
    expect(done(result).missing).toEqual([]);
  });

  const other = makeCertificate({ hosts: ['matrix.example.org'] });
  const ended = makeCertificate({
    keys,
    hosts: HOSTS,
    notBefore: new Date(Date.now() - 90 * 86_400_000),
    notAfter: new Date(Date.now() - 86_400_000),
  });

  it.each([
    ['is none', 'hello\n', key, /^the value given for own-tls\/tls\.crt: it is not a certificate in PEM/],
    [
      'comes with what is no key',
      tls.pem,
      tls.pem,
      /^the value given for own-tls\/tls\.key: it is not a private key/,
    ],
    [
      'comes with the key of another',
      makeCertificate({ hosts: HOSTS }).pem,
      key,
      /is not that of its certificate/,
    ],
    [
      'is for other hosts',
      other.pem,
      String(other.privateKey.export({ type: 'pkcs8', format: 'pem' })),
      /^the certificate given for own-tls is not valid for example\.org;/,
    ],
    ['has ended', ended.pem, key, /^the certificate given for own-tls ended on/],
  ])('is refused when the certificate %s', async (_, certificate, privateKey, reason) => {
    const before = await files('stacks');
    const fromFile = [
      `tls.crt=${await put('a.crt', certificate)}`,
      `tls.key=${await put('a.key', privateKey)}`,
    ];
    const result = await run('create', { fromFile });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toMatch(reason);
    expect(await files('stacks')).toEqual(before);
  });

  it('is refused half: Kubernetes takes such a Secret only whole', async () => {
    const result = await run('create', { fromFile: [`tls.crt=${await put('a.crt', tls.pem)}`] });
    expect(stopped(result)).toMatch(
      /accepts the Secret own-tls only when it is complete, and tls\.key would be missing/,
    );
  });

  it('is replaced by its successor, without a word about other keys', async () => {
    const fromFile = [`tls.crt=${at('a.crt')}`, `tls.key=${at('a.key')}`];
    await put('a.crt', tls.pem);
    await put('a.key', key);
    expect((await run('create', { fromFile })).exitCode).toBe(0);
    const next = makeCertificate({ keys, hosts: HOSTS });
    await put('a.crt', next.pem);
    const result = await run('rotate', { keys: ['own-tls/tls.crt', 'own-tls/tls.key'], fromFile });
    expect(changedKeys(done(result))).toEqual(['own-tls/tls.crt', 'own-tls/tls.key']);
    expect((await valuesOf(repository)).get('own-tls/tls.crt')).toBe(next.pem);
    const nothing = await run('rotate', { keys: ['own-tls/tls.crt'] });
    expect(stopped(nothing)).toBe(
      'only you know the new value of own-tls/tls.crt; give it: --from-file own-tls/tls.crt=FILE',
    );
  });
});

describe('--ask', () => {
  it('takes a typed value without making one, and an empty line for a new one', async () => {
    const answers = person({ 'form-secret': 'typed-by-a-person-at-night' });
    const ask = ['form-secret', 'macaroon-secret-key'];
    const result = await run('create', { ask, yes: false }, { terminal: answers });
    expect(result.exitCode).toBe(0);
    expect(answers.asked[0]).toMatch(
      /^synapse-secrets\/form-secret, .*\(not shown; empty: make a new one\): $/,
    );
    const values = await valuesOf(repository);
    expect(values.get('synapse-secrets/form-secret')).toBe('typed-by-a-person-at-night');
    expect(values.get('synapse-secrets/macaroon-secret-key')).toMatch(/^[0-9a-f]{64}$/);
  });
});
