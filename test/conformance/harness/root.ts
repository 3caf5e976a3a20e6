import { existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Something of this machine that a sandboxed program sees at a path of its own. */
export interface Bind {
  readonly path: string;
  readonly source: string;
  readonly writable?: boolean;
}

/** Top-level folders that hold programs and libraries; a container sees nothing else of this machine. */
const SYSTEM = ['/bin', '/etc', '/lib', '/lib32', '/lib64', '/libx32', '/sbin', '/usr'];

/** Folders every image has; read-only, unless the manifest mounts something there. */
const EMPTY = ['/tmp', '/run', '/var/tmp', '/var/log', '/var/cache', '/home', '/root'];

/**
 * Arguments of bwrap for a root that holds this machine's programs and the binds. A bind needs a folder to
 * stand on, and must not make one on this machine: where a path leads through a folder of this machine, that
 * folder is made anew and its other entries are bound one by one.
 */
export function rootView(binds: readonly Bind[]): string[] {
  const targets = new Map(binds.map((bind) => [bind.path, bind]));
  const paths = [...targets.keys()];
  const above = (path: string): boolean => paths.some((target) => target.startsWith(`${path}/`));
  const args = ['--tmpfs', '/', '--proc', '/proc', '--dev', '/dev'];
  const expose = (path: string): void => {
    if (targets.has(path)) return;
    const status = lstatSync(path);
    if (status.isSymbolicLink()) args.push('--symlink', readlinkSync(path), path);
    else if (!status.isDirectory() || !above(path)) args.push('--ro-bind', path, path);
    else {
      args.push('--dir', path);
      for (const name of readdirSync(path)) expose(join(path, name));
    }
  };
  for (const path of SYSTEM) if (existsSync(path)) expose(path);
  for (const path of EMPTY) if (!targets.has(path)) args.push('--dir', path);
  // bwrap makes a missing parent readable by root only; a parent in a mount is the mount's own affair.
  const parents = new Set(
    paths.flatMap(ancestors).filter((path) => !paths.some((p) => `${path}/`.startsWith(`${p}/`))),
  );
  for (const path of parents) args.push('--dir', path);
  // Outer mounts first, so that an inner one is not covered.
  for (const path of paths.sort((a, b) => a.length - b.length)) {
    const bind = targets.get(path);
    if (bind !== undefined) args.push(bind.writable === true ? '--bind' : '--ro-bind', bind.source, path);
  }
  return args;
}

/** The folders above a path, outermost first, without the root. */
function ancestors(path: string): string[] {
  const above = dirname(path);
  return above === '/' ? [] : [...ancestors(above), above];
}

/**
 * Makes the places that binds need inside folders laid out by this harness, as a container runtime does in the
 * root: bwrap itself would make them for root only.
 */
export function makePlaces(binds: readonly Bind[], own: readonly Bind[]): void {
  for (const { path, source } of binds) {
    const around = own
      .filter((outer) => path.startsWith(`${outer.path}/`))
      .sort((a, b) => b.path.length - a.path.length)[0];
    if (around === undefined) continue;
    const place = around.source + path.slice(around.path.length);
    mkdirSync(dirname(place), { recursive: true });
    if (existsSync(place)) continue;
    if (lstatSync(source).isDirectory()) mkdirSync(place);
    else writeFileSync(place, '');
  }
}
