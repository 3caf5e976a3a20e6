import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { invocationAt, schemaPath, spelledCommand, withLocalCommands } from '../../src/cli/invocation.ts';
import { json, line } from '../../src/cli/terminal.ts';
import { ownCommand, withOwnCommands } from '../../src/stack/own-command.ts';

/** A file system that holds these places only, each leading where it says. */
const places =
  (real: Readonly<Record<string, string>>) =>
  (path: string): string | undefined =>
    real[path];

describe('how this program is called', () => {
  it('is by npm run at the top of a clone only, since npm runs scripts there', () => {
    const real = places({ '/clone': '/clone', '/clone/stacks': '/clone/stacks' });
    expect(invocationAt('/clone', '/clone', real)).toEqual({ kind: 'clone' });
    expect(invocationAt('/clone', '/clone/stacks', real)).toEqual({
      kind: 'elsewhere',
      script: '/clone/build/bin/matrix-gitops.cjs',
    });
  });

  it('is by npx in every folder of a repository that has the package', () => {
    const own = '/repo/node_modules/@matrix-gitops/matrix-gitops';
    const real = places({ [own]: own });
    const installed = { kind: 'installed', package: own };
    expect(invocationAt(own, '/repo', real)).toEqual(installed);
    expect(invocationAt(own, '/repo/clusters/home', real)).toEqual(installed);
  });

  it('is by npx where the package is a link to a clone', () => {
    const linked = '/repo/node_modules/@matrix-gitops/matrix-gitops';
    const real = places({ [linked]: '/clone', '/clone': '/clone' });
    expect(invocationAt('/clone', '/repo', real)).toEqual({ kind: 'installed', package: linked });
  });

  it('is never by npx where the package there is another one', () => {
    const other = '/repo/node_modules/@matrix-gitops/matrix-gitops';
    const real = places({ [other]: other });
    expect(invocationAt('/usr/lib/node_modules/@matrix-gitops/matrix-gitops', '/repo', real)).toEqual({
      kind: 'global',
    });
    expect(invocationAt('/clone', '/repo', real)).toMatchObject({ kind: 'elsewhere' });
  });

  it.each([
    [{ kind: 'clone' } as const, 'npm run secrets -- create --stack chat'],
    [
      { kind: 'installed', package: '/r/node_modules/@matrix-gitops/matrix-gitops' } as const,
      'npx --no-install matrix-gitops secrets create --stack chat',
    ],
    [{ kind: 'global' } as const, 'matrix-gitops secrets create --stack chat'],
    [{ kind: 'elsewhere', script: '/a b/x.cjs' } as const, "node '/a b/x.cjs' secrets create --stack chat"],
  ])('is spelt as a whole command: %o', (invocation, expected) => {
    expect(spelledCommand(invocation, 'secrets create --stack chat')).toBe(expected);
  });

  it('needs no dashes for a script alone, and has another way for what is no script', () => {
    const scripts = ['synth'];
    expect(spelledCommand({ kind: 'clone' }, 'synth', scripts)).toBe('npm run synth');
    expect(spelledCommand({ kind: 'clone' }, 'migrate', scripts)).toBe('node scripts/synth.mjs migrate');
  });

  it('has a script for every command that messages name', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    for (const name of ['synth', 'secrets', 'migrate', 'reference']) {
      expect(scripts[name]).toBe(`node scripts/synth.mjs ${name}`);
    }
  });
});

describe('commands in messages', () => {
  it('are put as they work here, for people and for programs', () => {
    const text = `run ${ownCommand('secrets create --stack chat')} first, then ${ownCommand('synth')}`;
    const local = 'run `npm run secrets -- create --stack chat` first, then `npm run synth`';
    expect(withLocalCommands(text)).toBe(local);
    expect(line`${text}`).toBe(local);
    expect(JSON.parse(json({ remedy: [text] }))).toEqual({ remedy: [local] });
  });

  it('leave everything else as it is', () => {
    const text = 'matrix-gitops and `npm` and `matrix-gitops`';
    expect(withOwnCommands(text, () => 'x')).toBe(text);
  });

  it('are never written out in the sources, where they would be wrong for somebody', () => {
    // What is rendered is the same for everybody: src/render and src/texts.
    const folders = [
      'charts',
      ...['cli', 'cluster', 'disk', 'files', 'include', 'rules', 'secrets', 'stack', 'system'].map(
        (it) => `src/${it}`,
      ),
    ];
    const bare =
      /(?:\brun|\bwith|\bthen|[:;(]) (?:synth|migrate|secrets (?:status|create|rotate|reseal))\b|npx (?=[\w@])|matrix-gitops (?:synth|secrets|migrate) /;
    const found = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .flatMap((name) =>
          readFileSync(join(folder, name), 'utf8')
            .split('\n')
            .filter((text) => !/^\s*(?:\*|\/\/|\/\*\*)/.test(text) && bare.test(text))
            .map((text) => `${folder}/${name}: ${text.trim()}`),
        ),
    );
    expect(found).toEqual([]);
  });
});

describe('the schema for editors', () => {
  it('is named by the path from the stack file that a commit can hold', () => {
    expect(schemaPath('stacks', { kind: 'clone' })).toBe('../stack.schema.json');
    const installed = {
      kind: 'installed',
      package: `${process.cwd()}/node_modules/@matrix-gitops/matrix-gitops`,
    } as const;
    expect(schemaPath('stacks', installed)).toBe(
      '../node_modules/@matrix-gitops/matrix-gitops/stack.schema.json',
    );
    expect(schemaPath('stacks', { kind: 'global' })).toBeUndefined();
  });
});
