import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentProblem } from '../../src/cli/environment-problem.ts';
import { humanReport } from '../../src/cli/report.ts';
import { synth } from '../../src/cli/synth.ts';
import { styleFor } from '../../src/cli/terminal.ts';
import { UsageProblem } from '../../src/cli/usage-problem.ts';
import { render } from '../../src/render/render.ts';
import { stackFrom } from '../stacks.ts';

const STACK = `schema: 1
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
element: {}
`;
/** Another stack, with hosts of its own. */
const SECOND = STACK.replace('example.org', 'example.net');
const WRONG = STACK.replace('element: {}', 'elemnt: {}');

let folder = '';
let options = { stacks: '', versions: '', out: '' };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synth-'));
  options = {
    stacks: join(folder, 'stacks'),
    versions: join(folder, 'versions.yaml'),
    out: join(folder, 'dist'),
  };
  await put('versions.yaml', await readFile('versions.yaml', 'utf8'));
  await put('stacks/chat.yaml', STACK);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** Every file and folder of the output: bytes and time of the last change. */
async function output(): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const entries = await readdir(options.out, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const { mtimeMs } = await stat(path);
    found.set(
      path.slice(options.out.length + 1),
      entry.isDirectory() ? 'folder' : `${mtimeMs} ${await readFile(path, 'base64')}`,
    );
  }
  return found;
}

/** The message with which synth gives up. */
async function problem(): Promise<string> {
  try {
    await synth(options);
  } catch (error) {
    if (error instanceof EnvironmentProblem) return error.message;
    throw error;
  }
  throw new Error('synth did not give up');
}

describe('a repository in order', () => {
  it('leads to the setting that breaks a rule, with exit code 2', async () => {
    await put('stacks/chat.yaml', `${STACK}synapse: {extraConfig: {turn_shared_secret: 4vQ9xZpL0aTq}}\n`);
    const { exitCode, diagnostics, findings, written } = await synth(options);
    expect({ exitCode, findings, written }).toEqual({ exitCode: 2, findings: [], written: undefined });
    expect(diagnostics).toMatchObject([{ position: { line: 5, column: 45 }, code: 'MG180' }]);
    expect(JSON.stringify(diagnostics)).not.toContain('4vQ9xZpL0aTq');
  });

  it('is rendered, and the result says what was written', async () => {
    const { exitCode, stacks, written, diagnostics, findings } = await synth(options);
    expect({ exitCode, stacks, diagnostics, findings }).toEqual({
      exitCode: 0,
      stacks: ['chat'],
      diagnostics: [],
      findings: [],
    });
    const files = [...(await output())].flatMap(([path, content]) => (content === 'folder' ? [] : [path]));
    expect([...(written?.changed ?? [])].sort()).toEqual(files.sort());
    expect(written).toMatchObject({ removed: [], unchanged: 0 });
    expect(files).toContain('chat/kustomization.yaml');
  });

  it('is not written a second time', async () => {
    const first = await synth(options);
    const before = await output();
    const { exitCode, written } = await synth(options);
    expect(exitCode).toBe(0);
    expect(written).toEqual({ changed: [], removed: [], unchanged: first.written?.changed.length });
    expect(await output()).toEqual(before);
  });

  it('is rendered to the same bytes in an empty folder', async () => {
    await synth(options);
    const text = await readFile(join(options.out, 'chat/components/synapse.yaml'), 'utf8');
    const elsewhere = { ...options, out: join(folder, 'other') };
    await synth(elsewhere);
    expect(await readFile(join(elsewhere.out, 'chat/components/synapse.yaml'), 'utf8')).toBe(text);
  });

  it('rewrites only the files that a change of the stack touches', async () => {
    await synth(options);
    const before = await output();
    await put('stacks/chat.yaml', STACK.replace('element: {}', 'element: {brand: Example}'));
    const { written } = await synth(options);
    expect(written?.changed).toContain('chat/config/element-config.yaml');
    const after = await output();
    const changed = [...after]
      .filter(([path, content]) => before.get(path) !== content)
      .map(([path]) => path);
    expect(changed.sort()).toEqual([...(written?.changed ?? [])].sort());
    expect(changed).not.toContain('chat/components/synapse.yaml');
  });

  it('loses the files of a component that is gone, and the folders they leave empty', async () => {
    await put('stacks/chat.yaml', `${STACK}jitsi: {access: anyone}\n`);
    await synth(options);
    expect((await output()).has('chat/components/jitsi')).toBe(true);
    await put('stacks/chat.yaml', STACK);
    const { written } = await synth(options);
    expect(written?.removed).toContain('chat/components/jitsi/jvb.yaml');
    expect([...(await output()).keys()].filter((path) => path.includes('jitsi'))).toEqual([]);
  });

  it('keeps what other people put beside the rendered files', async () => {
    await synth(options);
    const rendered = await readFile(join(options.out, 'chat/components/element.yaml'), 'utf8');
    const foreign = {
      'chat/components/notes.txt': 'mine\n',
      'chat/own.yaml': 'kind: ConfigMap\n',
      // A copy of a rendered file says by its first line that it is another file.
      'chat/components/element-copy.yaml': rendered,
      'chat/empty.yaml': '',
    };
    for (const [path, text] of Object.entries(foreign)) await put(`dist/${path}`, text);
    await put('stacks/chat.yaml', STACK.replace('element: {}\n', ''));
    const { written } = await synth(options);
    expect(written?.removed).toContain('chat/components/element.yaml');
    for (const [path, text] of Object.entries(foreign)) {
      expect(await readFile(join(options.out, path), 'utf8')).toBe(text);
    }
  });

  it('takes .yaml and .yml, and leaves folders and other files of stacks/ alone', async () => {
    await put('stacks/second.yml', SECOND);
    await put('stacks/common/base.yaml', 'no: stack\n');
    await put('stacks/README.md', '# Stacks\n');
    expect((await synth(options)).stacks).toEqual(['chat', 'second']);
  });
});

describe('wrong input', () => {
  beforeEach(async () => {
    await synth(options);
    await put('dist/chat/own.yaml', 'kind: ConfigMap\n');
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['in the only stack file', { 'stacks/chat.yaml': WRONG }, ['MG002']],
    ['that is no YAML', { 'stacks/chat.yaml': 'schema: [1\n' }, ['MG001']],
    ['that is empty', { 'stacks/chat.yaml': '' }, ['MG004']],
    ['in versions.yaml', { 'versions.yaml': 'synapse: {}\n' }, ['MG003']],
    ['in the names of two stacks', { 'stacks/second.yaml': `name: chat\n${SECOND}` }, ['MG040']],
    ['in the namespaces of two stacks', { 'stacks/second.yaml': `namespace: chat\n${SECOND}` }, ['MG040']],
  ])('%s gives exit code 2 and leaves the output as it was', async (_name, files, codes) => {
    const before = await output();
    for (const [path, text] of Object.entries(files)) await put(path, text);
    const { exitCode, written, diagnostics } = await synth(options);
    expect(exitCode).toBe(2);
    expect(written).toBeUndefined();
    expect([...new Set(diagnostics.map(({ code }) => code))]).toEqual(codes);
    expect(await output()).toEqual(before);
  });

  it('of several files is told file by file', async () => {
    await put('stacks/a.yaml', WRONG);
    await put('stacks/b.yaml', WRONG);
    const { diagnostics } = await synth(options);
    expect(diagnostics.map(({ position }) => position.file.split('/').slice(-2).join('/'))).toEqual([
      'stacks/a.yaml',
      'stacks/b.yaml',
    ]);
  });

  it('of two stacks with one name says where, and which the other is', async () => {
    await put('stacks/second.yaml', `name: chat\n${SECOND}`);
    const { diagnostics } = await synth(options);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.position).toMatchObject({ line: 1, column: 7 });
    expect(diagnostics[0]?.position.file).toMatch(/stacks\/second\.yaml$/);
    expect(diagnostics[0]?.what).toMatch(/name "chat".*the other place is .*stacks\/chat\.yaml:1:1/);
  });
});

describe('surroundings that are not in order', () => {
  it('name a folder of stacks that is missing', async () => {
    await rm(options.stacks, { recursive: true });
    expect(await problem()).toMatch(/stacks: it does not exist/);
  });

  it('name a file in the place of the folder of stacks', async () => {
    await rm(options.stacks, { recursive: true });
    await put('stacks', 'no folder');
    expect(await problem()).toMatch(/stacks: it is a file where a folder is expected/);
  });

  it('name a folder of stacks without a stack', async () => {
    await rm(join(options.stacks, 'chat.yaml'));
    await put('stacks/README.md', '# Stacks\n');
    expect(await problem()).toMatch(/no stack files in .*stacks/);
  });

  it('name a stack file that cannot be read', async () => {
    await symlink(join(folder, 'nowhere'), join(options.stacks, 'dangling.yaml'));
    const { exitCode, diagnostics, stacks } = await synth(options);
    expect({ exitCode, stacks }).toEqual({ exitCode: 2, stacks: ['chat'] });
    expect(diagnostics).toMatchObject([
      { code: 'MG012', what: expect.stringContaining('symbolic link to a file or folder that does not') },
    ]);
    expect(diagnostics[0]?.position.file).toMatch(/stacks\/dangling\.yaml$/);
  });

  // The administrator reads everything.
  it.skipIf(process.getuid?.() === 0)('name a stack file without permission', async () => {
    await chmod(join(options.stacks, 'chat.yaml'), 0);
    const { exitCode, diagnostics } = await synth(options);
    expect(exitCode).toBe(2);
    expect(diagnostics).toMatchObject([{ code: 'MG012', what: 'no permission to read it' }]);
  });

  it('name a versions.yaml that is missing', async () => {
    await rm(options.versions);
    const failed = synth(options);
    await expect(failed).rejects.toThrow(UsageProblem);
    await expect(failed).rejects.toThrow(
      /^cannot read .*versions\.yaml: it does not exist; correct the path after --versions$/,
    );
  });

  it('name a versions.yaml that is a folder', async () => {
    await rm(options.versions);
    await mkdir(options.versions);
    const failed = synth(options);
    await expect(failed).rejects.toThrow(UsageProblem);
    await expect(failed).rejects.toThrow(
      /^cannot read .*versions\.yaml: it is a folder where a file is expected; correct the path after --versions$/,
    );
  });

  it('name an output folder that is a file, and leave that file alone', async () => {
    await put('dist', 'not a folder');
    expect(await problem()).toMatch(/cannot write .*dist: it is a file where a folder is expected/);
    expect(await readFile(options.out, 'utf8')).toBe('not a folder');
  });

  it('leave the output as it was when a folder stands in the place of a file', async () => {
    await synth(options);
    await rm(join(options.out, 'chat/components/synapse.yaml'));
    await put('dist/chat/components/synapse.yaml/own.txt', 'mine');
    await put('stacks/chat.yaml', `${STACK}livekit: {}\n`);
    const before = await output();
    expect(await problem()).toMatch(/it is a folder where a file is expected/);
    expect(await output()).toEqual(before);
  });
});

describe('a stack that this program itself fails on', () => {
  it('is a failure of that stack alone: the others are rendered and written', async () => {
    await put('stacks/second.yaml', SECOND);
    const result = await synth(options, (stack) => {
      if (stack.name === 'chat') throw new TypeError('a mistake of this program');
      return render(stack);
    });
    expect(result).toMatchObject({ exitCode: 3, stacks: ['second'], kept: ['chat'], diagnostics: [] });
    expect(result.failures).toEqual([
      {
        stack: 'chat',
        file: expect.stringContaining('stacks/chat.yaml'),
        problem: expect.stringContaining('TypeError'),
      },
    ]);
    expect((await output()).has('second/SUMMARY.md')).toBe(true);
    expect((await output()).has('chat')).toBe(false);
    const text = humanReport(result, 'dist', styleFor({}, {}));
    expect(text).toMatch(/stacks\/chat\.yaml internal error: this release .* please report it/);
    expect(text).toMatch(/1 error; unchanged: chat\n$/);
  });

  it('stays as it was in the output folder', async () => {
    await synth(options);
    const before = await output();
    await put('stacks/second.yaml', SECOND);
    await synth(options, (stack) => {
      if (stack.name === 'chat') throw new Error('a mistake of this program');
      return render(stack);
    });
    const after = await output();
    for (const [path, content] of before) if (path.startsWith('chat/')) expect(after.get(path)).toBe(content);
  });
});

describe('a stack that a hostile file would stop', () => {
  const override = (kind: string, name: string, patch: string): string =>
    `${STACK}overrides:\n  - {target: {kind: ${kind}, name: ${name}}, why: x, patch: ${patch}}\n`;

  it.each([
    ['an amount', override('Cluster', 'matrix-db', '{spec: {resources: {limits: {memory: 4GB}}}}'), 'MG056'],
    ['a text', override('ConfigMap', 'element-config', '{data: {config.json: "{"}}'), 'MG057'],
    [
      'a placeholder',
      override('ConfigMap', 'element-config', `{data: {config.json: '{"brand": "\${BRAND}"}'}}`),
      'MG098',
    ],
    ['a pointer', override('Service', 'synapse', '[{op: copy, from: /constructor, path: /spec/x}]'), 'MG052'],
    ['brackets', `${STACK}x: ${'['.repeat(3_000)}\n`, 'MG016'],
  ])('is an error of its own file for %s, and the others are written', async (_name, text, code) => {
    await put('stacks/chat.yaml', text);
    await put('stacks/second.yaml', SECOND);
    const result = await synth(options);
    expect(result).toMatchObject({ exitCode: 2, stacks: ['second'], kept: ['chat'], failures: [] });
    expect(result.diagnostics.map((one) => one.code)).toEqual([code]);
    expect((await output()).has('second/SUMMARY.md')).toBe(true);
  });
});

describe('a stack that is not ready to go live', () => {
  const CALLS = `${STACK.replace('lan', 'public').replace('{tls', '{via: traefik, tls')}livekit: {}
callNodes: {addresses: {public: 203.0.113.7}}
`;

  it('is rendered, with a warning at its place for an address out of an example', async () => {
    await put('stacks/chat.yaml', CALLS);
    const result = await synth(options);
    expect(result).toMatchObject({ exitCode: 0, stacks: ['chat'], diagnostics: [] });
    expect(result.warnings).toMatchObject([
      {
        code: 'MG095',
        position: { line: 6, column: 33 },
        what: '203.0.113.7 is reserved for documentation, so no client can reach calls there',
      },
    ]);
    const [first] = humanReport(result, 'dist', styleFor({}, {})).split('\n');
    expect(first).toMatch(
      /stacks\/chat\.yaml:6:33 warning MG095: 203\.0\.113\.7 is reserved for documentation/,
    );
  });

  it('fails with strict, whatever its Secrets are', async () => {
    const stack = `${CALLS}secrets: {provider: existing}\n`;
    await put('stacks/chat.yaml', stack);
    expect(await synth({ ...options, strict: true })).toMatchObject({ exitCode: 1, missing: [] });
    await put('stacks/chat.yaml', stack.replace('203.0.113.7', '9.9.9.9'));
    expect(await synth({ ...options, strict: true })).toMatchObject({ exitCode: 0, warnings: [] });
  });

  it('says so of images that are not what is configured, which strict lets pass', async () => {
    const versions = await readFile('versions.yaml', 'utf8');
    await put('stacks/chat.yaml', `${STACK}secrets: {provider: existing}\n`);
    await put(
      'versions.yaml',
      versions.replace('docker.io/matrixdotorg/synapse', 'docker.io/someone/dendrite'),
    );
    const result = await synth({ ...options, strict: true });
    expect(result).toMatchObject({ exitCode: 0, warnings: [{ code: 'MG096' }] });
  });
});

describe('an output folder among the stack files', () => {
  it.each(['stacks', 'stacks/dist', 'stacks/../stacks/x'])('is refused: %s', async (out) => {
    const before = await readdir(options.stacks);
    for (const mode of ['write', 'check'] as const) {
      await expect(synth({ ...options, out: join(folder, out), mode })).rejects.toThrow(
        /--out .* the folder with the stack files; choose a different folder, such as dist$/,
      );
    }
    expect(await readdir(options.stacks)).toEqual(before);
  });
});

describe('what rules object to and no setting is at fault for', () => {
  it('is at its line of the file that would be written', async () => {
    const object = { group: '', kind: 'ConfigMap', namespace: 'chat', name: 'element-config' };
    const finding = { code: 'MR001', object, what: 'is wrong', remedy: 'mend it' } as const;
    const broken: typeof render = (stack) => ({
      ...render(stack),
      findings: [{ ...finding, file: 'config/element-config.yaml', path: ['data', 'config.json', 'brand'] }],
    });
    const { exitCode, findings, diagnostics } = await synth(options, broken);
    expect({ exitCode, diagnostics }).toEqual({ exitCode: 1, diagnostics: [] });
    const text = render(stackFrom(STACK, 'stacks/chat.yaml')).files.get('chat/config/element-config.yaml');
    const line = (text ?? '').split('\n').findIndex((one) => one.includes('"brand"')) + 1;
    expect(findings).toMatchObject([{ stack: 'chat', line, column: 16 }]);
  });
});
