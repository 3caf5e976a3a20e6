import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('gives programs what docs/reference/library.md says; if the change is meant, run npm run reference', () => {
  const report = execFileSync(process.execPath, ['scripts/api.mjs', '--print'], { encoding: 'utf8' });
  expect(report).toBe(readFileSync('docs/reference/library.md', 'utf8'));
  // A stack is opaque: its parts are no part of what others can rely on.
  expect(report).not.toMatch(/Topology|SynapseSettings|'zod'|'yaml'/);
});
