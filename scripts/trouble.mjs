/** What stops a script before the program itself runs: told as the program tells it, in one sentence. */
import { relative } from 'node:path';

/** As everywhere: something inside the program or around it. */
const INTERNAL = 3;

const REASONS = {
  EACCES: 'no permission; change its owner or mode',
  EPERM: 'no permission; change its owner or mode',
  EROFS: 'the file system is read-only; mount it writable',
  ENOSPC: 'the disk is full; make room and run it again',
  EDQUOT: 'the disk quota is used up; make room and run it again',
  ENOTDIR: 'it, or a folder above it, is a file; move that away',
  EEXIST: 'it is a file where a folder is expected; move it away',
  EISDIR: 'it is a folder where a file is expected; move it away',
};

/** Does the work of a script; ends it where a package is missing, or a file cannot be read or written. */
export async function told(work) {
  try {
    return await work();
  } catch (error) {
    process.stderr.write(`${wordsFor(error)}\n`);
    process.exit(INTERNAL);
  }
}

function wordsFor(error) {
  const { code, path, stack } = error;
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    return 'error: the packages in node_modules are missing or incomplete; run `npm ci` first';
  }
  const reason = REASONS[code];
  if (reason === undefined || path === undefined) return `internal error: ${stack ?? error}`;
  return `error: cannot write ${relative('.', path)}: ${reason}`;
}
