#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import * as module from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';
import { cacheFile, cacheFolder, readCode, writeCode } from './code-cache.ts';

/** Checksum of the bundle; written in when it is built. */
declare const BUNDLE_HASH: string;

/** What a script is a function of, in the words of Node.js. */
type Wrapped = (
  exports: { run?: Promise<void> },
  require: NodeJS.Require,
  module: object,
  filename: string,
  folder: string,
) => void;

/**
 * Runs the command line. Half of a short run would go by compiling code that never changes, so the compiled code
 * is kept in the user's cache folder, where there is one.
 */
function launch(): void {
  const bundle = join(__dirname, 'cli.bundle.cjs');
  const folder = cacheFolder(process.env);
  if (folder === undefined) {
    require('./cli.bundle.cjs');
  } else if ('enableCompileCache' in module && typeof module.enableCompileCache === 'function') {
    // Node.js 22.1 and newer do the same by themselves.
    module.enableCompileCache(folder);
    require('./cli.bundle.cjs');
  } else {
    runFromCache(bundle, folder);
  }
}

function runFromCache(bundle: string, folder: string): void {
  const file = cacheFile(folder, bundle, BUNDLE_HASH);
  const cachedData = readCode(file);
  // The build writes ASCII only, which is read faster as such.
  const source = module.Module.wrap(readFileSync(bundle, 'latin1'));
  const script = new Script(source, {
    filename: bundle,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  const exports: { run?: Promise<void> } = {};
  const run: unknown = script.runInThisContext();
  if (!isWrapped(run)) throw new Error(`${bundle} is not a script`);
  run(exports, require, { exports }, bundle, dirname(bundle));
  if (cachedData !== undefined && script.cachedDataRejected !== true) return;
  // Only now does it hold what a run needs: functions are compiled when they are called first.
  void exports.run?.then(() => writeCode(folder, file, script.createCachedData()));
}

function isWrapped(value: unknown): value is Wrapped {
  return typeof value === 'function';
}

launch();
