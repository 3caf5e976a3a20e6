import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readlink, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrateFiles } from '../../src/cli/migrate.ts';
import { replaceFile } from '../../src/cli/replace-file.ts';
import { humanReport } from '../../src/cli/report.ts';
import { humanSecrets } from '../../src/cli/secrets/report.ts';
import { styleFor } from '../../src/cli/terminal.ts';
import { TOOL_VERSION, VERSION_FILE } from '../../src/cli/tool-version.ts';
import { readWorkspace } from '../../src/cli/workspace.ts';
import { boundsOf } from '../../src/files/bounds.ts';
import { setTrap } from '../disk/trap.ts';
import { CHAT, HOME, LAB, stopped, useRepository } from './secrets/repository.ts';

/** Links, pipes and the like in a repository that somebody else has written. */
const repository = useRepository();
const { at, put, read, run, synth, files } = repository;
const PLAIN = styleFor({}, {});
const EXISTING = LAB.replace('schema: 1', 'schema: 1\nsecrets: {provider: existing}');
/** A line that no message may hold. */
const noGit = spawnSync('git', ['--version']).error !== undefined;
const SECRET = 'first-line-of-a-private-file';

/** A folder outside, with files that nobody may read or change. */
let outside = '';
beforeEach(async () => {
  outside = await mkdtemp(join(tmpdir(), 'outside-'));
  await writeFile(join(outside, 'file.yaml'), `${SECRET}: [\n`);
  await writeFile(join(outside, 'versions.yaml'), await readFile('versions.yaml', 'utf8'));
  await mkdir(join(outside, 'folder'));
  await put('stacks/lab.yaml', EXISTING);
});
afterEach(() => rm(outside, { recursive: true, force: true }));

/** What is outside, by name. */
const outsideNow = (): string => execFileSync('ls', ['-R', outside], { encoding: 'utf8' });

/** Things in the place of a file, and the codes and reasons they are refused with. */
const THINGS: readonly (readonly [string, (place: string) => unknown, RegExp])[] = [
  [
    'a link out of the repository',
    (place) => symlink(join(outside, 'file.yaml'), place),
    /MG013: a symbolic link .* points outside the repository/,
  ],
  [
    'a link through a folder outside',
    (place) => symlink(join(outside, '../', outside.slice(tmpdir().length + 1), 'file.yaml'), place),
    /MG013/,
  ],
  ['a link to /proc', (place) => symlink('/proc/self/environ', place), /MG013/],
  ['a link to a device', (place) => symlink('/dev/zero', place), /MG013/],
  [
    'a link that leads nowhere',
    (place) => symlink('nowhere.yaml', place),
    /MG012: it is a symbolic link to a file or folder that does not exist/,
  ],
  ['a link to itself', (place) => symlink('bad.yaml', place), /MG012: its symbolic links lead in a circle/],
  [
    'a pipe',
    (place) => execFileSync('mkfifo', [place]),
    /MG014: it is a named pipe where a file is expected/,
  ],
  ['a folder', (place) => mkdir(place), /MG014: it is a folder where a file is expected/],
  [
    'a giant',
    (place) => writeFile(place, 'schema: 1\n').then(() => truncate(place, 10 * 1024 * 1024 + 1)),
    /MG014: it is larger than 10 MB/,
  ],
];

describe.each(THINGS)('%s in the place of', (_, make, reason) => {
  it('a stack file is refused, and the other stacks are rendered', async () => {
    await make(at('stacks/bad.yaml'));
    const result = await synth();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['lab'], kept: ['bad'] });
    const said = humanReport(result, 'dist', styleFor({}, {}));
    expect(said).toMatch(/stacks\/bad\.yaml:1:1 error MG01/);
    expect(said).toMatch(reason);
    expect(said).not.toContain(SECRET);
    expect(existsSync(at('dist/lab/kustomization.yaml'))).toBe(true);
  });

  it('a file that a stack extends is refused where it is named', async () => {
    await mkdir(at('stacks/shared'));
    await make(at('stacks/shared/bad.yaml'));
    await put('stacks/chat.yaml', `extends: shared/bad.yaml\n${CHAT}`);
    const result = await synth();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['lab'], kept: ['chat'] });
    const said = humanReport(result, 'dist', styleFor({}, {}));
    expect(said).toMatch(/stacks\/chat\.yaml:1:10 error MG008: cannot read \S*shared\/bad\.yaml: /);
    expect(said).toMatch(new RegExp(reason.source.replace(/MG\d+(?:: )?/, '')));
    expect(said).not.toContain(SECRET);
  });

  it('a file that a stack gives to a program is refused where it is named', async () => {
    await mkdir(at('stacks/files'));
    await make(at('stacks/files/bad.yaml'));
    const given = 'synapse: {extraFiles: {/extra/a.yaml: {file: files/bad.yaml}}}\n';
    await put('stacks/chat.yaml', `${given}${CHAT}`);
    const result = await synth();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['lab'], kept: ['chat'] });
    const said = humanReport(result, 'dist', styleFor({}, {}));
    expect(said).toMatch(/stacks\/chat\.yaml:1:46 error MG01\d: cannot read \S*files\/bad\.yaml: /);
    expect(said).toMatch(new RegExp(reason.source.replace(/(MG\d+): /, '$1: cannot read \\S+: ')));
    expect(said).not.toContain(SECRET);
  });

  it('a file of ciphertext is refused, and the other stacks are rendered', async () => {
    await put('stacks/chat.yaml', CHAT);
    await mkdir(at('stacks/chat.secrets'));
    await make(at('stacks/chat.secrets/bad.yaml'));
    const result = await synth();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['lab'], kept: ['chat'] });
    const said = humanReport(result, 'dist', styleFor({}, {}));
    expect(said).toMatch(/stacks\/chat\.secrets\/bad\.yaml:1:1 error MG01/);
    expect(said).toMatch(reason);
    expect(said).not.toContain(SECRET);
  });

  it('pinned certificates or a copy for escrow is refused', async () => {
    await put('stacks/chat.yaml', `${CHAT}secrets: {certificates: shared/bad.pem}\n`);
    await mkdir(at('stacks/shared'));
    await make(at('stacks/shared/bad.yaml'));
    await symlink('bad.yaml', at('stacks/shared/bad.pem'));
    const before = outsideNow();
    const problem = stopped(await run('create', { only: ['chat'] }));
    expect(problem).toMatch(/shared\/bad\.pem: /);
    expect(problem).not.toContain(SECRET);
    const copies = 'stacks/chat.secrets/escrow/synapse-secrets';
    await mkdir(at(copies), { recursive: true });
    await put('stacks/chat.yaml', CHAT);
    await make(at(`${copies}/bad.yaml`));
    await symlink('bad.yaml', at(`${copies}/form-secret.r0123456789abcdef.age`));
    expect(stopped(await run('status', { only: ['chat'] }))).toMatch(/form-secret\.|chat\.secrets/);
    expect(outsideNow()).toBe(before);
  });

  it('the version file of the output is refused', async () => {
    await mkdir(at('dist'));
    await make(at('dist/bad.yaml'));
    await symlink('bad.yaml', at(`dist/${VERSION_FILE}`));
    await expect(synth()).rejects.toThrow(/cannot read .*\.matrix-gitops\.json: it is a symbolic link/);
    await rm(at(`dist/${VERSION_FILE}`));
    const before = outsideNow();
    expect(await synth()).toMatchObject({ exitCode: 0 });
    expect(outsideNow()).toBe(before);
  });
});

it('a socket in the place of a stack file is refused', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(at('stacks/bad.yaml'), done));
  const result = await synth();
  await new Promise((done) => server.close(done));
  expect(result).toMatchObject({ exitCode: 2, stacks: ['lab'] });
  expect(result.diagnostics).toMatchObject([
    { code: 'MG014', what: 'it is a socket where a file is expected' },
  ]);
});

describe('extends', () => {
  it.each(['../../../../../../../../etc/hostname.yaml', '../../other/x.yaml'])(
    'of %s is refused unread',
    async (path) => {
      await put('stacks/chat.yaml', `extends: ${path}\n${CHAT}`);
      const result = await synth();
      expect(result).toMatchObject({ exitCode: 2, stacks: ['lab'] });
      expect(result.diagnostics).toMatchObject([
        {
          code: 'MG008',
          what: expect.stringMatching(/: it is outside the repository$/),
          position: { line: 1, column: 10 },
        },
      ]);
    },
  );

  it('of a file next to the folder of stacks, and of links within the repository, works', async () => {
    await put('common/base.yaml', 'size: medium\n');
    await mkdir(at('stacks/shared'));
    await symlink('../../common/base.yaml', at('stacks/shared/base.yaml'));
    await put('stacks/chat.yaml', `extends: [../common/base.yaml, shared/base.yaml]\n${CHAT}`);
    await symlink('../common/lab2.yaml', at('stacks/lab2.yaml'));
    await put('common/lab2.yaml', EXISTING.replace('example.net', 'example.com'));
    expect(await synth()).toMatchObject({ exitCode: 0, stacks: ['chat', 'lab', 'lab2'] });
  });

  it('through a folder that is a link out of the repository is refused', async () => {
    await writeFile(join(outside, 'base.yaml'), 'size: medium\n');
    await symlink(outside, at('stacks/shared'));
    await put('stacks/chat.yaml', `extends: shared/base.yaml\n${CHAT}`);
    expect((await synth()).diagnostics).toMatchObject([
      { code: 'MG008', what: expect.stringContaining('points outside the repository') },
    ]);
  });
});

it('files of editors and systems are not stacks', async () => {
  await symlink('someone@host.123:456', at('stacks/.#lab.yaml'));
  await put('stacks/._lab.yaml', '\u0000\u0005\u0016\u0007');
  await put('stacks/.lab.yaml', 'nonsense');
  await put('stacks/chat.yaml', CHAT);
  await put('stacks/chat.secrets/._synapse-secrets.yaml', '\u0000');
  expect(await synth()).toMatchObject({ exitCode: 0, stacks: ['chat', 'lab'] });
  expect(await migrateFiles({ files: [], stacks: at('stacks') })).toMatchObject({ migrated: [{}, {}] });
});

describe('a folder that is written to', () => {
  it.each(['dist', 'dist/chat'])('and is a link out of the repository (%s) is refused', async (path) => {
    await mkdir(at(path === 'dist' ? '.' : 'dist'), { recursive: true });
    await put('stacks/chat.yaml', CHAT);
    await symlink(join(outside, 'folder'), at(path));
    const before = outsideNow();
    await expect(synth()).rejects.toThrow(/symbolic link/);
    expect(outsideNow()).toBe(before);
  });

  it('and is a link within the repository is written', async () => {
    await mkdir(at('elsewhere'));
    await symlink('elsewhere', at('dist'));
    expect(await synth()).toMatchObject({ exitCode: 0 });
    expect(existsSync(at('elsewhere/lab/kustomization.yaml'))).toBe(true);
  });

  it('outside, that the command line names, is written', async () => {
    expect(await synth({ out: join(outside, 'folder') })).toMatchObject({ exitCode: 0 });
    expect(existsSync(join(outside, 'folder/lab/kustomization.yaml'))).toBe(true);
  });

  it.each(['stacks/chat.secrets', 'stacks/shared', 'stacks/chat.secrets/escrow'])(
    'for ciphertext and is a link out of the repository (%s) is refused',
    async (path) => {
      await put('stacks/chat.yaml', `${CHAT}secrets: {certificates: shared/c.pem}\n`);
      if (path.endsWith('escrow')) await mkdir(at('stacks/chat.secrets'));
      await symlink(join(outside, 'folder'), at(path));
      const before = outsideNow();
      const said = humanSecrets(await run('create'), PLAIN);
      expect(said).toMatch(/symbolic link/);
      expect(outsideNow()).toBe(before);
    },
  );

  it('and looks like a git repository is refused, and the others are rendered', async () => {
    const bare = async (path: string): Promise<void> => {
      await put(`${path}/HEAD`, 'ref: refs/heads/main\n');
      for (const name of ['objects', 'refs']) await mkdir(at(`${path}/${name}`));
    };
    await put('stacks/chat.yaml', CHAT);
    await bare('stacks/chat.secrets');
    const result = await synth();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['lab'] });
    expect(result.diagnostics).toMatchObject([
      { code: 'MG015', what: expect.stringContaining('git repository') },
    ]);
    await rm(at('dist'), { recursive: true });
    await bare('dist');
    const before = await files('dist');
    await expect(synth()).rejects.toThrow(/dist: it looks like a git repository .*; remove these three/);
    expect(await files('dist')).toEqual(before);
  });

  it.skipIf(noGit)('runs nothing that a repository committed into it names (needs git)', async () => {
    await put('stacks/chat.yaml', CHAT);
    const marker = at('marker');
    for (const path of ['dist', 'stacks/chat.secrets']) await setTrap(at(path), marker);
    await synth().catch(() => undefined);
    await run('create').catch(() => undefined);
    expect(existsSync(marker)).toBe(false);
  });
});

describe('a half-done write that somebody has committed', () => {
  it('among the ciphertext of one stack stops no other', async () => {
    await put('stacks/chat.yaml', CHAT);
    await put('stacks/chat.secrets/.matrix-gitops/journal.json', '{}');
    const result = await synth();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['lab'], kept: ['chat'] });
    expect(result.diagnostics).toMatchObject([
      { code: 'MG012', remedy: expect.stringContaining('remove the folder') },
    ]);
  });
});

describe('migrate', () => {
  it('neither reads nor writes through a link out of the repository', async () => {
    await writeFile(join(outside, 'file.yaml'), EXISTING);
    await symlink(join(outside, 'file.yaml'), at('stacks/chat.yaml'));
    await expect(migrateFiles({ files: [], stacks: at('stacks') })).rejects.toThrow(
      /cannot read .*stacks\/chat\.yaml: a symbolic link in its path points outside/,
    );
    const bounds = boundsOf(at('stacks'));
    await expect(replaceFile(bounds, at('stacks/chat.yaml'), 'new')).rejects.toThrow(/points outside/);
    await expect(replaceFile(bounds, join(outside, 'new.pem'), 'new', 'repository')).rejects.toThrow(
      /it is outside the repository/,
    );
    expect(await readFile(join(outside, 'file.yaml'), 'utf8')).toBe(EXISTING);
    expect(existsSync(join(outside, 'new.pem'))).toBe(false);
  });

  it('writes what a link within the repository leads to, and leaves the link', async () => {
    await put('common/chat.yaml', 'old');
    await symlink('../common/chat.yaml', at('stacks/chat.yaml'));
    await replaceFile(boundsOf(at('stacks')), at('stacks/chat.yaml'), 'new');
    expect(await read('common/chat.yaml')).toBe('new');
    expect(await readlink(at('stacks/chat.yaml'))).toBe('../common/chat.yaml');
  });
});

describe('what the command line names outside', () => {
  it('is read: certificates, also through a pipe, and versions', async () => {
    await put('stacks/chat.yaml', CHAT);
    const pipe = join(outside, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await writeFile(join(outside, 'home.pem'), HOME.pem);
    execFileSync('sh', ['-c', `cat "${join(outside, 'home.pem')}" > "${pipe}" &`], { stdio: 'ignore' });
    expect(await run('create', { only: ['chat'], cert: pipe })).toMatchObject({ exitCode: 0 });
    expect(await synth({ versions: join(outside, 'versions.yaml') })).toMatchObject({ exitCode: 0 });
  });

  it('and versions.yaml of the repository that leads out are two things', async () => {
    await rm(at('versions.yaml'));
    await symlink(join(outside, 'versions.yaml'), at('versions.yaml'));
    await expect(synth()).rejects.toThrow(
      /cannot read .*versions\.yaml: a symbolic link in its path points outside/,
    );
    // Where the command line says nothing, it is an error in a file like any other.
    const here = process.cwd();
    process.chdir(repository.top());
    try {
      const codes = async (): Promise<unknown> =>
        (await readWorkspace('stacks', undefined)).versions.map(
          ({ code, position }) => `${position.file} ${code}`,
        );
      expect(await codes()).toEqual(['versions.yaml MG013']);
      await rm('versions.yaml');
      execFileSync('mkfifo', ['versions.yaml']);
      expect(await codes()).toEqual(['versions.yaml MG014']);
      await rm('versions.yaml');
      expect(await codes()).toEqual([]);
      await symlink('nowhere', 'versions.yaml');
      expect(await codes()).toEqual(['versions.yaml MG012']);
    } finally {
      process.chdir(here);
    }
  });
});

it('the version of the output is repeated only as a version', async () => {
  const before = await synth().then(() => read(`dist/${VERSION_FILE}`));
  for (const version of ['99.0.0; touch x', '99.0.0\u009b2J', '99.0.0 && x', `99.0.0-${'a'.repeat(500)}`]) {
    await put(`dist/${VERSION_FILE}`, before.replace(TOOL_VERSION, version));
    await expect(synth(), version).rejects.toThrow(/does not say which version wrote/);
  }
});
