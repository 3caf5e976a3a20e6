import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentProblem } from '../../src/cli/environment-problem.ts';
import { writeReference } from '../../src/cli/reference.ts';
import { humanReport } from '../../src/cli/report.ts';
import { type SynthOptions, type SynthResult, synth } from '../../src/cli/synth.ts';
import { styleFor } from '../../src/cli/terminal.ts';
import { UsageProblem } from '../../src/cli/usage-problem.ts';

const SCHEMA = '# yaml-language-server: $schema=../stack.schema.json\n';
/** Without a line for editors, which has a note of its own. */
const PLAIN = `schema: 1
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
`;
const CHAT = SCHEMA + PLAIN;

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'around-'));
  await put('stacks/chat.yaml', CHAT);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function run(more: Partial<SynthOptions> = {}): Promise<SynthResult> {
  const places = { stacks: join(folder, 'stacks'), versions: 'versions.yaml', out: join(folder, 'dist') };
  return await synth({ ...places, ...more });
}

/** Every file of the output folder, with its text. */
async function output(): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(join(folder, 'dist'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    await Promise.all(
      files.map(async ({ parentPath, name }): Promise<[string, string]> => {
        const path = join(parentPath, name);
        return [path.slice(join(folder, 'dist').length + 1), await readFile(path, 'utf8')];
      }),
    ),
  );
}

/** The notes, by the end of their path. */
function notes(result: SynthResult): Readonly<Record<string, string>> {
  return Object.fromEntries(
    result.notices.map(({ file, what, remedy }) => [
      file.slice(file.indexOf(basename(folder)) + basename(folder).length + 1),
      `${what}; ${remedy}`,
    ]),
  );
}

describe('a file in the folder of stacks that would be passed over', () => {
  it.each([
    ['stacks/lab.YAML', 'MG080', /stack files end in .*this one ends in \.YAML.*lab\.yaml$/],
    ['stacks/lab.Yml', 'MG080', /this one ends in \.Yml.*lab\.yaml$/],
    ['stacks/lab.json', 'MG080', /this one ends in \.json.*lab\.yaml$/],
    ['stacks/sub/lab.yaml', 'MG081', /move it to .*stacks\/lab\.yaml, or to .*stacks\/shared\/ if/],
    ['stacks/sub/deep/lab.yml', 'MG081', /move it to .*stacks\/lab\.yml, or to/],
  ])('is an error: %s', async (path, code, message) => {
    const text = path.endsWith('.json') ? '{"schema": 1, "serverName": "example.net"}\n' : PLAIN;
    await put(path, text.replace('example.org', 'example.net'));
    const result = await run();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['chat'], kept: ['lab'] });
    const [diagnostic, ...others] = result.diagnostics;
    expect(others).toEqual([]);
    expect(diagnostic?.position.file.endsWith(path)).toBe(true);
    expect(diagnostic?.code).toBe(code);
    expect(`${diagnostic?.what}; ${diagnostic?.remedy}`).toMatch(message);
  });

  it('keeps what is rendered of it, since the file is there', async () => {
    await put('stacks/lab.yaml', CHAT.replace('example.org', 'example.net'));
    await run();
    const before = await output();
    await rm(join(folder, 'stacks/lab.yaml'));
    await put('stacks/lab.YAML', CHAT.replace('example.org', 'example.net'));
    await run();
    expect(await output()).toEqual(before);
    expect(before.has('flux/lab.yaml')).toBe(true);
  });

  it('leaves other stacks alone that are asked for', async () => {
    await put('stacks/lab.YAML', PLAIN);
    expect(await run({ only: ['chat'] })).toMatchObject({ exitCode: 0, diagnostics: [] });
  });

  it('is none of editors, systems, ciphertext or other purposes', async () => {
    for (const path of [
      'stacks/.lab.YAML',
      'stacks/.vscode/lab.yaml',
      'stacks/lab.yaml~',
      'stacks/README.md',
      'stacks/chat.secrets/.gitkeep',
      'stacks/sub/.#lab.yaml',
    ]) {
      await put(path, PLAIN);
    }
    await put('stacks/renovate.json', '{"extends": []}\n');
    await put('stacks/manifests/own.yaml', 'apiVersion: v1\nkind: ConfigMap\nserverName: x\n');
    await put('stacks/base/home.yaml', 'size: small\n');
    expect(await run()).toMatchObject({ exitCode: 0, diagnostics: [], notices: [] });
  });
});

describe('what lies around the stacks', () => {
  it('is named where a shared file that nothing extends has errors, and stops nothing', async () => {
    await put('stacks/shared/base.yaml', 'size: tiny\n');
    await put('stacks/shared/good.yaml', 'size: small\n');
    const result = await run();
    expect(result).toMatchObject({ exitCode: 0, diagnostics: [] });
    expect(notes(result)).toEqual({
      'stacks/shared/base.yaml:1:7': expect.stringMatching(
        /^MG005: size is "tiny".*no stack extends this file yet/,
      ),
    });
    await put('stacks/chat.yaml', `${CHAT}extends: shared/good.yaml\n`);
    expect(Object.keys(notes(await run()))).toEqual(['stacks/shared/base.yaml:1:7']);
  });

  it('is named where ciphertext belongs to no stack, with the way back', async () => {
    await put('stacks/old.secrets/synapse-secrets.yaml', 'x\n');
    expect(notes(await run())).toEqual({
      'stacks/old.secrets': expect.stringMatching(
        /no stack here is named "old".*\(name: old\) before you create any values/,
      ),
    });
    await put('stacks/chat.yaml', `name: old\n${CHAT}`);
    // Now it is its own, and not fit for it.
    expect(await run()).toMatchObject({ exitCode: 2, notices: [] });
  });

  it('is not named while a stack cannot be read, which may be the owner', async () => {
    await put('stacks/old.secrets/synapse-secrets.yaml', 'x\n');
    await put('stacks/lab.yaml', 'name: [\n');
    expect((await run()).notices).toEqual([]);
  });

  it('is named where a person has put files into a rendered folder', async () => {
    await run();
    await put('dist/chat/own.yaml', 'kind: ConfigMap\n');
    await put('dist/chat/.own.yaml.swp', 'x');
    await put('dist/chat/own.yaml~', 'x');
    await put('dist/README.md', '# Mine\n');
    const expected = {
      'dist/chat/own.yaml': expect.stringMatching(/^this file was not rendered; it stays, but no kustom/),
    };
    expect(notes(await run())).toEqual(expected);
    expect(notes(await run({ mode: 'check' }))).toEqual(expected);
    await put('stacks/chat.yaml', `${CHAT}element: {}\n`);
    expect(notes(await run())).toEqual(expected);
    expect((await output()).get('chat/own.yaml')).toBe('kind: ConfigMap\n');
  });

  it('is named where something of a person is replaced', async () => {
    await run();
    await put('dist/chat/kustomization.yaml', 'resources: [mine.yaml]\n');
    expect(notes(await run({ mode: 'check' }))).toEqual({
      'dist/chat/kustomization.yaml': expect.stringContaining(
        'was not a rendered one, and would be replaced',
      ),
    });
    expect(notes(await run())).toEqual({
      'dist/chat/kustomization.yaml': expect.stringContaining('was not a rendered one, and was replaced'),
    });
    expect(notes(await run())).toEqual({});
  });

  it('is said for people below the result', async () => {
    await run();
    await put('dist/chat/own.yaml', '');
    const said = humanReport(await run(), 'dist', styleFor({}, {}));
    expect(said).toMatch(/dist\/chat\/own\.yaml note: this file was not rendered; .*\n$/);
  });

  it('is not in the way of YAML that is printed', async () => {
    await put('stacks/old.secrets/x.yaml', 'x\n');
    expect(await run({ mode: 'print', print: async () => undefined })).toMatchObject({ notices: [] });
  });
});

describe('a stack file that does not name its schema', () => {
  it('is named once a run, however many there are', async () => {
    await put('stacks/chat.yaml', PLAIN);
    await put('stacks/lab.yaml', PLAIN.replace('example.org', 'example.net'));
    const { notices } = await run();
    expect(notices).toHaveLength(1);
    expect(notices[0]?.file).toMatch(/stacks\/chat\.yaml \(and 1 more\)$/);
    expect(notices[0]?.remedy).toMatch(
      /begin it with the line: # yaml-language-server: \$schema=.*\/stack\.schema\.json$/,
    );
    expect((await run({ mode: 'check' })).notices).toEqual([]);
  });
});

describe('the last stack file', () => {
  beforeEach(async () => {
    await run();
    await put('dist/chat/own.yaml', 'mine\n');
    await put('dist/README.md', '# Mine\n');
    await rm(join(folder, 'stacks/chat.yaml'));
  });

  const mine = new Map([
    ['chat/own.yaml', 'mine\n'],
    ['README.md', '# Mine\n'],
  ]);

  it('leaves what was rendered of it, and says what to run', async () => {
    const before = await output();
    const failed = run();
    await expect(failed).rejects.toThrow(UsageProblem);
    await expect(failed).rejects.toThrow(
      /no stack file in .* any more, and .*dist still holds what was rendered of chat \(\d+ files\); .*`matrix-gitops synth --prune`/,
    );
    expect(await output()).toEqual(before);
  });

  it('takes it along with --prune, and nothing of a person', async () => {
    const result = await run({ prune: true });
    expect(result).toMatchObject({ exitCode: 0, stacks: [] });
    expect(result.written?.removed).toContain('chat/kustomization.yaml');
    expect(await output()).toEqual(mine);
    expect(humanReport(result, 'dist', styleFor({}, {}))).toMatch(/the last stack is gone: \d+ removed\n$/);
    await expect(run({ prune: true })).rejects.toThrow(EnvironmentProblem);
  });

  it('takes it along after a yes, and only then', async () => {
    const before = await output();
    const asked: string[] = [];
    const answer = (yes: boolean) => async (question: string) => {
      asked.push(question);
      return yes;
    };
    await expect(run({ confirm: answer(false) })).rejects.toThrow(UsageProblem);
    expect(await output()).toEqual(before);
    await run({ confirm: answer(true) });
    expect(await output()).toEqual(mine);
    expect(asked[1]).toMatch(
      /rendered of chat \(\d+ files\)\. Remove that\? \(once that is committed, Flux removes it from the cluster, except/,
    );
  });

  it('never takes it along when it is only compared or printed', async () => {
    const before = await output();
    const confirm = async (): Promise<boolean> => true;
    await expect(run({ mode: 'check', prune: true, confirm })).rejects.toThrow(UsageProblem);
    await expect(run({ mode: 'print', prune: true, confirm })).rejects.toThrow(EnvironmentProblem);
    expect(await output()).toEqual(before);
  });

  it('may have gone with its folder, which Git does not keep', async () => {
    await rm(join(folder, 'stacks'), { recursive: true });
    await expect(run()).rejects.toThrow(/synth --prune/);
    await run({ prune: true });
    expect(await output()).toEqual(mine);
  });

  it('is not gone where another folder was named by mistake', async () => {
    const before = await output();
    await mkdir(join(folder, 'other'));
    for (const stacks of ['other', 'missing']) {
      await expect(run({ stacks: join(folder, stacks), prune: true })).rejects.toThrow(EnvironmentProblem);
    }
    expect(await output()).toEqual(before);
  });

  it('leaves what was rendered from another folder', async () => {
    await put('more/lab.yaml', CHAT.replace('example.org', 'example.net'));
    await put('stacks/chat.yaml', CHAT);
    // A folder of output that two folders of stacks share, each writing its own.
    await run({ stacks: join(folder, 'more') });
    const before = await output();
    await rm(join(folder, 'stacks/chat.yaml'));
    await expect(run({ prune: true })).rejects.toThrow(EnvironmentProblem);
    expect(await output()).toEqual(before);
  });
});

describe('reference', () => {
  it('writes nothing into the repository of somebody who has the program installed', async () => {
    const installed = { kind: 'installed', package: '/x' } as const;
    const refused = writeReference(undefined, installed);
    await expect(refused).rejects.toThrow(UsageProblem);
    await expect(refused).rejects.toThrow(/name a folder for them: `matrix-gitops reference --out FOLDER`/);
  });
});
