import { realpathSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { packagedFile } from '../files/package-files.ts';
import { shellWord } from '../plain/shell.ts';
import { withOwnCommands } from '../stack/own-command.ts';
import { slashes } from './paths.ts';

/** How a person calls this program where it runs now. */
export type Invocation =
  /** In the top folder of a clone, where `npm run` has its scripts. */
  | { readonly kind: 'clone' }
  /** As a package below one of the folders around the current one; `package` is where, as it is found there. */
  | { readonly kind: 'installed'; readonly package: string }
  /** As a command for the whole computer. */
  | { readonly kind: 'global' }
  /** By the path of its script. */
  | { readonly kind: 'elsewhere'; readonly script: string };

/** The script that is run where nothing shorter works. */
const SCRIPT = 'build/bin/matrix-gitops.cjs';

/**
 * Finds out how the program is called.
 *
 * @param top the folder of the package that runs
 * @param here the folder that the command runs in
 * @param real where a path really leads; undefined where nothing is
 */
export function invocationAt(
  top: string,
  here: string,
  real: (path: string) => string | undefined = realPath,
): Invocation {
  const own = real(top) ?? top;
  for (let folder = here; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', packageJson.name);
    if (real(place) === own) return { kind: 'installed', package: place };
    if (folder === dirname(folder)) break;
  }
  // npm runs a script in the folder of package.json, whatever the current one is: only there paths mean the same.
  if ((real(here) ?? here) === own) return { kind: 'clone' };
  if (slashes(top).endsWith(`/node_modules/${packageJson.name}`)) return { kind: 'global' };
  return { kind: 'elsewhere', script: join(top, SCRIPT) };
}

/** A whole command that works where the program runs, to be pasted into a shell. */
export function spelledCommand(
  invocation: Invocation,
  words: string,
  scripts: readonly string[] = Object.keys(packageJson.scripts),
): string {
  switch (invocation.kind) {
    case 'clone': {
      const [script = '', ...rest] = words.split(' ');
      if (!scripts.includes(script)) return `node scripts/synth.mjs ${words}`;
      // What npm finds before the two dashes, it keeps.
      return `npm run ${script}${rest.length === 0 ? '' : ` -- ${rest.join(' ')}`}`;
    }
    case 'installed':
      // Never fetched from a registry, where the name may be somebody else's.
      return `npx --no-install matrix-gitops ${words}`;
    case 'global':
      return `matrix-gitops ${words}`;
    case 'elsewhere':
      return `node ${shellWord(invocation.script)} ${words}`;
  }
}

let known: { readonly here: string; readonly invocation: Invocation } | undefined;

/** How this run was called. */
export function currentInvocation(): Invocation {
  const here = resolve('.');
  if (known?.here !== here) {
    known = { here, invocation: invocationAt(dirname(packagedFile('package.json')), here) };
  }
  return known.invocation;
}

/** A text in which every command of this program is one that works where it is printed. */
export function withLocalCommands(text: string): string {
  return withOwnCommands(text, (words) => spelledCommand(currentInvocation(), words));
}

/**
 * What an editor needs in a stack file to find the schema.
 *
 * @param folder the folder with the stack file
 * @returns undefined where the schema has no place that a committed file could name
 */
export function schemaPath(folder: string, invocation = currentInvocation()): string | undefined {
  const from = (place: string): string =>
    slashes(relative(resolve(folder), join(place, 'stack.schema.json')));
  if (invocation.kind === 'clone') return from(resolve('.'));
  return invocation.kind === 'installed' ? from(invocation.package) : undefined;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
