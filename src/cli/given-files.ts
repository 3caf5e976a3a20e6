import {
  type GivenFile,
  type GivenFiles,
  givenBytes,
  LARGEST_CONFIG_MAP,
} from '../../charts/stack/read-extra-files.ts';
import type { Bounds } from '../files/bounds.ts';
import { FileProblem } from '../files/problem.ts';
import { readBytes } from '../files/read.ts';
import { CODES } from './file-diagnostic.ts';

/**
 * The files of a repository that stack files give to programs. A path that a stack file names must really be inside the
 * repository. What several stacks share is read once.
 *
 * @param named called with the path of each
 */
export function givenFiles(bounds: Bounds, named: (path: string) => void): GivenFiles {
  const known = new Map<string, GivenFile>();
  return (path) => {
    named(path);
    const before = known.get(path);
    if (before !== undefined) return before;
    const found = readGiven(bounds, path);
    // One that no ConfigMap holds is an error, and not kept in memory.
    if (!('bytes' in found) || found.bytes <= LARGEST_CONFIG_MAP) known.set(path, found);
    return found;
  };
}

function readGiven(bounds: Bounds, path: string): GivenFile {
  try {
    return givenBytes(readBytes(bounds, path, 'repository'));
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return { code: CODES[error.kind], problem: error.what, remedy: error.remedy };
  }
}
