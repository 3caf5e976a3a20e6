import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { load } from '../../../index.ts';
import { apply } from '../../../src/cli/new/apply.ts';
import { humanNew } from '../../../src/cli/new/report.ts';
import { type NewOptions, newStack, newStackOf } from '../../../src/cli/new/run.ts';
import { synth } from '../../../src/cli/synth.ts';
import { boundsOf } from '../../../src/files/bounds.ts';
import { newStackText } from '../../../src/stack/new-stack.ts';
import { EXAMPLES } from '../../stacks.ts';

let top = '';
const before = process.cwd();

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'new-'));
  process.chdir(top);
});

afterEach(() => {
  process.chdir(before);
  rmSync(top, { recursive: true, force: true });
});

/** What is there, by path with its text; without the examples and what is rendered of them unless asked. */
function files(): Record<string, string> {
  const all = readdirSync('.', { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Object.fromEntries(
    all
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter((path) => !path.startsWith('.git/'))
      .sort()
      .map((path) => [path, readFileSync(path, 'utf8')]),
  );
}

/** A clone as it comes: both examples, and dist/ of them. */
async function clone(): Promise<void> {
  cpSync(join(before, EXAMPLES), 'stacks', { recursive: true });
  await synth({ stacks: 'stacks', out: 'dist' });
}

const run = (name: string, serverName: string, more: Partial<NewOptions> = {}) =>
  newStack({ stack: { name, serverName }, stacks: 'stacks', out: 'dist', ...more });

describe('new', () => {
  it('writes a stack file that renders, in a clone that it leaves without the examples', async () => {
    await clone();
    const result = await run('chat', 'example.org', { examples: 'remove' });
    expect(result).toMatchObject({ exitCode: 0, wrote: 'stacks/chat.yaml' });
    expect(result.removed).toEqual(['stacks/app-matrix.yaml', 'stacks/minimal.yaml', 'stacks/on-prem.yaml']);
    expect(Object.keys(files())).toEqual(['stacks/chat.yaml']);
    const { exitCode, stacks, diagnostics, warnings } = await synth({ stacks: 'stacks', out: 'dist' });
    expect({ exitCode, stacks, diagnostics, warnings }).toEqual({
      exitCode: 0,
      stacks: ['chat'],
      diagnostics: [],
      warnings: [],
    });
  });

  it('says what was done and what to run next', async () => {
    await clone();
    const text = humanNew(await run('chat', 'example.org', { examples: 'remove' }), 'dist');
    expect(text).toMatch(
      /^wrote stacks\/chat\.yaml\nremoved stacks\/app-matrix\.yaml\nremoved stacks\/minimal\.yaml\nremoved stacks\/on-prem\.yaml\nremoved what was rendered of them: 106 files in dist\nnext: read stacks\/chat\.yaml .* synth`/,
    );
  });

  it('can be followed by synth where the examples are in the last commit', async () => {
    await clone();
    const git = (...words: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...words], { stdio: 'pipe' });
    git('init', '--quiet');
    git('add', '--all');
    git('commit', '--quiet', '--message', 'start');
    // The server name of the example `minimal`.
    await run('chat', 'example.org', { examples: 'remove' });
    expect(await synth({ stacks: 'stacks', out: 'dist' })).toMatchObject({ exitCode: 0, diagnostics: [] });
  });

  it('works where there is nothing yet', async () => {
    expect(await run('chat', 'example.org')).toEqual({
      exitCode: 0,
      wrote: 'stacks/chat.yaml',
      removed: [],
      unrendered: [],
    });
  });

  it('leaves every other stack and what is rendered of it', async () => {
    await clone();
    writeFileSync('stacks/lab.yaml', newStackText('example.net', { schema: undefined }));
    await synth({ stacks: 'stacks', out: 'dist' });
    const lab = Object.entries(files()).filter(([path]) => /lab|\.matrix-gitops\.json/.test(path));
    await run('chat', 'example.com', { examples: 'remove' });
    expect(Object.entries(files()).filter(([path]) => path !== 'stacks/chat.yaml')).toEqual(lab);
  });

  it('leaves an example that somebody has changed, or made values for', async () => {
    await clone();
    writeFileSync('stacks/minimal.yaml', `${files()['stacks/minimal.yaml']}# mine\n`);
    mkdirSync('stacks/app-matrix.secrets');
    mkdirSync('stacks/on-prem.secrets');
    const old = files();
    expect(await run('chat', 'example.com', { examples: 'remove' })).toMatchObject({
      removed: [],
      unrendered: [],
    });
    expect(files()).toEqual({ ...old, 'stacks/chat.yaml': expect.any(String) });
  });

  it('asks before it removes anything, and says what', async () => {
    await clone();
    const asked: string[] = [];
    const confirm = async (question: string): Promise<boolean> => {
      asked.push(question);
      return true;
    };
    await run('chat', 'example.org', { confirm });
    expect(asked).toEqual([
      expect.stringMatching(
        /^Remove the examples stacks\/app-matrix\.yaml, stacks\/minimal\.yaml and stacks\/on-prem\.yaml, and what was rendered of them \(106 files in dist\)\?/,
      ),
    ]);
    expect(Object.keys(files())).toEqual(['stacks/chat.yaml']);
  });

  it.each([
    ['after a no', { confirm: async () => false }],
    ['where nobody can be asked', {}],
  ])('changes nothing %s', async (_, more) => {
    await clone();
    const old = files();
    await expect(run('chat', 'example.com', more)).rejects.toThrow(
      '--yes to remove them, or --keep-examples',
    );
    expect(files()).toEqual(old);
  });

  it('keeps the examples when asked to', async () => {
    await clone();
    const old = files();
    await run('chat', 'example.com', { examples: 'keep' });
    expect(files()).toEqual({ ...old, 'stacks/chat.yaml': expect.any(String) });
  });

  it('can remove the examples and write nothing', async () => {
    await clone();
    const options = { stack: undefined, stacks: 'stacks', out: 'dist', examples: 'remove' } as const;
    expect(await newStack(options)).toMatchObject({ wrote: undefined, removed: { length: 3 } });
    expect(files()).toEqual({});
    expect(humanNew(await newStack(options), 'dist')).toBe('there is no example to remove\n');
  });
});

describe('is refused, with nothing changed,', () => {
  const other = newStackText('example.net', { schema: undefined });

  it.each<[string, string, string, string]>([
    ['a name that is not valid', 'Chat', 'example.com', 'name is "Chat"'],
    ['a path as a name', '../chat', 'example.com', 'name is "../chat"'],
    ['a name with a line break', 'a\nb', 'example.com', 'name is "a'],
    ['a name that Flux has', 'flux', 'example.com', 'flux'],
    ['a server name that is not valid', 'chat', 'Example.com', 'serverName is "Example.com"'],
    ['a server name with YAML in it', 'chat', 'a.org\nsize: large', 'serverName is "a.org'],
    ['a server name that is a number', 'chat', '1', 'serverName is "1"'],
    ['a name that is taken', 'lab', 'example.com', 'stacks/lab.yaml already exists'],
    ['one with the other ending', 'talk', 'example.com', 'stacks/talk.yml already exists'],
    ['the name of somebody’s values', 'old', 'example.com', 'stacks/old.secrets already exists'],
    [
      'a name that another file says',
      'inner',
      'example.com',
      'the name "inner" is already used by stacks/talk.yml',
    ],
    ['a server name that is taken', 'chat', 'example.net', 'already belong to stacks/lab.yaml'],
    ['the name of an example', 'minimal', 'example.com', 'stacks/minimal.yaml already exists'],
  ])('%s', async (_, name, serverName, message) => {
    await clone();
    writeFileSync('stacks/lab.yaml', other);
    writeFileSync('stacks/talk.yml', `name: inner\n${newStackText('example.edu', { schema: undefined })}`);
    mkdirSync('stacks/old.secrets');
    writeFileSync('stacks/old.secrets/x.yaml', '');
    const old = files();
    await expect(run(name, serverName, { examples: 'remove' })).rejects.toThrow(message);
    expect(files()).toEqual(old);
  });

  it('the host of an example that stays', async () => {
    await clone();
    await expect(run('chat', 'example.org', { examples: 'keep' })).rejects.toThrow(
      'already belong to stacks/minimal.yaml',
    );
  });

  it('a second time', async () => {
    await run('chat', 'example.org');
    writeFileSync('stacks/chat.yaml', 'changed\n');
    await expect(run('chat', 'example.org')).rejects.toThrow('stacks/chat.yaml already exists');
    expect(files()).toEqual({ 'stacks/chat.yaml': 'changed\n' });
  });

  it('a folder of stacks outside of the repository', async () => {
    mkdirSync('repository/.git', { recursive: true });
    mkdirSync('outside');
    symlinkSync('../outside', 'repository/stacks');
    process.chdir('repository');
    await expect(run('chat', 'example.org')).rejects.toThrow('cannot');
    expect(readdirSync('../outside')).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('a folder that cannot be written', async () => {
    await clone();
    chmodSync('stacks', 0o555);
    const old = files();
    await expect(run('chat', 'example.com', { examples: 'remove' })).rejects.toThrow('no permission');
    expect(files()).toEqual(old);
    chmodSync('stacks', 0o755);
  });

  it('a folder of stacks that is a file', async () => {
    writeFileSync('stacks', '');
    await expect(run('chat', 'example.org')).rejects.toThrow('cannot');
    expect(files()).toEqual({ stacks: '' });
  });

  it.each([
    [undefined, undefined, false, 'the name and the server name are missing'],
    ['chat', undefined, false, 'the server name is missing'],
    ['chat', undefined, true, 'takes no name'],
  ])('a command line with %s and %s', (name, serverName, onlyRemoves, message) => {
    expect(() => newStackOf(name, serverName, onlyRemoves)).toThrow(message);
  });
});

it('a stop before the write leaves everything as it was', async () => {
  await clone();
  const old = files();
  const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Error(`exit ${code}`);
  });
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  try {
    const file = { path: 'stacks/chat.yaml', text: newStackText('example.com', { schema: undefined }) };
    const examples = ['stacks/app-matrix.yaml', 'stacks/minimal.yaml', 'stacks/on-prem.yaml'];
    const work = apply(boundsOf('stacks'), { out: 'dist', file, examples });
    process.emit('SIGTERM', 'SIGTERM');
    await expect(work).rejects.toThrow('exit 143');
    expect(told).toHaveBeenCalledWith('stopped by SIGTERM: nothing was changed\n');
  } finally {
    exit.mockRestore();
    told.mockRestore();
  }
  expect(files()).toEqual(old);
});

it('a stack that collides with an example is told how to remove that', async () => {
  await clone();
  writeFileSync('stacks/mine.yaml', newStackText('example.org', { schema: undefined }));
  const { diagnostics } = await synth({ stacks: 'stacks', out: 'dist' });
  expect(diagnostics).toMatchObject([
    {
      code: 'MG041',
      remedy: expect.stringMatching(
        /^stacks\/minimal\.yaml came with this repository as an example: .*`matrix-gitops new --remove-examples`/,
      ),
    },
  ]);
});

it('the text is about 15 lines, and valid with everything that it offers', () => {
  const text = newStackText('example.org', { schema: '../stack.schema.json' });
  expect(text.split('\n').length).toBeLessThan(20);
  const whole = text.replaceAll(/^# (livekit|jitsi|callNodes)/gm, '$1');
  const { diagnostics } = load({ file: 'stacks/chat.yaml', texts: { 'stacks/chat.yaml': whole } });
  expect(diagnostics).toEqual([]);
  expect(whole).toContain('\ncallNodes');
});
