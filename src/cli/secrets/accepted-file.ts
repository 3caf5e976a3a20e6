import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundsOf, touchesInside } from '../../files/bounds.ts';
import { errorCode } from '../../plain/errno.ts';
import {
  type AcceptanceRecord,
  type Accepted,
  acceptedFor,
  covers,
  readRecord,
  recordText,
  withAccepted,
} from '../../secrets/acceptance/record.ts';
import { EnvironmentProblem } from '../environment-problem.ts';

/** Where one person's acceptance is kept: never in a repository, which others write. */
export interface AcceptedFile {
  /** Undefined where there is no safe place for one. */
  readonly path: string | undefined;
  /** Why there is none; empty where there is one. */
  readonly why: string;
  /** The real path of the folder with the stack files, under which the record has them. */
  readonly folder: string;
  readonly record: AcceptanceRecord;
}

/** How long another process may take to write the file, milliseconds: it needs a few. */
const PATIENCE = 1000;
/** What is older, milliseconds, was left by a process that has ended. */
const ABANDONED = 10_000;
const PAUSE = 20;

/**
 * Reads what a person has accepted: `matrix-gitops/accepted-recipients.json` in `XDG_STATE_HOME`, by default
 * `~/.local/state`.
 *
 * @param stacks the folder with the stack files
 * @throws EnvironmentProblem when the file is damaged, cannot be read, or can be written by others
 */
export async function openAccepted(environment: NodeJS.ProcessEnv, stacks: string): Promise<AcceptedFile> {
  const folder = await realOf(stacks);
  const nowhere = (why: string): AcceptedFile => ({ path: undefined, why, folder, record: new Map() });
  const home = stateHome(environment);
  if (home === undefined) return nowhere('neither XDG_STATE_HOME nor HOME names an absolute path');
  const place = await realOf(join(home, 'matrix-gitops'));
  if (touchesInside(boundsOf(stacks), place))
    return nowhere(`${place} is inside the repository, where others may write`);
  const path = join(place, 'accepted-recipients.json');
  return { path, why: '', folder, record: await readAccepted(path) };
}

/**
 * Adds to what is accepted for a stack. What another process has added in the meantime stays.
 *
 * @returns why it could not be recorded; undefined when it was, or when it was recorded before
 */
export async function addAccepted(
  { path, why, folder, record }: AcceptedFile,
  stack: string,
  more: Accepted,
): Promise<string | undefined> {
  if (covers(acceptedFor(record, folder, stack), more)) return undefined;
  if (path === undefined) return why;
  try {
    await makeFolder(dirname(path));
    return await locked(path, async () => {
      await replace(path, recordText(withAccepted(await readAccepted(path), folder, stack, more)));
      return undefined;
    });
  } catch (error) {
    if (error instanceof EnvironmentProblem) return error.message;
    return `cannot write ${path} (${errorCode(error) || 'unknown reason'})`;
  }
}

/** A relative path is ignored, as the XDG specification has it: it would lie in the repository. */
function stateHome({ XDG_STATE_HOME, HOME, USERPROFILE }: NodeJS.ProcessEnv): string | undefined {
  if (XDG_STATE_HOME !== undefined && isAbsolute(XDG_STATE_HOME)) return XDG_STATE_HOME;
  const home = HOME ?? USERPROFILE;
  return home !== undefined && isAbsolute(home) ? join(home, '.local/state') : undefined;
}

/** Without links, also where the last parts of it do not exist yet. */
async function realOf(path: string): Promise<string> {
  const whole = resolve(path);
  try {
    return await realpath(whole);
  } catch {
    const parent = dirname(whole);
    return parent === whole ? whole : join(await realOf(parent), basename(whole));
  }
}

/** @throws EnvironmentProblem */
async function readAccepted(path: string): Promise<AcceptanceRecord> {
  const again = 'and accept the recipients again (docs/secrets.md)';
  let text: string;
  try {
    for (const place of [dirname(path), path]) await checkOwner(place);
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return new Map();
    if (error instanceof EnvironmentProblem) throw error;
    throw new EnvironmentProblem(
      `cannot read ${path} (${errorCode(error) || 'unknown reason'}), which lists who values may be encrypted for; make it readable, or remove it ${again}`,
    );
  }
  const record = readRecord(text);
  if (record !== undefined) return record;
  throw new EnvironmentProblem(
    `${path} is damaged, or was written by a newer release; it lists who values may be encrypted for: take it from a backup, or remove it ${again}`,
  );
}

/** Whoever can write there decides whom values are encrypted for. */
async function checkOwner(place: string): Promise<void> {
  const self = process.getuid?.();
  // Windows has no such ids; the folder is in the user's own profile there.
  if (self === undefined) return;
  const { uid, mode } = await stat(place);
  if ((mode & 0o022) === 0 && (uid === self || uid === 0)) return;
  throw new EnvironmentProblem(
    `other users can write ${place}, which lists who values may be encrypted for; look at what it holds, make it your own (chown), and take the permission away: chmod go-w ${place}`,
  );
}

/** One after the other: where the system lets nobody make any, `recursive` tries for ever (as in /proc). */
async function makeFolder(folder: string): Promise<void> {
  const make = async (): Promise<void> => {
    await mkdir(folder, { mode: 0o700 });
  };
  try {
    await make();
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return;
    if (errorCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await make();
  }
}

/** @returns why the work was not done; undefined when it was */
async function locked(path: string, work: () => Promise<undefined>): Promise<string | undefined> {
  const lock = `${path}.lock`;
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      break;
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const { mtimeMs } = await stat(lock).catch(() => ({ mtimeMs: Date.now() }));
    if (Date.now() - mtimeMs > ABANDONED) await rm(lock, { force: true });
    else if (Date.now() > deadline)
      return `another process holds the lock ${lock}; remove it if no other run is active`;
    else await sleep(PAUSE);
  }
  try {
    return await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** Nobody reads half of it. */
async function replace(path: string, text: string): Promise<void> {
  const next = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeFile(next, text, { flag: 'wx', mode: 0o600 });
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw error;
  }
}
