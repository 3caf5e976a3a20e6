import { beforeEach, describe, expect, it } from 'vitest';
import type { Stack } from '../../../charts/stack/stack.ts';
import { acceptanceOf } from '../../../src/cli/secrets/acceptance.ts';
import { create } from '../../../src/cli/secrets/create.ts';
import { reseal } from '../../../src/cli/secrets/keepers/index.ts';
import type { SecretsOptions } from '../../../src/cli/secrets/options.ts';
import { humanSecrets } from '../../../src/cli/secrets/report.ts';
import type { StackSecrets } from '../../../src/cli/secrets/result.ts';
import { rotate } from '../../../src/cli/secrets/rotate.ts';
import { status } from '../../../src/cli/secrets/status.ts';
import type { Work } from '../../../src/cli/secrets/work.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { boundsOf } from '../../../src/files/bounds.ts';
import { NOTHING_ACCEPTED } from '../../../src/secrets/acceptance/record.ts';
import { escrowFiles, secretTexts } from '../../../src/secrets/folder.ts';
import { withSecrets } from '../../../src/secrets/read-files.ts';
import { RANDOM_HEX_32, type SecretSpec } from '../../../src/system/secrets.ts';
import { type FreshKey, freshKey } from '../../secrets/keys.ts';
import { unsealAll } from '../../secrets/verbs/unseal-all.ts';
import { makeCertificate } from '../../secrets/x509.ts';
import { stackFrom } from '../../stacks.ts';
import { HOME, LAB, useRepository } from './repository.ts';

/** The verbs on a stack that no stack file can say yet: one Secret in two namespaces, with a composed file. */
const repository = useRepository();
const { at, put, files } = repository;

let me: FreshKey;
beforeEach(async () => {
  me = await freshKey();
});

function token(...namespaces: readonly [string, ...string[]]): SecretSpec {
  const [main, ...others] = namespaces;
  const text = { what: 'w', readers: [], loss: 'l', rotation: 'r' };
  return {
    name: 'token',
    places: [{ namespace: main }, ...others.map((namespace) => ({ namespace }))],
    keys: [
      { key: 'a', form: RANDOM_HEX_32, ...text },
      { key: 'file', form: { kind: 'composed', parts: ['a: ', { key: 'a', as: 'json' }, '\n'] }, ...text },
    ],
  };
}

function stackWith(settings: string, secret: SecretSpec): Stack {
  return { ...stackFrom(`${LAB}name: chat\nsecrets: {${settings}}\n`), secrets: [secret] };
}

function workOn(stack: Stack): Work {
  const [bounds, folder] = [boundsOf(at('stacks')), at('stacks/chat.secrets')];
  const { secrets, diagnostics } = withSecrets(stack, secretTexts(bounds, folder, 'chat.secrets'));
  if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
  const known = {
    recorded: NOTHING_ACCEPTED,
    flags: { certificates: [], recipients: [] },
    everywhere: undefined,
  };
  return {
    stack,
    file: 'stacks/chat.yaml',
    folder,
    state: { ...secrets, escrow: escrowFiles(bounds, folder) },
    identities: me.identities,
    acceptance: acceptanceOf(stack, { ...known, own: [me.recipient] }, undefined),
  };
}

function optionsOf(verb: SecretsOptions['verb'], more: Partial<SecretsOptions> = {}): SecretsOptions {
  return {
    verb,
    stacks: at('stacks'),
    only: [],
    keys: [],
    fromFile: [],
    fromEnv: [],
    fromStdin: undefined,
    ask: [],
    fromEscrow: false,
    yes: true,
    now: new Date(),
    cert: at('home.pem'),
    ...more,
  };
}

async function* nothing(): AsyncGenerator<Buffer> {}
const inputs = { environment: {}, stdin: nothing(), terminal: undefined };

const changed = ({ changed: all = [] }: Partial<StackSecrets>): readonly string[] =>
  all.map(({ secret, key, how }) => `${secret}/${key} ${how}`);

function shown(stack: Stack, result: Partial<StackSecrets>): string {
  const empty = { status: [], changed: [], missing: [], written: [], removed: [], notices: [] };
  const one = { stack: stack.name, provider: stack.provider.kind, ...empty, ...result };
  return humanSecrets({ exitCode: 0, diagnostics: [], stacks: [one] }, styleFor({}, {}));
}

const sealed = (...namespaces: readonly [string, ...string[]]): Stack =>
  stackWith(`escrow: [${me.recipient}]`, token(...namespaces));
const sops = (recipients: readonly string[], ...namespaces: readonly [string, ...string[]]): Stack =>
  stackWith(`provider: sops, recipients: [${recipients.join(', ')}]`, token(...namespaces));

describe('a Secret that comes to be needed in a second namespace', () => {
  it('is sealed there out of escrow, shown for each, and rotated in both', async () => {
    expect(changed(await create(workOn(sealed('chat')), optionsOf('create'), inputs))).toEqual([
      'token/a made',
      'token/file composed',
    ]);
    const stack = sealed('chat', 'calls');
    const lacking = shown(stack, await status(workOn(stack), optionsOf('status')));
    expect(lacking).toMatch(/token\/a in chat +present/);
    expect(lacking).toMatch(/token\/a in calls +MISSING/);
    expect(changed(await create(workOn(stack), optionsOf('create'), inputs))).toEqual([
      'token/a restored',
      'token/file composed',
    ]);
    const rotated = await rotate(workOn(stack), optionsOf('rotate', { keys: ['token/a'] }), inputs);
    expect(changed(rotated)).toEqual(['token/a made', 'token/file composed']);
    const values = unsealAll(await files('stacks/chat.secrets'), HOME.privateKey);
    expect([...values.keys()]).toEqual([
      'chat/token/a',
      'chat/token/file',
      'calls/token/a',
      'calls/token/file',
    ]);
    expect(values.get('calls/token/a')).toBe(values.get('chat/token/a'));
    expect(values.get('calls/token/file')).toBe(`a: "${values.get('chat/token/a')}"\n`);
    expect(shown(stack, await status(workOn(stack), optionsOf('status')))).not.toMatch(
      /MISSING|reseal|escrow/,
    );
    // One copy for each value, however many namespaces have it.
    expect([...(await files('stacks/chat.secrets/escrow')).keys()]).toHaveLength(2);
  });
});

describe('reseal', () => {
  it('takes the same values out of escrow for each namespace, and stays composed of the same', async () => {
    const stack = sealed('chat', 'calls');
    await create(workOn(stack), optionsOf('create'), inputs);
    const before = unsealAll(await files('stacks/chat.secrets'), HOME.privateKey);
    const next = makeCertificate();
    const cert = await put('next.pem', next.pem);
    const work = workOn(stack);
    const flags = { ...work.acceptance.flags, newCertificate: true };
    const result = await reseal(
      { ...work, acceptance: { ...work.acceptance, flags } },
      optionsOf('reseal', { fromEscrow: true, cert }),
    );
    expect(changed(result)).toEqual(['token/a resealed', 'token/file resealed']);
    expect(unsealAll(await files('stacks/chat.secrets'), next.privateKey)).toEqual(before);
    const rows = (await status(workOn(stack), optionsOf('status'))).status;
    expect(rows.flatMap(({ states }) => states)).toEqual(Array(4).fill('present'));
  });

  it('moves a Secret to another namespace out of escrow, and leaves no file of the former one', async () => {
    await create(workOn(sealed('chat')), optionsOf('create'), inputs);
    const before = unsealAll(await files('stacks/chat.secrets'), HOME.privateKey);
    const stack = sealed('calls', 'more');
    await reseal(workOn(stack), optionsOf('reseal', { fromEscrow: true }));
    const after = unsealAll(await files('stacks/chat.secrets'), HOME.privateKey);
    expect([...after.keys()]).toEqual([
      'calls/token/a',
      'calls/token/file',
      'more/token/a',
      'more/token/file',
    ]);
    expect(after.get('more/token/a')).toBe(before.get('chat/token/a'));
  });

  it('encrypts every file of SOPS for new recipients, and names each key once', async () => {
    await create(workOn(sops([me.recipient], 'chat', 'calls')), optionsOf('create'), inputs);
    const other = await freshKey();
    const stack = sops([me.recipient, other.recipient], 'chat', 'calls');
    const named = { recipients: [other.recipient], certificates: [] };
    const work = workOn(stack);
    const result = await reseal(
      { ...work, acceptance: { ...work.acceptance, flags: named } },
      optionsOf('reseal'),
    );
    expect(changed(result)).toEqual(['token/a resealed', 'token/file resealed']);
    expect(result.written).toHaveLength(2);
    const rows = (await status(workOn(stack), optionsOf('status'))).status;
    expect(rows.flatMap(({ states }) => states)).toEqual(Array(4).fill('present'));
  });
});
