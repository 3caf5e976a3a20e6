import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MigrateResult, migrateFiles } from '../../src/cli/migrate.ts';
import { humanMigration } from '../../src/cli/report.ts';
import { styleFor } from '../../src/cli/terminal.ts';
import type { Migration } from '../../src/stack/migrate.ts';
import { NEWEST_SCHEMA } from '../../src/stack/schemas.ts';

/** Made up for these tests. */
const migrations: readonly Migration[] = [
  { from: 1, to: 2, what: 'size is medium', change: (document) => void document.set('size', 'medium') },
];

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migrate-'));
  await put('chat.yaml', 'schema: 1 # one\nextends: shared/base.yaml\nsize: small\n');
  await put('new.yaml', 'schema: 2\nsize: small\n');
  await put('shared/base.yaml', 'size: large # for all\n');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

const text = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');
const report = (result: MigrateResult): string =>
  humanMigration(result, styleFor({}, {})).replaceAll(/\S*migrate-[^/]+\//g, '');

describe('migrate', () => {
  it('rewrites every file that is older, and those they share', async () => {
    const result = await migrateFiles({ files: [], stacks: folder, migrations });
    expect(result).toMatchObject({ exitCode: 0, unchanged: 1 });
    expect(await text('chat.yaml')).toBe('schema: 2 # one\nextends: shared/base.yaml\nsize: medium\n');
    expect(await text('new.yaml')).toBe('schema: 2\nsize: small\n');
    expect(await text('shared/base.yaml')).toBe('size: medium # for all\n');
    expect(report(result)).toBe(
      'wrote chat.yaml, schema 1 to 2: size is medium\nwrote shared/base.yaml, schema 1 to 2: size is medium\n2 migrated, 1 unchanged; read the change, then run `npm run synth`\n',
    );
    expect((await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('takes stack files and what they extend, and no other file beside them', async () => {
    const others = {
      'own/page/page.yaml': 'apiVersion: v1\nkind: ConfigMap\n---\napiVersion: v1\nkind: Service\n',
      'files/bridge.yaml': 'size: large # of a bridge\n',
      'chat.secrets/a.yaml': 'size: large\n',
    };
    for (const [path, content] of Object.entries(others)) await put(path, content);
    await put('chat.yaml', 'schema: 1\nextends: shared/base.yaml\ninclude: [own/page]\n');
    await put('shared/base.yaml', 'extends: deeper.yaml\n');
    await put('shared/deeper.yaml', 'size: large\n');
    const result = await migrateFiles({ files: [], stacks: folder, migrations });
    expect(result).toMatchObject({ exitCode: 0, diagnostics: [], unchanged: 1 });
    expect(result.migrated.map(({ file }) => file.replace(/.*migrate-[^/]+\//, ''))).toEqual([
      'chat.yaml',
      'shared/base.yaml',
      'shared/deeper.yaml',
    ]);
    for (const [path, content] of Object.entries(others)) expect(await text(path)).toBe(content);
  });

  it('rewrites only the files that were named', async () => {
    await migrateFiles({ files: [join(folder, 'chat.yaml')], stacks: 'nowhere', migrations });
    expect(await text('chat.yaml')).toContain('schema: 2');
    expect(await text('shared/base.yaml')).toContain('large');
  });

  it('changes nothing when one file cannot be migrated', async () => {
    await put('later.yaml', 'schema: 9\n');
    const result = await migrateFiles({ files: [], stacks: folder, migrations });
    expect(result).toMatchObject({ exitCode: 2, migrated: [] });
    expect(await text('chat.yaml')).toContain('schema: 1');
    expect(report(result)).toMatch(
      /later\.yaml:1:9 error MG005: .*install matrix-gitops 9\.0\.0.*\n1 error; nothing was changed\n$/,
    );
  });

  it('leaves a file of the newest schema alone', async () => {
    await put('chat.yaml', `schema: ${NEWEST_SCHEMA}\n`);
    const result = await migrateFiles({ files: [join(folder, 'chat.yaml')], stacks: folder });
    expect(result).toEqual({ exitCode: 0, diagnostics: [], migrated: [], unchanged: 1 });
    expect(report(result)).toBe('nothing to migrate: 1 file has the newest schema\n');
  });

  it('says what cannot be read', async () => {
    await expect(migrateFiles({ files: ['none.yaml'], stacks: folder })).rejects.toThrow(
      /cannot read none\.yaml/,
    );
    await expect(migrateFiles({ files: [], stacks: join(folder, 'none') })).rejects.toThrow(
      /cannot read the folder/,
    );
  });
});
