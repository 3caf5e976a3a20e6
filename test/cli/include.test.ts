import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { humanReport } from '../../src/cli/report.ts';
import { type SynthResult, synth } from '../../src/cli/synth.ts';
import { styleFor } from '../../src/cli/terminal.ts';
import { CONFIG, STACK } from '../include/manifests.ts';

const CLAIM = `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: page
  namespace: chat
  annotations: {kustomize.toolkit.fluxcd.io/prune: disabled}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 2Gi}}
`;
const CANARY = 'a-line-of-a-file-outside';

let folder = '';
let outside = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'include-'));
  outside = await mkdtemp(join(tmpdir(), 'outside-'));
  await writeFile(join(outside, 'a.yaml'), `${CANARY}: [\n`);
  await put('versions.yaml', await readFile('versions.yaml', 'utf8'));
  await put('stacks/chat.yaml', STACK);
  await put('stacks/own/a.yaml', CONFIG);
  await put('stacks/good.yaml', STACK.replace('example.org', 'example.net').replace(/^include.*\n/m, ''));
});

afterEach(async () => {
  for (const one of [folder, outside]) await rm(one, { recursive: true, force: true });
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

async function run(): Promise<SynthResult> {
  return await synth({
    stacks: join(folder, 'stacks'),
    versions: join(folder, 'versions.yaml'),
    out: join(folder, 'dist'),
  });
}

/** What is said of a run in which only this stack is wrong. */
async function refused(): Promise<string> {
  const result = await run();
  expect(result.exitCode).toBe(2);
  expect(result.findings).toEqual([]);
  expect(result.stacks).toEqual(['good']);
  const report = humanReport(result, 'dist', styleFor({}, {}));
  return String(report).replaceAll(/^.*?(?=stacks\/)/gm, '');
}

describe('manifests beside a stack file', () => {
  it('are copied, and the copies go with them', async () => {
    expect((await run()).written?.changed).toContain('chat/namespace/own/a.yaml');
    expect((await run()).written).toMatchObject({ changed: [], removed: [] });
    await put('stacks/own/a.yaml', CONFIG.replace('a: b', 'a: c'));
    expect((await run()).written?.changed).toEqual(['chat/namespace/own/a.yaml']);
    await put('stacks/chat.yaml', STACK.replace(/^include.*\n/m, ''));
    const { exitCode, written } = await run();
    expect(exitCode).toBe(0);
    expect(written?.removed).toEqual(
      expect.arrayContaining(['chat/namespace/own/a.yaml', 'chat/namespace/own/kustomization.yaml']),
    );
  });

  it('are at fault where they are wrong, and the other stacks are rendered', async () => {
    await put('stacks/own/a.yaml', CONFIG.replace('data: {a: b}', 'data: [b]'));
    expect(await refused()).toMatch(
      /^stacks\/own\/a\.yaml:4:1 error MG127: ConfigMap\/chat\/page data .*\(MR001\); /m,
    );
  });

  it('hold data that no commit may lose', async () => {
    await put('stacks/own/a.yaml', CLAIM);
    expect((await run()).exitCode).toBe(0);
    await put('stacks/own/a.yaml', CLAIM.replace('2Gi', '1Gi'));
    expect(await refused()).toMatch(
      /^stacks\/own\/a\.yaml:9:35 error MG071: PersistentVolumeClaim\/chat\/page /m,
    );
    await put('stacks/own/a.yaml', CONFIG);
    expect(await refused()).toMatch(
      /^stacks\/chat\.yaml:4:1 error MG077: PersistentVolumeClaim\/chat\/page /m,
    );
  });

  it('may be in the folder of shared files, where nobody extends them', async () => {
    await put('stacks/chat.yaml', STACK.replace('own/a.yaml', 'shared'));
    await put('stacks/shared/a.yaml', CONFIG);
    const { exitCode, notices } = await run();
    expect({
      exitCode,
      files: notices.map(({ file }) => file).filter((file) => file.includes('shared')),
    }).toEqual({
      exitCode: 0,
      files: [],
    });
  });
});

describe('an object of the whole cluster', () => {
  it('is included in one stack only', async () => {
    const agreed = 'accept: [{code: MG125, object: Namespace/page, why: x}]\n';
    const name = 'pod-security.kubernetes.io/enforce: restricted';
    const annotation = 'kustomize.toolkit.fluxcd.io/prune: disabled';
    const namespace = `apiVersion: v1\nkind: Namespace\nmetadata: {name: page, labels: {${name}}, annotations: {${annotation}}}\n`;
    await put('stacks/own/a.yaml', namespace);
    await put('stacks/chat.yaml', STACK + agreed);
    expect((await run()).exitCode).toBe(0);
    await put('stacks/other.yaml', STACK.replace('example.org', 'example.com') + agreed);
    expect(await refused()).toMatch(
      /^stacks\/own\/a\.yaml:2:7 error MG126: Namespace\/page applies to the whole cluster, and .*chat\.yaml includes it too/m,
    );
  });
});

describe('a path of include', () => {
  it.each([
    ['../../a.yaml', 'MG013: cannot read .*: it is outside the repository; '],
    ['own/missing.yaml', 'MG012: cannot read .*: it does not exist; '],
    ['own/link.yaml', 'MG013: cannot read .*: a symbolic link in its path points outside the repository; '],
    ['own/folder', 'MG013: cannot read .*: a symbolic link in its path points outside the repository; '],
    ['own/folder/a.yaml', 'MG013: cannot read .*points outside the repository; '],
    ['own', 'MG013: cannot read .*own/.*points outside the repository; '],
    ['../.git/config.yaml', "MG015: cannot read .*: it is in git's own folder"],
    ['bare', 'MG015: cannot read .*: it looks like a git repository'],
    ['own/broken.yaml', 'MG012: cannot read .*a symbolic link to a file or folder that does not exist; '],
  ])('%s is refused', async (path, expected) => {
    await put('stacks/chat.yaml', STACK.replace('own/a.yaml', path));
    await put('.git/config.yaml', CANARY);
    for (const name of ['HEAD', 'objects/x', 'refs/x']) await put(`stacks/bare/${name}`, '');
    if (path !== 'own/missing.yaml') {
      await symlink(join(outside, 'a.yaml'), join(folder, 'stacks/own/link.yaml'));
      await symlink(outside, join(folder, 'stacks/own/folder'));
      await symlink('nowhere.yaml', join(folder, 'stacks/own/broken.yaml'));
    }
    const said = await refused();
    expect(said).toMatch(new RegExp(`^stacks/chat\\.yaml:4:11 error ${expected}`, 'm'));
    expect(said).not.toContain(CANARY);
  });

  it('may be a link within the repository', async () => {
    await put('elsewhere/b.yaml', CONFIG);
    await symlink('../../elsewhere/b.yaml', join(folder, 'stacks/own/b.yaml'));
    await put('stacks/chat.yaml', STACK.replace('own/a.yaml', 'own/b.yaml'));
    expect((await run()).exitCode).toBe(0);
  });
});
