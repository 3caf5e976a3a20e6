import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** How a program is run. */
export interface ProgramOptions {
  readonly cwd?: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which is then closed. @default - no input */
  readonly input?: string;
  /** File that takes all output, for programs that open `/dev/stdout` anew. @default - pipes */
  readonly output?: string;
  /** What ends it in an orderly way. @default SIGTERM */
  readonly stopSignal?: NodeJS.Signals;
}

/** What a program that ran to its end left behind. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A program in the background. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  /** Everything it wrote so far, standard output and error together. */
  log(): string;
  /** Its exit code, or undefined while it runs. */
  exitCode(): number | undefined;
  /** Waits until it is gone by itself, and gives its exit code. */
  ended(): Promise<number>;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
const folders = new Set<string>();

/** Kills what still runs and deletes the run folders; synchronous, so that it also works on the way out. */
function sweep(): void {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  folders.clear();
}

process.once('exit', sweep);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    sweep();
    process.exit(1);
  });
}

const stoppable = new Set<Running>();

/** Ends everything a test file started once its tests are done; every test file calls this once, at its top. */
export function sweepWhenDone(): void {
  afterAll(async () => {
    // The last one started leans on those before it: a server on its database, both on their network.
    for (const program of [...stoppable].reverse()) await program.stop();
    sweep();
  });
}

/** A fresh folder below the system's folder for such things, deleted at the end of the run. */
export function runFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `conformance-${purpose}-`));
  folders.add(folder);
  return folder;
}

/**
 * Starts a program below `setpriv --pdeathsig`, so that the kernel ends it when this process dies, however it
 * dies: a handler here would not run on SIGKILL, and vitest kills its workers when it is interrupted twice.
 */
function launch(command: string, args: readonly string[], options: ProgramOptions): ChildProcess {
  const file = options.output === undefined ? undefined : openSync(options.output, 'a');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    stdio: ['pipe', file ?? 'pipe', file ?? 'pipe'],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
  });
  if (file !== undefined) closeSync(file);
  running.add(child);
  child.once('close', () => running.delete(child));
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input ?? '');
  return child;
}

/** Runs a program to its end, whatever its exit code. */
export function attempt(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = launch(command, args, options);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      const [stdout, stderr] = [Buffer.concat(out).toString('utf8'), Buffer.concat(err).toString('utf8')];
      resolve({ code: code ?? 128, stdout, stderr });
    });
  });
}

/** Runs a program to its end and gives its standard output; throws with the end of its output when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await attempt(command, args, options);
  if (code === 0) return stdout;
  const said = `${stdout}${stderr}`.trim().slice(-4000);
  throw new Error(`${command} ${args.join(' ').slice(0, 300)} ended with ${code}:\n${said}`);
}

/** Starts a program that stays. */
export function start(
  name: string,
  command: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Running {
  const child = launch(command, args, options);
  const { output } = options;
  let log = '';
  let code: number | undefined;
  const keep = (chunk: Buffer): void => {
    log += chunk.toString('utf8');
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      log += String(error);
      code = 127;
      resolve();
    });
    child.once('close', (ended) => {
      code = ended ?? 128;
      resolve();
    });
  });
  const program: Running = {
    name,
    pid: child.pid ?? -1,
    log: () => (output === undefined ? log : readFileSync(output, 'utf8') + log),
    exitCode: () => code,
    ended: async () => {
      await gone;
      return code ?? 128;
    },
    stop: async () => {
      stoppable.delete(program);
      if (code === undefined) child.kill(options.stopSignal ?? 'SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 5000);
      await gone;
      clearTimeout(hard);
    },
  };
  stoppable.add(program);
  return program;
}

/** What {@link until} asks again and again: a value once it is there, undefined before. */
export type Probe<T> = () => Promise<T | undefined> | T | undefined;

/**
 * Asks `probe` until it gives a value; a probe that throws counts as "not yet".
 * Throws when `program` ends or the time is over, with the end of the program's log.
 */
export async function until<T>(what: string, program: Running, seconds: number, probe: Probe<T>): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last = '';
  while (Date.now() < deadline && program.exitCode() === undefined) {
    try {
      const value = await probe();
      if (value !== undefined) return value;
    } catch (error) {
      last = String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const fate =
    program.exitCode() === undefined ? `not within ${seconds} s` : `it ended (${program.exitCode()})`;
  throw new Error(`${program.name}: ${what}: ${fate} ${last}\n${program.log().slice(-4000)}`);
}

/** Says what is being done when it takes a second or more, with the time it took. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const begin = Date.now();
  const note = setTimeout(() => console.log(`conformance: ${what} …`), 1000);
  try {
    return await work();
  } finally {
    clearTimeout(note);
    const seconds = (Date.now() - begin) / 1000;
    if (seconds >= 1) console.log(`conformance: ${what}: ${seconds.toFixed(1)} s`);
  }
}
