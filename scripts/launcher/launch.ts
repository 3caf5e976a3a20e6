#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import * as module from 'node:module';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { cacheFile, readCode, writeCode } from './code-cache.ts';
import { cacheFolder } from './code-cache-folder.ts';

/** What is run. */
const BUNDLE = './cli.bundle.cjs';

/** What the script gives: `ended` settles when the command line has. */
interface Exports {
  ended?: Promise<void>;
}

/** What a script is a function of, in the words of Node.js. */
type Wrapped = (
  exports: Exports,
  require: (name: string) => unknown,
  module: { exports: Exports },
  filename: string,
  folder: string,
) => void;

/**
 * Runs the command line. Half of a short run would go by compiling code that never changes, so the compiled code
 * is kept in the user's cache folder, where there is one.
 *
 * A short run also ends before optimized code has earned back what making it costs; whoever does the same often
 * switches the optimizing compiler on again (src/cli/engine.ts).
 */
function launch(): void {
  setFlagsFromString('--no-opt');
  const folder = cacheFolder(process.env, undefined, stacksOf(process.argv));
  if (folder === undefined) {
    require(BUNDLE);
  } else if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') {
    // Node.js 22.1 and newer do the same by themselves.
    module.enableCompileCache(folder);
    require(BUNDLE);
  } else {
    runFromCache(folder);
  }
}

/** The folder that `--stacks` names: long before the command line is read, and only to stay out of its repository. */
function stacksOf(words: readonly string[]): string | undefined {
  const index = words.indexOf('--stacks');
  const joined = words.find((word) => word.startsWith('--stacks='));
  return index === -1 ? joined?.slice('--stacks='.length) : words[index + 1];
}

function runFromCache(folder: string): void {
  const path = join(__dirname, BUNDLE);
  // The build writes ASCII only, which is read faster as such.
  const source = readFileSync(path, 'latin1');
  const file = cacheFile(folder, path, source.slice(0, source.indexOf('\n')));
  const cachedData = readCode(file);
  const script = new Script(module.Module.wrap(source), {
    filename: path,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const run: unknown = script.runInThisContext();
  if (!isWrapped(run)) throw new Error(`${path} is not a script`);
  const own: { exports: Exports } = { exports: {} };
  run(own.exports, require, own, path, __dirname);
  if (cachedData !== undefined && script.cachedDataRejected !== true) return;
  // Only at the end does it hold what a run needs: functions are compiled when they are called first.
  void own.exports.ended?.then(() => writeCode(folder, file, script.createCachedData()));
}

function isWrapped(value: unknown): value is Wrapped {
  return typeof value === 'function';
}

launch();
