import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { humanReport, jsonReport } from '../../../src/cli/report.ts';
import { addSecretsCommand } from '../../../src/cli/secrets/cli.ts';
import type { Inputs } from '../../../src/cli/secrets/inputs.ts';
import { humanSecrets } from '../../../src/cli/secrets/report.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import { type FreshKey, freshKey } from '../../secrets/keys.ts';
import { type Canary, leakFinder } from '../../secrets/leaks.ts';
import { makeCertificate, rsaKeys } from '../../secrets/x509.ts';
import { useController } from './controller.ts';
import { useListener } from './listener.ts';
import { HOME, type RunOptions, sopsValues, useRepository, valuesOf } from './repository.ts';

const repository = useRepository();
const listener = useListener();
const controller = useController();
const { at, read } = repository;
const PLAIN = styleFor({}, {});

/** A value that stands nowhere else; letters, digits and a dash, so that every key takes it. */
function canary(): string {
  return `${randomBytes(12).toString('hex')}-${randomBytes(12).toString('hex')}`;
}

const VALUES = {
  form: canary(),
  macaroon: canary(),
  registration: canary(),
  jicofo: canary(),
  jvb: canary(),
  livekit: canary(),
  second: canary(),
};
const SEED = randomBytes(32);
const FORMER = randomBytes(32);
const line = (version: string, seed: Buffer): string =>
  `ed25519 ${version} ${seed.toString('base64').replace('=', '')}\n`;
const tlsKeys = rsaKeys();
const TLS = makeCertificate({ keys: tlsKeys, hosts: ['example.org', '*.example.org'] });
const TLS_KEY = String(TLS.privateKey.export({ type: 'pkcs8', format: 'pem' }));
const NEXT = makeCertificate();

let mine: FreshKey;
let theirs: FreshKey;
/** Everything that runs came to: reports for people and programs, and errors. */
let said: string[] = [];

/** What the operator has, in a folder of their own; what stands there is not looked through. */
async function own(path: string, text: string): Promise<string> {
  return await listener.aside(() => repository.put(`own/${path}`, text));
}

/** Something that is no work of the program. */
async function put(path: string, text: string): Promise<string> {
  return await listener.aside(() => repository.put(path, text));
}

function hear(error: unknown): void {
  const all = [error, error instanceof Error ? error.cause : undefined];
  for (const one of all) {
    said.push(inspect(one, { depth: 10, showHidden: true, maxStringLength: null }), String(one));
    said.push(JSON.stringify(one, one instanceof Error ? Object.getOwnPropertyNames(one) : undefined) ?? '');
    if (one instanceof Error) said.push(one.message, one.stack ?? '');
  }
}

/** A verb, with everything it says kept; its exit code, or the name of the error. */
async function run(
  verb: Parameters<typeof repository.run>[0],
  options: RunOptions = {},
  inputs: Partial<Inputs> = {},
): Promise<number | string> {
  try {
    const result = await repository.run(verb, options, inputs);
    said.push(jsonReport(result), humanSecrets(result, PLAIN), inspect(result, { depth: 10 }));
    return result.exitCode;
  } catch (error) {
    hear(error);
    return error instanceof Error ? error.constructor.name : 'unknown';
  }
}

async function synth(): Promise<void> {
  for (const mode of ['write', 'check', 'print'] as const) {
    const print = async (text: string): Promise<void> => void said.push(text);
    const result = await repository.synth({ mode, print });
    said.push(jsonReport(result), humanReport(result, 'dist', PLAIN));
  }
}

/** Every key's known value, each by another way, as `create` takes them. */
async function given(): Promise<{ readonly options: RunOptions; readonly inputs: Partial<Inputs> }> {
  const fromFile = await Promise.all(
    Object.entries({
      'synapse-secrets/macaroon-secret-key': `${VALUES.macaroon}\n`,
      'jvb-auth-password': VALUES.jvb,
      'keys.yaml': `matrix-rtc: ${VALUES.livekit}\n`,
      'signing.key': line('a_now', SEED) + line('a_former', FORMER),
      'tls.crt': TLS.pem,
      'tls.key': TLS_KEY,
    }).map(async ([key, text]) => `${key}=${await own(`${key.replaceAll('/', '-')}.txt`, text)}`),
  );
  return {
    options: {
      fromFile,
      fromEnv: ['form-secret=FORM_SECRET'],
      fromStdin: 'registration-shared-secret',
      ask: ['jicofo-auth-password'],
      yes: false,
    },
    inputs: {
      environment: { FORM_SECRET: VALUES.form },
      stdin: (async function* () {
        yield Buffer.from(VALUES.registration.slice(0, 10));
        yield Buffer.from(`${VALUES.registration.slice(10)}\n`);
      })(),
      terminal: {
        hidden: async (question) => {
          said.push(question);
          return SecretValue.of(VALUES.jicofo);
        },
        line: async (...question) => {
          said.push(...question);
          return 'y';
        },
      },
    },
  };
}

/** The stack with every kind of value. */
async function putStack(secrets: string, more = ''): Promise<void> {
  await put(
    'stacks/chat.yaml',
    `schema: 1
serverName: example.org
expose: {lan: {tls: {secret: own-tls}}}
livekit: {}
jitsi: {access: anyone}
callNodes: {addresses: {discover: stun}}
secrets: ${secrets}
${more}`,
  );
}

const sealed = (): Promise<void> => putStack(`{escrow: [${mine.recipient}]}`);

/** All values are as they were given: what was silent was not idle. */
async function expectGiven(values: ReadonlyMap<string, string>): Promise<void> {
  const expected = { ...VALUES, livekit: `matrix-rtc: ${VALUES.livekit}\n` };
  expect([...values.values()].filter((value) => Object.values(expected).includes(value))).toHaveLength(6);
  expect(values.get('synapse-signing-key/signing.key')).toBe(line('a_now', SEED));
  expect(values.get('own-tls/tls.key')).toBe(TLS_KEY);
}

/** Nothing of any value, or of a private key, was heard, said or left in a file, in any form. */
async function expectSilence(more: Iterable<string> = []): Promise<void> {
  const known: Canary[] = Object.entries(VALUES).map(([name, text]) => ({ name, bytes: Buffer.from(text) }));
  for (const [name, seed] of Object.entries({ SEED, FORMER })) {
    known.push(
      { name, bytes: seed },
      { name: `${name} in base64`, bytes: Buffer.from(seed.toString('base64')) },
    );
  }
  const { d = '' } = TLS.privateKey.export({ format: 'jwk' });
  known.push({ name: 'the private key of the certificate', bytes: Buffer.from(d, 'base64url') });
  for (const key of [mine, theirs]) {
    known.push({ name: 'an age key', bytes: Buffer.from(key.text.slice('AGE-SECRET-KEY-1'.length)) });
  }
  // What stands around a value is no secret.
  for (const value of more) {
    const word = value.trim().split(' ').at(-1) ?? '';
    if (!value.includes('-----')) known.push({ name: 'a value that was made', bytes: Buffer.from(word) });
  }
  const find = leakFinder(known);
  const entries = await readdir(repository.top(), { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    expect(find(path)).toEqual([]);
    if (!entry.isFile() || path.startsWith(at('own/'))) continue;
    expect(find(await readFile(path)), path).toEqual([]);
  }
  for (const text of new Set([...listener.heard(), ...said, ...controller.bodies])) {
    const found = find(text);
    if (found.length > 0) throw new Error(`${found.join(', ')} in:\n${String(text)}`);
  }
  listener.forget();
  said = [];
}

afterEach(() => {
  vi.unstubAllEnvs();
});

beforeEach(async () => {
  said = [];
  [mine, theirs] = [await freshKey(), await freshKey()];
  await own('mine.agekey', mine.text);
  await own('theirs.agekey', theirs.text);
});

describe('the listener', () => {
  it('hears what the program writes, so that its silence means something', async () => {
    await sealed();
    expect(await run('create', (await given()).options, (await given()).inputs)).toBe(0);
    const text = await read('stacks/chat.secrets/synapse-secrets.yaml');
    expect(listener.heard()).toContain(text);
    const heard = listener.heard().join('\n');
    for (const path of await readdir(at('stacks/chat.secrets/escrow/livekit-keys')))
      expect(heard).toContain(path);
  });
});

describe('known values are nowhere, in no form', () => {
  it('when Sealed Secrets and escrow keep them, through every verb', async () => {
    await sealed();
    const { options, inputs } = await given();
    const identity = at('own/mine.agekey');
    expect(await run('create', options, inputs)).toBe(0);
    await expectGiven(await valuesOf(repository));
    await synth();
    expect(await run('status')).toBe(0);
    const second = await own('second', VALUES.second);
    expect(await run('rotate', { keys: ['form-secret'], fromFile: [`form-secret=${second}`] })).toBe(0);
    expect(await run('create', { keys: ['jvb-auth-password', 'keys.yaml'] })).toBe(0);
    expect(await run('rotate', { keys: ['signing.key'], identity })).toBe(0);
    const values = [...(await valuesOf(repository)).values()];
    expect(values).toContain(VALUES.second);
    controller.keys = [NEXT, HOME];
    expect(await run('reseal', { cert: null, controller: controller.url() })).toBe(0);
    await listener.aside(() => repository.remove('stacks/chat.secrets/livekit-keys.yaml'));
    expect(await run('create', { identity })).toBe(0);
    await putStack(`{escrow: [${mine.recipient}]}`, 'namespace: elsewhere\n');
    expect(await run('reseal', { fromEscrow: true, identity })).toBe(0);
    await synth();
    await expectSilence(values);
  });

  it('when SOPS keeps them, through every verb', async () => {
    await putStack(`{provider: sops, recipients: [${mine.recipient}]}`);
    const { options, inputs } = await given();
    const identity = at('own/mine.agekey');
    expect(await run('create', options, inputs)).toBe(0);
    await expectGiven(await sopsValues(repository, mine.identities));
    await synth();
    expect(await run('status')).toBe(0);
    const second = await own('second', VALUES.second);
    expect(
      await run('rotate', { keys: ['form-secret'], fromFile: [`form-secret=${second}`], identity }),
    ).toBe(0);
    expect(await run('rotate', { keys: ['signing.key', 'keys.yaml'], identity })).toBe(0);
    await putStack(`{provider: sops, recipients: [${theirs.recipient}]}`);
    expect(await run('reseal', { identity })).toBe(0);
    await synth();
    await expectSilence((await sopsValues(repository, theirs.identities)).values());
  });

  it('when others keep them', async () => {
    for (const provider of ['{provider: existing}', '{provider: external-secrets, store: {name: vault}}']) {
      await putStack(provider);
      const { options, inputs } = await given();
      for (const verb of ['status', 'create', 'rotate', 'reseal'] as const) await run(verb, options, inputs);
      await synth();
    }
    await expectSilence();
  });
});

describe('known values are in no trace of a failure', () => {
  it.each([
    ['has ended', { notBefore: new Date('2020-01-01'), notAfter: new Date('2021-01-01') }],
    ['has not begun', { notBefore: new Date('2099-01-01') }],
    ['is too weak', { keys: rsaKeys(1024) }],
  ])('with a certificate that %s', async (_, certificate) => {
    await sealed();
    const cert = await put('bad.pem', makeCertificate(certificate).pem);
    const { options, inputs } = await given();
    expect(await run('create', { ...options, cert }, inputs)).toBe(2);
    expect(said[1]).toMatch(/no certificate is valid|has 1024 bits/);
    await expectSilence();
  });

  it('with a file as certificate that holds a value or a private key', async () => {
    await sealed();
    for (const text of [TLS_KEY, VALUES.form, mine.text, line('a_1', SEED)]) {
      const { options, inputs } = await given();
      expect(await run('create', { ...options, cert: await own('bad.pem', text) }, inputs)).toBe(2);
    }
    await expectSilence();
  });

  it('without a controller, and with one that opens nothing', async () => {
    await sealed();
    const { options, inputs } = await given();
    expect(await run('create', { ...options, cert: null, controller: controller.url() }, inputs)).toBe(3);
    const again = await given();
    expect(await run('create', again.options, again.inputs)).toBe(0);
    controller.keys = [NEXT];
    expect(await run('reseal', { cert: null, controller: controller.url() })).toBe(3);
    await expectSilence();
  });

  it('in another namespace', async () => {
    await sealed();
    const { options, inputs } = await given();
    expect(await run('create', options, inputs)).toBe(0);
    await putStack('{}', 'namespace: elsewhere\n');
    for (const verb of ['status', 'create', 'reseal'] as const) expect(await run(verb)).toBeGreaterThan(0);
    const again = await given();
    await run('create', again.options, again.inputs);
    await synth();
    await expectSilence();
  });

  it('when values are refused', async () => {
    await sealed();
    const wrong: Readonly<Record<string, readonly string[]>> = {
      'form-secret': [
        `${VALUES.form} ${VALUES.second}`,
        `${VALUES.form}\n${VALUES.second}\n`,
        `${VALUES.form}\u0000`,
      ],
      'jvb-auth-password': [`${VALUES.jvb}$`, `"${VALUES.jvb}"`],
      'keys.yaml': [
        `other: ${VALUES.livekit}`,
        `${VALUES.livekit}:${VALUES.second}`,
        `{matrix-rtc: ${VALUES.livekit}}`,
      ],
      'signing.key': [
        `${line('a_1', SEED)}${line('a_1', FORMER)}`,
        line('a_1', SEED).replace('ed25519', 'rsa'),
        line('a-1', SEED),
        `${SEED.toString('base64')}\n`,
        line(SEED.toString('base64'), FORMER),
        line('a_1', SEED).replace(/.{4}$/m, ''),
      ],
      'tls.crt': [TLS_KEY, VALUES.form],
      'tls.key': [
        TLS_KEY.replace('BEGIN PRIVATE', 'BEGIN ENCRYPTED PRIVATE'),
        TLS_KEY.slice(0, -100),
        TLS.pem,
      ],
    };
    const { options } = await given();
    for (const [key, texts] of Object.entries(wrong)) {
      for (const text of texts) {
        const others = (options.fromFile ?? []).filter((one) => !one.startsWith(`${key}=`));
        const fromFile = [...others, `${key}=${await own('wrong', text)}`];
        expect(await run('create', { fromFile }), key).toBe(2);
      }
    }
    await expectSilence();
  });

  it('when a file among the ciphertext is damaged, plain or for another key', async () => {
    await sealed();
    const { options, inputs } = await given();
    expect(await run('create', options, inputs)).toBe(0);
    const identity = at('own/theirs.agekey');
    await listener.aside(() => repository.remove('stacks/chat.secrets/livekit-keys.yaml'));
    expect(await run('create', { identity })).toBe(2);
    expect(
      await run('reseal', {
        fromEscrow: true,
        identity,
        cert: await put('next.pem', NEXT.pem),
        newCert: true,
      }),
    ).toBe(2);
    const { livekit, form } = VALUES;
    const plain = 'apiVersion: v1\nkind: Secret\nmetadata: {name: livekit-keys, namespace: chat}\n';
    const sealedSecret =
      'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: livekit-keys, namespace: chat}\n';
    const damaged = [
      `${plain}stringData: {keys.yaml: ${livekit}}\n`,
      `${plain}data: {keys.yaml: ${Buffer.from(livekit).toString('base64')}}\n`,
      `${plain}stringData: {keys.yaml: "${livekit}}\n`,
      `${plain}stringData: {keys.yaml: ${livekit}}\nsops: {}\n`,
      `${plain}stringData: {keys.yaml: ${livekit}}\nsops: ${form}\n`,
      `${plain}stringData: {"${livekit} ": x}\nsops: {age: ${form}, mac: ${form}}\n`,
      `${livekit}: ${form}\n`,
      `- ${livekit}\n- *${form}\n`,
      `!${livekit} a\n`,
      `${sealedSecret}spec:\n  encryptedData: {keys.yaml: ${livekit}}\n`,
      `${sealedSecret}spec:\n  encryptedData: {"${livekit} ": x}\n`,
      `${sealedSecret}spec:\n  encryptedData: [${livekit}]\n`,
    ];
    for (const provider of ['{}', `{provider: sops, recipients: [${mine.recipient}]}`]) {
      await putStack(provider);
      await listener.aside(() => repository.remove('stacks/chat.secrets'));
      for (const text of damaged) {
        await put('stacks/chat.secrets/livekit-keys.yaml', text);
        for (const verb of ['status', 'create', 'rotate', 'reseal'] as const) {
          expect(await run(verb, verb === 'rotate' ? { keys: ['form-secret'] } : {}), text).toBe(2);
        }
        await synth();
      }
    }
    await listener.aside(() => repository.remove('stacks/chat.secrets/livekit-keys.yaml'));
    await expectSilence();
  });

  it.each(['full', 'killed'] as const)(
    'when the disk is full or the program killed at any change: %s',
    async (kind) => {
      await sealed();
      const options = { ...(await given()).options, ask: [] };
      let ends = 0;
      for (let number = 1; ; number += 4) {
        const { inputs } = await given();
        listener.trouble(number, kind);
        const end = await run('create', options, inputs);
        const changes = listener.changes();
        ends += end === 0 ? 0 : 1;
        await listener.aside(async () => {
          await expectSilence();
          await repository.remove('stacks/chat.secrets').catch(() => undefined);
        });
        if (changes < number) break;
      }
      expect(ends).toBeGreaterThan(6);
    },
    30_000,
  );
});

describe('a value in the wrong place on the command line is not repeated', () => {
  const { form } = VALUES;
  it.each<[string, Parameters<typeof repository.run>[0], RunOptions]>([
    ['--from-file VALUE', 'create', { fromFile: [form] }],
    ['--from-file KEY=VALUE', 'create', { fromFile: [`form-secret=${form}`] }],
    ['--from-file VALUE=', 'create', { fromFile: [`${form}=`] }],
    ['--from-file VALUE==', 'create', { fromFile: [`${form}==`] }],
    ['--from-file VALUE=FILE', 'create', { fromFile: [`${form}=versions.yaml`] }],
    ['--from-env VALUE', 'create', { fromEnv: [form] }],
    ['--from-env KEY=VALUE', 'create', { fromEnv: [`form-secret=${form}`] }],
    ['--from-stdin VALUE', 'create', { fromStdin: form }],
    ['--from-stdin KEY=VALUE', 'create', { fromStdin: `form-secret=${form}` }],
    ['--ask VALUE', 'create', { ask: [form] }],
    ['--rotate VALUE', 'create', { keys: [form] }],
    ['rotate VALUE', 'rotate', { keys: [form] }],
    ['rotate KEY=VALUE', 'rotate', { keys: [`form-secret=${form}`] }],
    ['rotate KEY VALUE', 'rotate', { keys: ['form-secret', form] }],
    ['--identity VALUE', 'create', { identity: form }],
    ['--old-signing-key VALUE', 'rotate', { keys: ['signing.key'], oldSigningKey: form }],
  ])('%s', async (_, verb, options) => {
    await put(
      'stacks/chat.yaml',
      'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: ca}}}}\n',
    );
    expect(await run('create')).toBe(0);
    expect(await run(verb, options)).not.toBe(0);
    if (verb === 'create') {
      await listener.aside(() => repository.remove('stacks/chat.secrets'));
      expect(await run(verb, options)).not.toBe(0);
    }
    await expectSilence();
  });

  it.each([
    ['create', form],
    ['create', '--value', form],
    ['create', `--from-file=${form}`],
    ['rotate', `form-secret=${form}`],
    ['reseal', form],
    ['status', form],
  ])('as words of the program: %s', async (...words) => {
    await put(
      'stacks/chat.yaml',
      'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: ca}}}}\n',
    );
    vi.stubEnv('XDG_STATE_HOME', repository.stateHome());
    const program = new Command('matrix-gitops').exitOverride().configureOutput({
      writeErr: (text) => void said.push(text),
      writeOut: (text) => void said.push(text),
    });
    addSecretsCommand(program, (result, _, human) => void said.push(jsonReport(result), human(PLAIN)));
    const options = ['--stacks', at('stacks'), '--cert', at('home.pem'), '--yes'];
    const asked = words[0] === 'status' ? options.slice(0, 2) : options;
    await program.parseAsync(['secrets', ...words, ...asked], { from: 'user' }).catch(hear);
    expect(said.length).toBeGreaterThan(0);
    await expectSilence();
  });
});
