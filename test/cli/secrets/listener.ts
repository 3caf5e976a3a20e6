import fs from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach } from 'vitest';

/** Hears everything that the program hands out while a test runs, also what is gone again at its end. */
export interface Listener {
  /** Bytes of files, names of files, texts on standard output and error, arguments of programs. */
  readonly heard: () => readonly (string | Buffer)[];
  /** What was heard until now has been looked through. */
  readonly forget: () => void;
  /** From now on, the change with this number fails as on a full disk, or it and all after it, as after a kill. */
  readonly trouble: (at: number, kind: 'full' | 'killed') => void;
  /** How many changes there were since then. */
  readonly changes: () => number;
  /** Does something that is no work of the program: it is not heard, and always succeeds. */
  readonly aside: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Changes of the disk that can fail, by the name of their function. */
const CHANGING = [
  'writeFile',
  'appendFile',
  'copyFile',
  'rename',
  'link',
  'symlink',
  'unlink',
  'mkdir',
  'rmdir',
  'rm',
];
/** The same, of those that do not return a promise. */
const CHANGING_NOW = [
  'writeFileSync',
  'copyFileSync',
  'renameSync',
  'linkSync',
  'unlinkSync',
  'mkdirSync',
  'rmdirSync',
];
/** Functions that a future change could write with instead. */
const OTHERS = ['appendFileSync', 'writeSync', 'write', 'writeFile', 'appendFile', 'createWriteStream'];
const PROGRAMS = ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'];

/** Listens while each test of a file runs. */
export function useListener(): Listener {
  const heard: (string | Buffer)[] = [];
  const restore: (() => void)[] = [];
  let trouble: { readonly at: number; readonly kind: 'full' | 'killed' } | undefined;
  let changes = 0;
  /** How much is going on that is no work of the program. */
  let aside = 0;

  const hear = (value: unknown): void => {
    if (aside > 0) return;
    if (typeof value === 'string') heard.push(value);
    else if (value instanceof Uint8Array) heard.push(Buffer.from(value));
    else if (Array.isArray(value)) for (const one of value) hear(one);
    else if (typeof value === 'object' && value !== null) hear(JSON.stringify(value));
  };
  const beforeChange = (): void => {
    if (aside > 0) return;
    changes++;
    if (trouble === undefined) return;
    const { at, kind } = trouble;
    if (kind === 'full' ? changes === at : changes >= at) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }
  };
  const listen = (object: unknown, name: string, change?: 'promised' | 'now'): void => {
    const members: Record<string, unknown> = Object(object);
    const original = members[name];
    if (typeof original !== 'function') throw new Error(`there is no ${name}`);
    members[name] =
      change === 'promised'
        ? async function (this: unknown, ...args: readonly unknown[]): Promise<unknown> {
            hear([...args]);
            beforeChange();
            return await Reflect.apply(original, this, args);
          }
        : function (this: unknown, ...args: readonly unknown[]): unknown {
            hear([...args]);
            if (change === 'now') beforeChange();
            return Reflect.apply(original, this, args);
          };
    restore.push(() => {
      members[name] = original;
    });
  };

  beforeEach(async () => {
    const handle = await open(process.execPath);
    const handles: FileHandle = Object.getPrototypeOf(handle);
    await handle.close();
    for (const name of CHANGING) listen(fs.promises, name, 'promised');
    for (const name of ['writeFile', 'appendFile', 'write']) listen(handles, name, 'promised');
    for (const name of CHANGING_NOW) listen(fs, name, 'now');
    for (const name of OTHERS) listen(fs, name);
    const programs = process.getBuiltinModule('node:child_process');
    for (const name of PROGRAMS) listen(programs, name);
    for (const stream of [process.stdout, process.stderr]) listen(stream, 'write');
    syncBuiltinESMExports();
    heard.length = 0;
  });
  afterEach(() => {
    for (const one of restore.splice(0).toReversed()) one();
    syncBuiltinESMExports();
    trouble = undefined;
  });
  return {
    heard: () => heard,
    forget: () => {
      heard.length = 0;
    },
    trouble: (at, kind) => {
      trouble = { at, kind };
      changes = 0;
    },
    changes: () => changes,
    aside: async (work) => {
      aside++;
      try {
        return await work();
      } finally {
        aside--;
      }
    },
  };
}
