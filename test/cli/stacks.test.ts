import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentProblem } from '../../src/cli/environment-problem.ts';
import { humanReport } from '../../src/cli/report.ts';
import { type SynthOptions, type SynthResult, synth } from '../../src/cli/synth.ts';
import { styleFor } from '../../src/cli/terminal.ts';
import { TOOL_VERSION, VERSION_FILE } from '../../src/cli/tool-version.ts';
import { UsageProblem } from '../../src/cli/usage-problem.ts';

/** A stack of a server name; without `element: {}` it has fewer files. */
const stack = (serverName: string): string => `schema: 1
serverName: ${serverName}
expose: {lan: {tls: {issuer: {name: home-ca}}}}
element: {}
secrets: {provider: existing}
`;

let folder = '';
let out = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stacks-'));
  out = join(folder, 'dist');
  await put('versions.yaml', await readFile('versions.yaml', 'utf8'));
  await put('stacks/chat.yaml', stack('example.org'));
  await put('stacks/lab.yaml', stack('example.net'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function run(more: Partial<SynthOptions> = {}): Promise<SynthResult> {
  return await synth({
    stacks: join(folder, 'stacks'),
    versions: join(folder, 'versions.yaml'),
    out,
    ...more,
  });
}

/** Every file below the output folder with its text. */
async function files(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(out, { recursive: true, withFileTypes: true });
  const found = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(out.length + 1), await readFile(path, 'utf8'));
  }
  return found;
}

/** The same without what belongs to a stack. */
function without(name: string, all: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...all].filter(([path]) => !path.startsWith(`${name}/`) && path !== `flux/${name}.yaml`));
}

const report = (result: SynthResult): string => humanReport(result, 'dist', styleFor({}, {}));

describe('a stack with a mistake among others', () => {
  it.each([
    ['that is found in the file', 'elemnt: {}\n'],
    ['that is no YAML', 'name: [\n'],
    [
      'that is found in what was rendered',
      'overrides: [{target: {kind: Deployment, name: nobody}, patch: {}, why: x}]\n',
    ],
  ])('%s stays as it was, and the others are written', async (_name, mistake) => {
    await run();
    const before = await files();
    await put('stacks/lab.yaml', stack('example.net').replace('element: {}\n', mistake));
    await put('stacks/chat.yaml', stack('example.org').replace('element: {}\n', ''));
    const result = await run();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['chat'], kept: ['lab'] });
    expect(result.written?.removed).toContain('chat/components/element.yaml');
    const after = await files();
    expect(after.has('chat/components/element.yaml')).toBe(false);
    expect(without('chat', after)).toEqual(without('chat', before));
    expect(report(result)).toMatch(/\n1 error; unchanged: lab\n$/);
  });

  it('keeps its files under the name that only the good file said', async () => {
    await put('stacks/lab.yaml', `name: laboratory\n${stack('example.net')}`);
    await run();
    const before = await files();
    await put('stacks/lab.yaml', 'name: [laboratory\n');
    await run();
    expect(await files()).toEqual(before);
  });

  it('loses nothing to the one that it shares a host with, and neither is written', async () => {
    await run();
    const before = await files();
    await put('stacks/lab.yaml', stack('example.org').replace('element: {}\n', ''));
    const result = await run();
    expect(result).toMatchObject({ exitCode: 2, stacks: [], kept: ['chat', 'lab'], written: undefined });
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['MG041']);
    expect(await files()).toEqual(before);
  });

  it('is told once for a mistake in a file that many extend', async () => {
    await put('stacks/shared/base.yaml', 'size: tiny\n');
    for (const name of ['chat', 'lab']) {
      await put(`stacks/${name}.yaml`, `extends: shared/base.yaml\n${stack(`${name}.example.org`)}`);
    }
    const result = await run();
    expect(result).toMatchObject({ exitCode: 2, kept: ['chat', 'lab'] });
    expect(
      result.diagnostics.map(
        ({ position: { file, line, column } }) => `${file.split('/').at(-1)}:${line}:${column}`,
      ),
    ).toEqual(['base.yaml:1:7']);
  });

  it('whose files are gone is removed, when it is gone itself', async () => {
    await run();
    await rm(join(folder, 'stacks/lab.yaml'));
    const { exitCode, notices } = await run();
    expect([...(await files()).keys()].filter((path) => path.includes('lab'))).toEqual([]);
    expect(exitCode).toBe(0);
    expect(notices.find(({ file }) => file.endsWith('/dist/lab'))?.what).toMatch(
      /Flux removes it from the cluster, except/,
    );
  });
});

describe('--stack', () => {
  it('writes only what was asked for, and looks past mistakes in the rest', async () => {
    await run();
    const before = await files();
    await put('stacks/chat.yaml', stack('example.org').replace('element: {}', 'jitsi: {access: anyone}'));
    await put('stacks/lab.yaml', 'name: [\n');
    const result = await run({ only: ['chat'] });
    expect(result).toMatchObject({ exitCode: 0, stacks: ['chat'], kept: [], diagnostics: [] });
    const after = await files();
    expect(without('chat', after)).toEqual(without('chat', before));
    expect(after.has('chat/components/jitsi/jvb.yaml')).toBe(true);
    expect(after.has('chat/components/element.yaml')).toBe(false);
  });

  it('does not remove what is there of a stack that is gone', async () => {
    await run();
    await rm(join(folder, 'stacks/lab.yaml'));
    await run({ only: ['chat'] });
    expect((await files()).has('flux/lab.yaml')).toBe(true);
  });

  it('tells of a clash with a stack that was not asked for', async () => {
    await put('stacks/lab.yaml', stack('example.org'));
    expect(await run({ only: ['chat'] })).toMatchObject({ exitCode: 2, kept: ['chat'] });
  });

  it('names the nearest stack for one that is not there', async () => {
    const failed = run({ only: ['chat', 'labb'] });
    await expect(failed).rejects.toThrow(UsageProblem);
    await expect(failed).rejects.toThrow(
      'there is no stack "labb"; did you mean "lab"? the stacks are: chat, lab',
    );
  });

  it.each(['synapse-secrets/form-secret', 'Hunter2!', ''])(
    'does not repeat what is not the name of a stack, and does not take it for all: %j',
    async (written) => {
      const failed = run({ only: [written] });
      await expect(failed).rejects.toThrow(
        /^--stack names something that is not a stack \(not repeated here/,
      );
    },
  );
});

describe('--check', () => {
  it('finds nothing to do after a synth, and writes nothing', async () => {
    await run();
    const before = await files();
    const result = await run({ mode: 'check' });
    expect(result).toMatchObject({
      exitCode: 0,
      written: undefined,
      compared: { differs: [], missing: [], stale: [] },
    });
    expect(report(result)).toMatch(/^chat, lab: dist is up to date, \d+ files\n$/);
    expect(await files()).toEqual(before);
  });

  it('lists what differs, is missing and is stale, with exit code 1', async () => {
    await run();
    await put('dist/chat/SUMMARY.md', 'mine\n');
    await rm(join(out, 'lab/data/pvc-media.yaml'));
    await put('stacks/lab.yaml', stack('example.net').replace('element: {}\n', ''));
    const before = await files();
    const result = await run({ mode: 'check' });
    expect(result.exitCode).toBe(1);
    expect(result.compared?.differs).toContain('chat/SUMMARY.md');
    expect(result.compared?.missing).toEqual(['lab/data/pvc-media.yaml']);
    expect(result.compared?.stale).toContain('lab/components/element.yaml');
    const text = report(result);
    expect(text).toContain('differs dist/chat/SUMMARY.md\n');
    expect(text).toContain('missing dist/lab/data/pvc-media.yaml\n');
    expect(text).toContain('stale dist/lab/components/element.yaml\n');
    expect(text).toMatch(
      /not up to date: \d+ differ, 1 missing, \d+ stale, .*run `npm run synth` and commit dist$/m,
    );
    expect(await files()).toEqual(before);
  });

  it('does not judge stacks that were not asked for, or that something is wrong with', async () => {
    await run();
    await put('dist/lab/SUMMARY.md', 'mine\n');
    expect(await run({ mode: 'check', only: ['chat'] })).toMatchObject({ exitCode: 0 });
    await put('stacks/lab.yaml', 'name: [\n');
    expect(await run({ mode: 'check' })).toMatchObject({
      exitCode: 2,
      compared: { differs: [], missing: [], stale: [] },
    });
  });

  it('judges nothing while a write is half done', async () => {
    await run();
    await mkdir(join(out, '.matrix-gitops'));
    const failed = run({ mode: 'check' });
    await expect(failed).rejects.toThrow(EnvironmentProblem);
    await expect(failed).rejects.toThrow(
      /interrupted and has left .*\.matrix-gitops; run `matrix-gitops synth`/,
    );
  });

  it('says that everything is missing where nothing was written yet', async () => {
    const { exitCode, compared } = await run({ mode: 'check' });
    expect(exitCode).toBe(1);
    expect(compared?.missing).toContain('chat/SUMMARY.md');
    await expect(readdir(out)).rejects.toThrow('ENOENT');
  });
});

describe('--stdout', () => {
  it('hands on every YAML file of the chosen stacks, and writes nothing', async () => {
    const printed: string[] = [];
    const print = async (text: string): Promise<void> => void printed.push(text);
    const result = await run({ mode: 'print', print });
    expect(result).toMatchObject({
      exitCode: 0,
      stacks: ['chat', 'lab'],
      written: undefined,
      compared: undefined,
    });
    await expect(readdir(out)).rejects.toThrow('ENOENT');
    await run();
    const yaml = [...(await files())].filter(([path]) => path.endsWith('.yaml'));
    const objects = loadAll(printed.join(''));
    expect(objects).toHaveLength(yaml.flatMap(([, text]) => loadAll(text)).length);
    for (const [, text] of yaml) expect(printed.join('')).toContain(text);
    expect(report(result)).toBe('');
  });

  it('leaves out a stack with a mistake', async () => {
    await put('stacks/lab.yaml', 'name: [\n');
    const printed: string[] = [];
    const result = await run({ mode: 'print', print: async (text) => void printed.push(text) });
    expect(result).toMatchObject({ exitCode: 2, stacks: ['chat'], kept: ['lab'] });
    expect(printed.join('')).not.toContain('example.net');
  });
});

describe('the version of the tool', () => {
  it('stands in one file of the output only', async () => {
    await run();
    const naming = [...(await files())].filter(([, text]) => text.includes(`"${TOOL_VERSION}"`));
    expect(naming.map(([path]) => path)).toEqual([VERSION_FILE]);
  });

  it('is one line of the change when it is a newer one', async () => {
    await run();
    const text = (await files()).get(VERSION_FILE) ?? '';
    await put(`dist/${VERSION_FILE}`, text.replace(TOOL_VERSION, '0.0.1'));
    expect((await run()).written?.changed).toEqual([VERSION_FILE]);
    expect(text.split('\n').filter((line) => line.includes(TOOL_VERSION))).toHaveLength(1);
  });

  it.each<SynthOptions['mode']>(['write', 'check'])(
    'stops mode %s over what a newer one wrote',
    async (mode) => {
      await run();
      const text = (await files()).get(VERSION_FILE) ?? '';
      await put(`dist/${VERSION_FILE}`, text.replace(TOOL_VERSION, '99.1.0'));
      const before = await files();
      const failed = run({ mode: mode ?? 'write' });
      await expect(failed).rejects.toThrow(EnvironmentProblem);
      await expect(failed).rejects.toThrow(
        /was written by matrix-gitops 99\.1\.0, and this is .*update this program to 99\.1\.0 or newer/,
      );
      expect(await files()).toEqual(before);
    },
  );

  it('cannot be told from a file with a conflict in it', async () => {
    await put(`dist/${VERSION_FILE}`, '<<<<<<< ours\n');
    await expect(run()).rejects.toThrow(/does not say which version wrote .*delete it/);
  });
});

it('tells after each stack how far it is', async () => {
  const told: string[] = [];
  await run({ progress: (done, total, name) => told.push(`${done}/${total} ${name}`) });
  expect(told).toEqual(['1/2 chat', '2/2 lab']);
});

describe('names of files', () => {
  // Only what a file system here can hold; a canary would be an object in the first line of a rendered file.
  it.each([
    ['a line break', 'lab\nkind: ClusterRoleBinding\n#.yaml'],
    ['a control character', 'lab\u001b[31m.yaml'],
    ['a space', 'my lab.yaml'],
    ['another script', 'лаб.yaml'],
    ['the end of a comment', '-->lab.yaml'],
    ['a dash first', '-lab.yaml'],
    ['too many characters', `${'l'.repeat(130)}.yaml`],
  ])('with %s are an error of that file, and the others are written', async (_, name) => {
    await put(`stacks/${name}`, `${stack('example.com')}name: lab2\n`);
    const result = await run();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['chat', 'lab'] });
    expect(result.diagnostics).toEqual([
      expect.objectContaining({
        code: 'MG043',
        position: expect.objectContaining({ line: 1, column: 1 }),
        remedy: expect.stringContaining('rename the file'),
      }),
    ]);
    expect(
      report(result)
        .split('\n')
        .filter((line) => line.includes('MG043')),
    ).toHaveLength(1);
    expect(report(result).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    for (const [path, text] of await files()) {
      expect(path).toMatch(/^(?:chat|lab|flux|\.matrix-gitops\.json$)/);
      expect(text).not.toContain('ClusterRoleBinding');
    }
  });

  it('of a folder that the command line names may be anything, and end no comment', async () => {
    const odd = 'st\nkind: ClusterRoleBinding\n--> acks';
    await put(`${odd}/chat.yaml`, stack('example.org'));
    const first = await run({ stacks: join(folder, odd) });
    expect(first).toMatchObject({ exitCode: 0, stacks: ['chat'] });
    for (const [path, text] of await files()) {
      expect(text.split('\n')[1] ?? '', path).not.toContain('ClusterRoleBinding');
      if (path.endsWith('.yaml')) {
        for (const object of loadAll(text))
          expect(object, path).not.toMatchObject({ kind: 'ClusterRoleBinding' });
      } else if (path.endsWith('.md')) {
        expect(text.split('\n')[0], path).toMatch(/^<!-- [^<>]* -->$/);
        expect(text, path).not.toMatch(/^kind:/m);
      }
    }
    // The next run knows its own files again.
    expect(await run({ stacks: join(folder, odd) })).toMatchObject({
      written: { changed: [], removed: [] },
    });
    await put(`${odd}/chat.yaml`, stack('example.org').replace('element: {}\n', ''));
    const less = await run({ stacks: join(folder, odd) });
    expect(less.written?.removed).toContain('chat/components/element.yaml');
  });
});

describe('bytes that are no text', () => {
  it('are an error of their file, and the others are written', async () => {
    const latin = Buffer.from(
      stack('example.net').replace('element: {}', 'element: {brand: Bj\u00f6rn}'),
      'latin1',
    );
    await writeFile(join(folder, 'stacks/lab.yaml'), latin);
    const result = await run();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['chat'], kept: ['lab'] });
    expect(result.diagnostics).toMatchObject([{ code: 'MG010', position: { line: 4, column: 20 } }]);
  });

  it('in a shared file are an error there', async () => {
    await put('stacks/lab.yaml', `extends: shared/base.yaml\n${stack('example.net')}`);
    await mkdir(join(folder, 'stacks/shared'), { recursive: true });
    await writeFile(join(folder, 'stacks/shared/base.yaml'), Buffer.from('\ufeffsize: small\n', 'utf16le'));
    const result = await run();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['chat'], kept: ['lab'] });
    expect(result.diagnostics).toMatchObject([{ code: 'MG010', what: 'this file is UTF-16' }]);
  });
});
