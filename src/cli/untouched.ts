import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { headOf } from '../files/read.ts';
import { errorCode } from '../plain/errno.ts';
import { renderedFrom } from '../render/header.ts';
import { deliveryIn } from '../system/delivery/index.ts';

/** Bytes, enough for a first line that names the longest path twice. */
const FIRST_LINE = 16_384;

/** A rendered file that is there already. */
export interface RenderedFile {
  /** Path below the output folder, with forward slashes. */
  readonly path: string;
  /** The stack whose folder it is in, or whose file in the folder of a delivery. */
  readonly stack: string;
  /** The stack file that its first line names, as it is written there. */
  readonly from: string;
}

/**
 * Rendered files that stay as they are, whatever is written or compared beside them.
 *
 * @param keep whether a file that is there stays
 */
export async function untouchedFiles(
  folder: string,
  keep: (file: RenderedFile) => boolean,
): Promise<ReadonlySet<string>> {
  const untouched = new Set<string>();
  for (const place of await filesIn(folder)) {
    const path = relative(folder, place).replaceAll('\\', '/');
    const text = headOf(place, FIRST_LINE)?.toString('utf8') ?? '';
    const from = renderedFrom(path, text);
    if (from !== undefined && keep({ path, stack: stackOf(path), from })) untouched.add(path);
  }
  return untouched;
}

async function filesIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && /\.(?:yaml|md)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** `chat` for `chat/SUMMARY.md` and for `flux/chat.yaml`. */
function stackOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return deliveryIn(first) !== undefined ? second.replace(/\.yaml$/, '') : first;
}
