import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, watch } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top of this repository. */
export const TOP = fileURLToPath(new URL('../..', import.meta.url));
/** The real program. */
export const CLI = join(TOP, 'build/bin/matrix-gitops.cjs');
const HIDDEN = '.matrix-gitops';

/** A number for each call, from 0 to below 1, the same ones for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The two states of a repository that synth alternates between: many files change, appear and vanish. */
export type Version = 'first' | 'second';

export function other(version: Version): Version {
  return version === 'first' ? 'second' : 'first';
}

function stackText(version: Version, number: number): string {
  const isFirst = version === 'first';
  const parts = [
    'schema: 1',
    `serverName: chat${number}.example.org`,
    'expose: {lan: {tls: {issuer: {name: home-ca}}}}',
    // Every third stack is the same in both.
    number % 3 === 0 ? 'element: {}' : `element: {brand: ${isFirst ? 'One' : 'Two'}}`,
    (number % 2 === 0) === isFirst
      ? `livekit: {}\njitsi: {access: anyone}\ncallNodes: {nodeSelector: {calls: s${number}}}`
      : '',
  ];
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

const NUMBERS: Readonly<Record<Version, readonly number[]>> = {
  first: [0, 1, 2],
  second: [0, 1, 3],
};

/** A folder with both states of the repository, and the output folder that both are written to. */
export interface Playground {
  readonly top: string;
  readonly out: string;
  readonly remove: () => Promise<void>;
}

export async function makePlayground(): Promise<Playground> {
  const top = await mkdtemp(join(tmpdir(), 'torture-'));
  for (const version of ['first', 'second'] as const) {
    await mkdir(join(top, version, 'stacks'), { recursive: true });
    await cp(join(TOP, 'versions.yaml'), join(top, version, 'versions.yaml'));
    for (const number of NUMBERS[version]) {
      await writeFile(join(top, version, 'stacks', `s${number}.yaml`), stackText(version, number));
    }
  }
  return { top, out: join(top, 'dist'), remove: () => rm(top, { recursive: true, force: true }) };
}

/** How a program ended. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly errors: string;
}

/** Starts the real program; `end` comes when it is gone. */
export function startSynth(
  { top }: Playground,
  version: Version,
): { readonly child: ChildProcess; readonly end: Promise<End> } {
  const child = spawn(process.execPath, [CLI, 'synth', '--out', '../dist'], {
    cwd: join(top, version),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const end = once(child, 'close').then(([code, signal]: unknown[]) => ({
    code: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? signal : null,
    errors,
  }));
  return { child, end };
}

/** Runs it to its end. */
export async function runSynth(playground: Playground, version: Version): Promise<void> {
  const { code, errors } = await startSynth(playground, version).end;
  if (code !== 0) throw new Error(`synth ended with ${code}: ${errors}`);
}

/**
 * The files of an output folder without the hidden ones. Without pauses: this is done a thousand times.
 *
 * @param hidden what is left out
 */
export function outputFiles(out: string, hidden = HIDDEN): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const visit = (below: string): void => {
    for (const entry of readdirSync(join(out, below), { withFileTypes: true })) {
      if (below === '' && entry.name === hidden) continue;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) visit(path);
      else found.set(path, readFileSync(join(out, path), 'utf8'));
    }
  };
  visit('');
  return found;
}

/** What is left of a write. */
export function leftovers(out: string): readonly string[] {
  return existsSync(join(out, HIDDEN)) ? readdirSync(join(out, HIDDEN)) : [];
}

/** Calls back the first time the writer touches its hidden folder. The function that is returned ends the watch. */
export function onWriteBegins(out: string, begins: () => void): () => void {
  const watcher = watch(out, (_, name) => {
    if (name !== HIDDEN) return;
    watcher.close();
    begins();
  });
  return () => watcher.close();
}
