import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EXAMPLES } from '../../../src/cli/new/examples.ts';
import { EXAMPLES as COPIES } from '../../stacks.ts';

it('knows every example by its bytes; after a change of one, change its copy and its hash', () => {
  const hashes = readdirSync(COPIES).map((name) => {
    const bytes = readFileSync(`${COPIES}/${name}`);
    return [name, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  expect(Object.fromEntries(hashes)).toEqual(EXAMPLES);
});
