import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Bounds } from '../../files/bounds.ts';
import { FileProblem } from '../../files/problem.ts';
import { readBytes } from '../../files/read.ts';
import { secretsFolder } from '../../secrets/folder.ts';

/**
 * The example stacks that a clone of this repository comes with, by the name of their file: SHA-256 of their bytes.
 * One that somebody has changed is theirs.
 */
export const EXAMPLES: Readonly<Record<string, string>> = {
  'app-matrix.yaml': 'a6996a3a90f8057cd58780cf28bea4bf6598e76e555f9d25a55ed3f02504250e',
  'minimal.yaml': '4a9cb80d3852fab01eb24ad051115e7b9f63a910f7efbdb3cefe2a4e3ebeaf8c',
  'on-prem.yaml': 'd0418e1600189b974384800f62ce4d873d8c66e8e27a0025a449a803d4a93ee7',
};

/** The examples in a folder with stack files, by their paths, as they came: unchanged, and without values of Secrets. */
export function examplesIn(bounds: Bounds, stacks: string): readonly string[] {
  return Object.entries(EXAMPLES).flatMap(([name, hash]) => {
    const path = join(stacks, name);
    if (hashOf(bounds, path) !== hash) return [];
    const secrets = secretsFolder(stacks, name.replace(/\.yaml$/, ''));
    return lstatSync(secrets, { throwIfNoEntry: false }) === undefined ? [path] : [];
  });
}

/**
 * Whether a rendered stack can only be the example that `new` removes: no server is called example.org, which is
 * reserved for documentation (RFC 2606), so that no data stay behind when a first stack has that name too.
 */
export function isOnlyExample(name: string, serverName: string): boolean {
  return name === 'minimal' && serverName === 'example.org';
}

/** Undefined where there is no file that can be read: then it is not an example. */
function hashOf(bounds: Bounds, path: string): string | undefined {
  try {
    return createHash('sha256')
      .update(readBytes(bounds, path, 'repository'))
      .digest('hex');
  } catch (error) {
    if (error instanceof FileProblem) return undefined;
    throw error;
  }
}
