/**
 * Runs the command line from the current sources: bundles it first when a file that goes into it has changed.
 *
 *   node scripts/synth.mjs synth
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { told } from './trouble.mjs';

const top = join(import.meta.dirname, '..');
const record = join(top, 'build/bin/inputs.json');
/** Files that decide how the bundle comes out without being part of it. */
const ASIDE = [
  'package.json',
  'scripts/bundle.mjs',
  'scripts/plugins.mjs',
  'scripts/synth.mjs',
  'scripts/trouble.mjs',
  'node_modules/.package-lock.json',
];
/** Milliseconds within which two changes of a file may have the same time, on the coarsest file systems. */
const COARSE = 2000;

/** What changes with a file, also where its time is set back: https://git-scm.com/docs/racy-git. */
function stateOf(file) {
  const stat = statSync(join(top, file), { throwIfNoEntry: false });
  return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.ctimeMs}`;
}

/** The states of files that were read since a moment, and of those written from them. */
function statesOf({ inputs, outputs }, started) {
  const read = inputs.map((file) => {
    const { ctimeMs } = statSync(join(top, file), { throwIfNoEntry: false }) ?? { ctimeMs: 0 };
    // It may have changed since it was read: such a state never holds again.
    return [file, ctimeMs > started - COARSE ? 'recent' : stateOf(file)];
  });
  return Object.fromEntries([...read, ...outputs.map((file) => [file, stateOf(file)])]);
}

function isUpToDate() {
  try {
    const states = JSON.parse(readFileSync(record, 'utf8'));
    return Object.entries(states).every(([file, state]) => state === stateOf(file));
  } catch {
    // There is no record, or another version has written it.
    return false;
  }
}

async function bundle() {
  const started = Date.now();
  const { bundleCommandLine } = await import('./bundle.mjs');
  const { inputs, outputs } = await bundleCommandLine();
  const states = statesOf({ inputs: [...inputs, ...ASIDE], outputs }, started);
  const temporary = `${record}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(states));
  renameSync(temporary, record);
}

if (!isUpToDate()) await told(bundle);
createRequire(import.meta.url)(join(top, 'build/bin/matrix-gitops.cjs'));
