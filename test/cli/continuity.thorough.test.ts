import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { humanReport } from '../../src/cli/report.ts';
import { type SynthOptions, type SynthResult, synth } from '../../src/cli/synth.ts';
import { styleFor } from '../../src/cli/terminal.ts';
import type { Diagnostic } from '../../src/stack/diagnostic.ts';

const STACK = `schema: 1
serverName: example.org
cluster: {storageClass: fast}
expose: {lan: {tls: {issuer: {name: home-ca}}}}
synapse:
  media: {pvc: {size: 20Gi}}
database: {cnpg: {size: 20Gi}}
secrets: {provider: existing}
# yaml-language-server: $schema=../stack.schema.json
`;
const LAB = `schema: 1
serverName: example.net
expose: {lan: {tls: {issuer: {name: home-ca}}}}
secrets: {provider: existing}
# yaml-language-server: $schema=../stack.schema.json
`;

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'continuity-'));
  await put('versions.yaml', await readFile('versions.yaml', 'utf8'));
  await put('stacks/chat.yaml', STACK);
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function change(path: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(join(folder, path), 'utf8');
  const changed = text.replace(from, to);
  expect(changed, `${path} has nothing like ${String(from)}`).not.toBe(text);
  await put(path, changed);
}

async function run(more: Partial<SynthOptions> = {}): Promise<SynthResult> {
  return await synth({
    stacks: join(folder, 'stacks'),
    versions: join(folder, 'versions.yaml'),
    out: join(folder, 'dist'),
    ...more,
  });
}

/** A run that must find nothing wrong. */
async function fine(more: Partial<SynthOptions> = {}): Promise<SynthResult> {
  const result = await run(more);
  expect(result.diagnostics).toEqual([]);
  expect(result.exitCode).toBe(0);
  return result;
}

/** Every file of the output with its text. */
async function output(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const entry of await readdir(join(folder, 'dist'), { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found.set(path.slice(folder.length + 1), await readFile(path, 'utf8'));
  }
  return found;
}

/** What is wrong with a change: nothing of the stack may be written then, and the other stack goes on. */
async function refused(): Promise<readonly Diagnostic[]> {
  const before = await output();
  await put('stacks/lab.yaml', LAB);
  const { exitCode, diagnostics, stacks, kept, written } = await run();
  expect({ exitCode, stacks, kept }).toEqual({ exitCode: 2, stacks: ['lab'], kept: ['chat'] });
  expect(written?.changed).toContain('lab/config/synapse-config.yaml');
  const after = await output();
  for (const [path, text] of before) {
    expect(after.get(path), path).toBe(text);
  }
  return diagnostics;
}

/** Notices without a code are about other things. */
const codes = (said: readonly { readonly code?: string }[]): readonly string[] =>
  said.flatMap(({ code }) => code ?? []);

/** `7:22 MG071`, for each. */
const places = (diagnostics: readonly Diagnostic[], where = 'stacks/chat.yaml'): readonly string[] =>
  diagnostics.map(({ position: { file, line, column }, code }) => {
    expect(file.endsWith(`/${where}`), file).toBe(true);
    return `${line}:${column} ${code}`;
  });

/** The entry of `accept` that an error prints, with a reason. */
function entry({ remedy }: Diagnostic): string {
  const found = /add under accept: (- \{.*\})$/.exec(remedy)?.[1];
  expect(found, remedy).toBeDefined();
  return (found ?? '').replace(/why: ".*"/, 'why: it was agreed');
}

async function accept(diagnostics: readonly Diagnostic[]): Promise<void> {
  const text = await readFile(join(folder, 'stacks/chat.yaml'), 'utf8');
  await put('stacks/chat.yaml', `${text}accept:\n${diagnostics.map((one) => `  ${entry(one)}\n`).join('')}`);
}

const report = (result: SynthResult): string => humanReport(result, 'dist', styleFor({}, {}));

/** Each change that loses data: what is changed where, and the errors that must come of it. */
const CHANGES: readonly (readonly [string, string, string | RegExp, string, readonly string[]])[] = [
  ['another server name', 'stacks/chat.yaml', 'example.org', 'example.com', ['2:13 MG070']],
  ['a smaller volume', 'stacks/chat.yaml', 'pvc: {size: 20Gi}', 'pvc: {size: 10Gi}', ['6:23 MG071']],
  ['a smaller database', 'stacks/chat.yaml', 'cnpg: {size: 20Gi}', 'cnpg: {size: 10240Mi}', ['7:25 MG071']],
  ['another storage class', 'stacks/chat.yaml', 'fast', 'slow', ['3:25 MG072', '3:25 MG072']],
  [
    'no storage class',
    'stacks/chat.yaml',
    'cluster: {storageClass: fast}\n',
    'size: small\n',
    ['1:1 MG072', '1:1 MG072'],
  ],
  ['a newer major of PostgreSQL', 'versions.yaml', 'tag: 16.15-', 'tag: 17.9-', ['9:8 MG073']],
  ['an older major of PostgreSQL', 'versions.yaml', 'tag: 16.15-', 'tag: 15.19-', ['9:8 MG073']],
  ['an older Synapse', 'versions.yaml', 'v1.163.2', 'v1.163.1', ['6:8 MG074']],
  ['another namespace', 'stacks/chat.yaml', 'schema: 1\n', 'schema: 1\nnamespace: talk\n', ['2:12 MG075']],
  ['another name', 'stacks/chat.yaml', 'schema: 1\n', 'schema: 1\nname: talk\n', ['2:7 MG075']],
  [
    'a smaller volume by an override',
    'stacks/chat.yaml',
    'secrets:',
    `overrides:
  - target: {kind: PersistentVolumeClaim, name: synapse-media}
    patch: {spec: {resources: {requests: {storage: 5Gi}}}}
    why: x
secrets:`,
    ['10:52 MG071'],
  ],
];

describe('a change that loses data', () => {
  it('stops no other stack', async () => {
    await fine();
    await change('stacks/chat.yaml', 'fast', 'slow');
    expect(codes(await refused())).toEqual(['MG072', 'MG072']);
  });

  it('that takes the volume of Jitsi away is found at the setting of Jitsi', async () => {
    const jitsi = 'jitsi: {access: password}\ncallNodes: {addresses: {discover: stun}}\n';
    await put('stacks/chat.yaml', `${STACK}${jitsi}`);
    await fine();
    await change('stacks/chat.yaml', 'access: password', 'access: anyone');
    const diagnostics = await refused();
    expect(places(diagnostics)).toEqual(['10:1 MG077']);
    expect(diagnostics[0]?.what).toContain('PersistentVolumeClaim/chat/jitsi-accounts');
    expect(diagnostics[0]?.remedy).toMatch(/^undo the change that removes it, /);
    await put('stacks/chat.yaml', STACK);
    const without = (await run()).diagnostics;
    expect(codes(without)).toEqual(['MG077']);
    expect(without[0]?.remedy).toMatch(/^write jitsi: again, which this stack file no longer has, /);
  });

  it.each([
    [
      'selector',
      /(selector:\n {4}matchLabels:\n(?: {6}.*\n)*? {6}app.kubernetes.io\/name: )synapse/,
      '$1matrix',
    ],
    ['kind', 'kind: Deployment', 'kind: StatefulSet'],
  ])('by another %s of a workload is found', async (_name, from, to) => {
    await fine();
    await change('dist/chat/components/synapse.yaml', from, to);
    expect(codes(await refused())).toEqual(['MG076']);
  });

  it('by a Secret with the signing key that is gone is found', async () => {
    await fine();
    await put(
      'dist/chat/secrets/synapse-signing-key.yaml',
      `# chat/secrets/synapse-signing-key.yaml is rendered from stacks/chat.yaml: change that file.
apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
metadata: {name: synapse-signing-key, namespace: chat}
spec: {encryptedData: {signing.key: AgAx}}
`,
    );
    const diagnostics = await refused();
    expect(codes(diagnostics)).toEqual(['MG077']);
    expect(diagnostics[0]?.what).toContain('SealedSecret/chat/synapse-signing-key');
    // Another provider makes the Secret under the same name.
    const external = 'secrets: {provider: external-secrets, store: {name: vault}}';
    await change('stacks/chat.yaml', 'secrets: {provider: existing}', external);
    await fine();
  });

  it('is found by --check and --stdout, too', async () => {
    await put('stacks/lab.yaml', LAB);
    await fine();
    await change('stacks/chat.yaml', 'fast', 'slow');
    const texts: string[] = [];
    const print = async (text: string): Promise<void> => void texts.push(text);
    for (const mode of ['check', 'print'] as const) {
      const result = await run({ mode, print });
      expect(codes(result.diagnostics), mode).toEqual(['MG072', 'MG072']);
      expect(result.exitCode).toBe(2);
    }
    expect(texts.join('')).not.toContain('namespace: chat\n');
    expect(texts.join('')).toContain('namespace: lab\n');
  });

  it('is no error where it only grows or goes up', async () => {
    await fine();
    await change('stacks/chat.yaml', 'pvc: {size: 20Gi}', 'pvc: {size: 1Ti}');
    await change('versions.yaml', 'v1.163.2', 'v1.164.0');
    await change('versions.yaml', '16.15-', '16.16-');
    await fine();
  });
});

describe('another name', () => {
  it('names the ciphertext that is left behind, and advises to make no new identity', async () => {
    await change('stacks/chat.yaml', 'secrets: {provider: existing}\n', '');
    await put('stacks/chat.secrets/README', 'what else is there');
    await fine();
    await change('stacks/chat.yaml', 'schema: 1', 'schema: 1\nname: talk');
    const result = await run();
    expect(codes(result.diagnostics)).toEqual(['MG075']);
    expect(result.diagnostics[0]?.what).toMatch(/stacks\/chat\.secrets\/ holds the keys of this server/);
    expect(report(result)).not.toContain('secrets create');
    expect(result.kept).toEqual(['talk']);
    expect((await output()).has('dist/chat/data/pvc-media.yaml')).toBe(true);
    await accept(result.diagnostics);
    const accepted = report(await fine());
    expect(accepted).not.toMatch(/talk: .*secrets create/);
    expect(accepted).toMatch(/chat\.secrets\/ belongs to no stack/);
    expect((await output()).has('dist/chat/data/pvc-media.yaml')).toBe(false);
  });

  it('of the stack file is found by the server name, and what is there stays', async () => {
    await put('stacks/lab.yaml', LAB);
    await fine();
    await rename(join(folder, 'stacks/chat.yaml'), join(folder, 'stacks/talk.yaml'));
    const result = await run();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['lab'], kept: ['talk'] });
    expect(codes(result.diagnostics)).toEqual(['MG075']);
    expect((await output()).has('dist/chat/data/pvc-media.yaml')).toBe(true);
  });

  it('is none where a stack file is removed, or another server gets one', async () => {
    await fine();
    await rm(join(folder, 'stacks/chat.yaml'));
    await put('stacks/talk.yaml', STACK.replace('example.org', 'example.com'));
    await fine();
  });
});

describe('accept', () => {
  it.each(CHANGES)(
    'lets %s pass, which is an error at its place before',
    async (_name, file, from, to, expected) => {
      await fine();
      const before = await output();
      await change(file, from, to);
      const { exitCode, diagnostics } = await run();
      expect(exitCode).toBe(2);
      expect(places(diagnostics, file)).toEqual(expected);
      expect(await output()).toEqual(before);
      await accept(diagnostics);
      const first = await fine();
      expect(first.notices).toEqual([]);
      const once = await output();
      const second = await fine();
      expect(second.written?.changed).toEqual([]);
      expect(second.notices.map(({ code, what }) => `${code} ${what}`)).toEqual(
        diagnostics.map(() => expect.stringMatching(/^MG078 .*no longer needed/)),
      );
      expect(second.notices[0]?.file).toMatch(/stacks\/chat\.yaml$/);
      // A fresh clone that is not even committed whole has no more than the stack file.
      await rm(join(folder, 'dist'), { recursive: true });
      await fine();
      expect(await output()).toEqual(once);
    },
  );

  it('is listed in SUMMARY.md, which depends on the stack file alone', async () => {
    await fine();
    await change('stacks/chat.yaml', 'fast', 'slow');
    await accept((await run()).diagnostics);
    await fine();
    const text = (await output()).get('dist/chat/SUMMARY.md') ?? '';
    expect(text).toContain('## What was agreed to, and why\n');
    expect(text).toContain(
      '- `PersistentVolumeClaim/chat/synapse-media`, from `fast` to `slow` (MG072): it was agreed\n',
    );
  });

  it('lets nothing pass but what it says', async () => {
    await fine();
    await change('stacks/chat.yaml', 'pvc: {size: 20Gi}', 'pvc: {size: 10Gi}');
    const { diagnostics } = await run();
    await accept(diagnostics);
    await change('stacks/chat.yaml', 'pvc: {size: 10Gi}', 'pvc: {size: 5Gi}');
    const result = await run();
    expect(codes(result.diagnostics)).toEqual(['MG071', 'MG078']);
    expect(result.diagnostics[1]?.what).toContain('which is now "5Gi"');
    expect(result.diagnostics[1]?.position.line).toBe(11);
  });

  it('is an error where it names what is not there', async () => {
    await fine();
    await put(
      'stacks/chat.yaml',
      `${STACK}accept: [{code: MG071, object: Cluster/chat/matrix, from: 20Gi, to: 10Gi, why: x}]\n`,
    );
    expect(codes((await run()).diagnostics)).toEqual(['MG078']);
  });

  it('can be removed once the change is made', async () => {
    await fine();
    await change('stacks/chat.yaml', 'fast', 'slow');
    await accept((await run()).diagnostics);
    await fine();
    await change('stacks/chat.yaml', /accept:.*/s, '');
    expect((await fine()).notices).toEqual([]);
  });
});

describe('the last commit', () => {
  const git = (...words: readonly string[]): void => {
    execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words]);
  };

  beforeEach(async () => {
    git('init', '--quiet', '--initial-branch', 'main');
    await fine();
    git('add', '--all');
    git('commit', '--quiet', '--message', 'x');
  });

  it('is what counts where dist/ is gone', async () => {
    await rm(join(folder, 'dist'), { recursive: true });
    await change('stacks/chat.yaml', 'fast', 'slow');
    const { exitCode, diagnostics } = await run();
    expect({ exitCode, codes: codes(diagnostics) }).toEqual({ exitCode: 2, codes: ['MG072', 'MG072'] });
    expect(diagnostics[0]?.what).toContain('dist of the last commit');
  });

  it('is what counts where dist/ is gone and the stack has another name', async () => {
    await rm(join(folder, 'dist'), { recursive: true });
    await change('stacks/chat.yaml', 'schema: 1', 'schema: 1\nname: talk');
    expect(codes((await run()).diagnostics)).toEqual(['MG075']);
  });

  it('is what counts for one file that is gone, or has a conflict in it', async () => {
    await change('stacks/chat.yaml', 'pvc: {size: 20Gi}', 'pvc: {size: 10Gi}');
    await rm(join(folder, 'dist/chat/data/pvc-media.yaml'));
    expect(codes((await run()).diagnostics)).toEqual(['MG071']);
    git('checkout', '--quiet', '--', 'dist');
    await change('dist/chat/data/pvc-media.yaml', 'spec:', '<<<<<<< HEAD\nspec:\n=======\n>>>>>>> other\n');
    expect(codes((await run()).diagnostics)).toEqual(['MG071']);
  });

  it('is said not to be looked at where .git is a file', async () => {
    await rm(join(folder, 'dist'), { recursive: true });
    await rm(join(folder, '.git'), { recursive: true });
    await put('.git', 'gitdir: /nowhere\n');
    const { notices } = await fine();
    expect(codes(notices)).toEqual(['MG079']);
    expect(notices[0]?.what).toMatch(
      /it has no chat\/, and the last commit was not looked at: \.git is not a folder/,
    );
  });
});

describe('a damaged dist/', () => {
  it.each([
    [
      'a conflict',
      '# chat/data/pvc-media.yaml is rendered from stacks/chat.yaml: x\n<<<<<<< HEAD\na: b\n=======\n',
    ],
    ['no YAML', '# chat/data/pvc-media.yaml is rendered from stacks/chat.yaml: x\n[[[[\n'],
    ['nothing', ''],
    ['other bytes', '# chat/data/pvc-media.yaml is rendered from stacks/chat.yaml: x\n\u0000'],
    ['brackets', `# chat/data/pvc-media.yaml is rendered from stacks/chat.yaml: x\n${'['.repeat(100_000)}`],
    [
      'documents',
      `# chat/data/pvc-media.yaml is rendered from stacks/chat.yaml: x\n${'---\n'.repeat(100_000)}`,
    ],
    ['too much', `# chat/data/pvc-media.yaml is rendered from stacks/chat.yaml: x\n${'#'.repeat(1_100_000)}`],
  ])('with %s in a file is named, and stops nothing', async (_name, text) => {
    await fine();
    await put('dist/chat/data/pvc-media.yaml', text);
    const result = await fine();
    expect(codes(result.notices)).toEqual(['MG079']);
    expect(result.notices[0]?.file).toMatch(/dist\/chat\/data\/pvc-media\.yaml$/);
    expect(report(result)).toMatch(/pvc-media\.yaml:\d+:1 note MG079: this could not be compared/);
  });

  it('with odd values is no internal error', async () => {
    await fine();
    const head = '# chat/data/pvc-media.yaml is rendered from stacks/chat.yaml: x\n';
    for (const spec of [
      '1',
      '[]',
      '{resources: 1}',
      '{accessModes: {a: b}, resources: {requests: {storage: x}}}',
    ]) {
      await put(
        'dist/chat/data/pvc-media.yaml',
        `${head}apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: synapse-media, namespace: chat, labels: 1}\nspec: ${spec}\n`,
      );
      expect((await run()).failures).toEqual([]);
      await put(
        'dist/chat/components/synapse.yaml',
        `# chat/components/synapse.yaml is rendered from stacks/chat.yaml: x\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: synapse, namespace: chat}\nspec: ${spec}\n`,
      );
      expect((await run()).failures).toEqual([]);
    }
  });

  it('is not followed by its links', async () => {
    await fine();
    await rm(join(folder, 'dist/chat/config'), { recursive: true });
    await symlink('/etc', join(folder, 'dist/chat/config'));
    const { diagnostics, notices, failures } = await run({ mode: 'print', print: async () => undefined });
    expect({ diagnostics, notices, failures }).toEqual({ diagnostics: [], notices: [], failures: [] });
  });
});
