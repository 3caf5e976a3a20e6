import { symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CHAT, LAB, useRepository } from './secrets/repository.ts';

const { at, put, read, synth } = useRepository();
const EXISTING = LAB.replace('schema: 1', 'schema: 1\nsecrets: {provider: existing}');
const chat = (file: string): string => `${CHAT}element: {extraFiles: {/app/own/a.yaml: {file: ${file}}}}\n`;

describe('a file that a stack file gives to a program', () => {
  it('is read next to the stack file, or through a link within the repository', async () => {
    await put('pictures/a.svg', '<svg/>');
    await put('stacks/files/x', '');
    await symlink('../../pictures/a.svg', at('stacks/files/a.svg'));
    await put('stacks/chat.yaml', chat('files/a.svg'));
    await put('stacks/lab.yaml', EXISTING + chat('../pictures/a.svg').slice(CHAT.length));
    expect(await synth()).toMatchObject({ exitCode: 0, stacks: ['chat', 'lab'] });
    for (const name of ['chat', 'lab']) {
      expect(await read(`dist/${name}/config/element-files.yaml`)).toContain('  app_own_a.yaml: <svg/>\n');
    }
  });

  it.each(['files', 'shared'])('is no stack file and no part of one in the folder %s', async (folder) => {
    await put(`stacks/${folder}/a.yaml`, 'serverName: example.org\nunknown: [\n');
    await put('stacks/chat.yaml', chat(`${folder}/a.yaml`));
    const { diagnostics, notices } = await synth();
    // Only that it is not YAML, which its name promises.
    expect(diagnostics).toMatchObject([{ code: 'MG134', position: { line: 7 } }]);
    expect(notices.filter(({ file }) => file.includes('a.yaml'))).toEqual([]);
  });

  it('among the stack files is no stack, and said to be in the wrong place', async () => {
    await put('stacks/a.yaml', 'a: 1\n');
    await put('stacks/chat.yaml', chat('a.yaml'));
    const { diagnostics } = await synth();
    expect(diagnostics).toEqual([
      {
        position: { file: expect.stringMatching(/stacks\/a\.yaml$/), line: 1, column: 1 },
        code: 'MG228',
        what: expect.stringMatching(/stacks\/chat\.yaml names this file, but every YAML file in this folder/),
        remedy: expect.stringMatching(
          /stacks\/files\/a\.yaml, and write files\/a\.yaml in .*stacks\/chat\.yaml$/,
        ),
      },
    ]);
  });

  it('that holds a secret stops its stack at that line, and no other one', async () => {
    await put('stacks/files/a.yaml', 'as_token: 0123456789abcdef0123456789abcdef\n');
    await put('stacks/chat.yaml', chat('files/a.yaml'));
    await put('stacks/lab.yaml', EXISTING);
    const result = await synth();
    expect(result).toMatchObject({ exitCode: 2, stacks: ['lab'], kept: ['chat'], findings: [] });
    expect(result.diagnostics).toMatchObject([
      {
        code: 'MG134',
        position: { line: 7, column: 24 },
        what: '/app/own/a.yaml holds a plain secret at as_token (MR008)',
        remedy: expect.stringContaining('{fromSecret: NAME, key: KEY}'),
      },
    ]);
    expect(JSON.stringify(result)).not.toContain('0123456789');
  });

  it('starts its readers again when it changes, without a change of the stack file', async () => {
    await put('stacks/files/a.yaml', 'a: 1\n');
    await put('stacks/chat.yaml', chat('files/a.yaml'));
    await synth();
    const before = await read('dist/chat/components/element.yaml');
    await writeFile(at('stacks/files/a.yaml'), 'a: 2\n');
    expect(await synth({ mode: 'check' })).toMatchObject({ exitCode: 1 });
    await synth();
    expect(await read('dist/chat/components/element.yaml')).not.toBe(before);
  });

  it.each([
    ['../../outside.txt', 'MG013', 'it is outside the repository'],
    ['../.git/config', 'MG015', "it is in git's own folder (.git)"],
    ['files', 'MG014', 'it is a folder where a file is expected'],
    ['files/none', 'MG012', 'it does not exist'],
  ])('as %s is refused unread', async (file, code, reason) => {
    await put('.git/config', 'token\n');
    await put('stacks/files/a', 'a\n');
    await put('stacks/chat.yaml', chat(file));
    const { diagnostics } = await synth();
    expect(diagnostics).toMatchObject([
      { code, what: expect.stringContaining(reason), position: { line: 7, column: 48 } },
    ]);
  });
});
