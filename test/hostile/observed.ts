import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** What a program did, as the kernel saw it. */
export interface Observed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** True when it had to be killed. */
  readonly hung: boolean;
  /** Programs that were started, by their real paths; the program itself first. */
  readonly started: readonly string[];
  /** Real paths of everything that was opened for writing, made, renamed, removed or changed in its attributes. */
  readonly changed: readonly string[];
  /** Real paths of everything that was opened. */
  readonly opened: readonly string[];
}

/** Everything that can change a file, start a program or open one. */
const CALLS = [
  'execve,execveat',
  'open,openat,openat2,creat',
  'rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,mknod,mknodat',
  'link,linkat,symlink,symlinkat,truncate,chmod,fchmodat,chown,lchown,fchownat,utimensat',
].join(',');

/** Longer than any run takes on a busy machine; who waits for a FIFO waits for ever. */
const PATIENCE_MS = 30_000;

/** Runs a program under strace. */
export async function observe(
  command: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Observed> {
  const traces = mkdtempSync(join(tmpdir(), 'observed-'));
  try {
    // A file for each thread: in a common one calls would be torn apart.
    const options = ['-ff', '-qq', '-y', '-s', '4096', '-e', `trace=${CALLS}`, '-o', join(traces, 'trace')];
    const child = spawn('strace', [...options, '--', ...command], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    let [stdout, stderr, hung] = ['', '', false];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const timer = setTimeout(() => {
      hung = true;
      // The whole group: what strace was watching would live on.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, PATIENCE_MS);
    const [code]: unknown[] = await once(child, 'close');
    clearTimeout(timer);
    const lines = readdirSync(traces).flatMap((name) => readFileSync(join(traces, name), 'utf8').split('\n'));
    return { code: typeof code === 'number' ? code : null, stdout, stderr, hung, ...callsIn(lines, cwd) };
  } finally {
    rmSync(traces, { recursive: true, force: true });
  }
}

/** Reads strace's lines. Calls that failed changed nothing, and are left out. */
export function callsIn(
  lines: readonly string[],
  cwd: string,
): Pick<Observed, 'started' | 'changed' | 'opened'> {
  const started: string[] = [];
  const changed = new Set<string>();
  const opened = new Set<string>();
  for (const line of lines) {
    const [, call = '', args = '', result = ''] = /^(\w+)\((.*)\)\s+= (-?\d+.*)$/.exec(line) ?? [];
    if (call === '' || result.startsWith('-1')) continue;
    const paths = [...args.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) => unescaped(text));
    // With -y the folder that a relative path counts from is shown.
    const folders = [...args.matchAll(/(?:AT_FDCWD|\d+)<([^>]*)>/g)].map(([, text = '']) => text);
    const at = (index: number): string => placed(paths[index] ?? '', folders[index] ?? folders[0] ?? cwd);
    if (call === 'execve' || call === 'execveat') started.push(real(at(0)));
    else if (/^(?:open|creat)/.test(call)) {
      const path = /^\d+<(.*)>$/.exec(result)?.[1] ?? at(0);
      opened.add(path);
      if (call === 'creat' || /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(args)) changed.add(path);
    } else if (call.startsWith('symlink')) changed.add(real(placed(paths[1] ?? '', folders[0] ?? cwd)));
    else if (/^(?:rename|link)/.test(call)) for (const index of [0, 1]) changed.add(real(at(index)));
    else changed.add(real(at(0)));
  }
  return { started, changed: [...changed].sort(), opened: [...opened].sort() };
}

/** strace writes what cannot be printed as C does. */
function unescaped(text: string): string {
  const named: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' };
  return text.replaceAll(/\\([0-7]{1,3}|.)/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (named[code] ?? code),
  );
}

function placed(path: string, folder: string): string {
  return path.startsWith('/') ? path : join(folder, path);
}

/** Where a path really is; what is not there any more is placed in its folder. */
function real(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(real(parent), basename(path));
  }
}
