import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inDoubleQuotes, shellWord } from '../../src/plain/shell.ts';

const HOSTILE = [
  "it's",
  '$(touch x)',
  '`touch x`',
  'a b',
  'a;b',
  'a\nb',
  '"',
  '\\',
  '$HOME',
  '*',
  '~',
  '-n',
  "'; touch x; '",
  '',
];

/** What bash prints in an empty folder, in which nothing may be made. */
function run(said: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'shell-'));
  try {
    const printed = execFileSync('bash', ['-c', said], { encoding: 'utf8', cwd: folder });
    expect(readdirSync(folder)).toEqual([]);
    return printed.split('\0').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('text in a command to paste', () => {
  it('is one word that means itself', () => {
    const said = HOSTILE.map((text) => `printf '%s\\0' ${shellWord(text)}`).join('\n');
    expect(run(said)).toEqual(HOSTILE);
  });

  it('between double quotes means itself too', () => {
    const said = HOSTILE.map((text) => `printf '%s\\0' "${inDoubleQuotes(text)}"`).join('\n');
    expect(run(said)).toEqual(HOSTILE);
  });

  it('stays as it is where a shell sees nothing in it', () => {
    for (const text of ['app-matrix', 'keys.yaml', 'a/b:c']) expect(shellWord(text)).toBe(text);
  });
});
