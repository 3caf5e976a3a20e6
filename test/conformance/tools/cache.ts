import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { timed } from '../harness/programs.ts';

/** Where installed programs stay between runs; never inside the checkout. */
export function cacheFolder(): string {
  const { MATRIX_GITOPS_CACHE: own, XDG_CACHE_HOME: xdg } = process.env;
  return own ?? join(xdg ?? join(homedir(), '.cache'), 'matrix-gitops');
}

/**
 * Holds an exclusive lock while `work` runs. The lock belongs to a `flock` process whose input is a pipe from
 * here, so the kernel frees it when this process dies, and no stale lock file can block the next run.
 */
export async function locked<T>(name: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(cacheFolder(), { recursive: true });
  const holder = spawn('flock', [join(cacheFolder(), `${name}.lock`), 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await new Promise<void>((resolve, reject) => {
      holder.once('error', reject);
      holder.once('exit', (code) => reject(new Error(`flock ended with ${code} before it held ${name}`)));
      holder.stdout.once('data', () => resolve());
    });
    return await work();
  } finally {
    holder.removeAllListeners('exit');
    holder.stdin.end();
  }
}

/** A thing that is built once and then kept in the cache. */
export interface Installation {
  /** Folder name in the cache; holds the version, so that another version is another folder. */
  readonly name: string;
  /** Path below the folder that is there when it is complete. */
  readonly proof: string;
  /** Fills the given empty folder. */
  build(folder: string): Promise<void>;
}

/**
 * The installation's folder, built first when it is missing. Built beside its place and renamed into it, so
 * that a run that is killed half-way leaves nothing that looks complete.
 */
export async function installed({ name, proof, build }: Installation): Promise<string> {
  const folder = join(cacheFolder(), name);
  if (existsSync(join(folder, proof))) return folder;
  return locked(name, async () => {
    if (existsSync(join(folder, proof))) return folder;
    // Under the lock, what another run left half-built is nobody's any more.
    for (const entry of readdirSync(cacheFolder()).filter((found) => found.startsWith(`.${name}-`))) {
      rmSync(join(cacheFolder(), entry), { recursive: true, force: true });
    }
    await timed(`installing ${name}`, async () => {
      const half = mkdtempSync(join(cacheFolder(), `.${name}-`));
      try {
        await build(half);
        // Programs run as other users in the sandboxes.
        chmodSync(half, 0o755);
        if (!existsSync(join(half, proof))) throw new Error(`${name}: built, but ${proof} is missing`);
        rmSync(folder, { recursive: true, force: true });
        renameSync(half, folder);
      } finally {
        rmSync(half, { recursive: true, force: true });
      }
    });
    return folder;
  });
}
