import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { FileProblem } from '../files/problem.ts';
import { checksumOf, readRegular } from '../files/read.ts';
import { isRecord } from '../plain/data.ts';
import type { Disk } from './disk.ts';
import { hiddenPlaces } from './hidden.ts';
import { OutputProblem } from './problem.ts';
import { isSafePath } from './tree.ts';

/** One step of a write. Doing a step that is done already changes nothing. */
export type Operation =
  /** Put the staged file of this name in the place of a file; the checksum is that of its bytes. */
  | { readonly replace: string; readonly staged: string; readonly sha256: string }
  /**
   * Remove a file, and the folders this leaves empty: a rendered one, or one with this checksum that does not say of
   * itself that it is.
   */
  | { readonly remove: string; readonly sha256?: string };

const PROGRAM = 'matrix-gitops';
/** Changes when the meaning of a journal does. */
const FORMAT = 1;
/** Bytes. Some 200 for each file: those of several thousand stacks at once. */
const LARGEST_JOURNAL = 64 * 1024 * 1024;

export function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes the journal. When its name appears, the write has happened, whatever happens to the process. */
export async function commitJournal(
  folder: string,
  operations: readonly Operation[],
  disk: Disk,
): Promise<void> {
  const { hidden, journal, journalDraft, staged } = hiddenPlaces(folder);
  const checksum = sha256(JSON.stringify(operations));
  const text = JSON.stringify(
    { program: PROGRAM, format: FORMAT, sha256: checksum, operations },
    undefined,
    2,
  );
  await disk.create(journalDraft, `${text}\n`);
  // What the journal names has to be on the disk before it.
  await disk.syncFolder(staged);
  await disk.rename(journalDraft, journal);
  await disk.syncFolder(hidden);
}

/**
 * The operations of an interrupted write that are still to be done; undefined without a journal.
 *
 * @throws OutputProblem when the journal cannot be followed to the end: then none of it is
 */
export async function readJournal(folder: string): Promise<readonly Operation[] | undefined> {
  const { journal } = hiddenPlaces(folder);
  let text: string;
  try {
    text = readRegular(journal, { limit: LARGEST_JOURNAL }).toString('utf8');
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.kind === 'missing') return undefined;
    throw unusable(folder, error.what);
  }
  const operations = parseJournal(folder, text);
  const left: Operation[] = [];
  for (const operation of operations) if (await isLeft(folder, operation)) left.push(operation);
  return left;
}

function parseJournal(folder: string, text: string): readonly Operation[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unusable(folder, 'it is damaged');
  }
  if (!isRecord(value) || value.program !== PROGRAM)
    throw unusable(folder, 'it was not written by this program');
  if (value.format !== FORMAT) {
    throw unusable(folder, 'another version of this program has written it; best run that version once, or');
  }
  const { operations } = value;
  if (!Array.isArray(operations)) throw unusable(folder, 'it is damaged');
  const known = operations.map((one: unknown) => {
    const operation = toOperation(one);
    if (operation === undefined) throw unusable(folder, 'it names files that this program does not write');
    return operation;
  });
  // Over what was understood: what else somebody puts there, however deep, is not walked through.
  if (value.sha256 !== sha256(JSON.stringify(known))) throw unusable(folder, 'it is damaged');
  return known;
}

function toOperation(value: unknown): Operation | undefined {
  if (!isRecord(value)) return undefined;
  const { replace, staged, sha256: checksum, remove } = value;
  if (typeof remove === 'string') {
    if (!isSafePath(remove)) return undefined;
    return typeof checksum === 'string' ? { remove, sha256: checksum } : { remove };
  }
  if (typeof replace !== 'string' || typeof staged !== 'string' || typeof checksum !== 'string')
    return undefined;
  if (!isSafePath(replace) || !/^\d+$/.test(staged)) return undefined;
  return { replace, staged, sha256: checksum };
}

/** A removal is always left to do: it may have been interrupted before the empty folders. */
async function isLeft(folder: string, operation: Operation): Promise<boolean> {
  if ('remove' in operation) return true;
  const { replace, staged, sha256: wanted } = operation;
  if (checksumOf(join(hiddenPlaces(folder).staged, staged)) === wanted) return true;
  if (checksumOf(join(folder, replace)) === wanted) return false;
  throw unusable(folder, `what it wants to put at ${folder}/${replace} is missing or damaged`);
}

function unusable(folder: string, why: string): OutputProblem {
  const { hidden, journal } = hiddenPlaces(folder);
  return new OutputProblem(
    `an earlier write of ${folder} was interrupted, and ${journal}, which says how to finish it, cannot be used: ${why}${why.endsWith('or') ? '' : ';'} remove the folder ${hidden} and run the same command again, which writes every file that is not as it should be; nothing was changed now`,
  );
}
