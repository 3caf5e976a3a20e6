/**
 * Runs the command line from the current sources: bundles it first when a file that goes into it has changed.
 *
 *   node tools/synth.mjs synth
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const top = join(import.meta.dirname, '..');
const record = join(top, 'build/bin/inputs.json');
/** Files that decide how the bundle comes out without being part of it. */
const BESIDES = ['package.json', 'tools/bundle.mjs', 'tools/synth.mjs', 'node_modules/.package-lock.json'];
/** Milliseconds within which two changes of a file may have the same time, on the coarsest file systems. */
const COARSE = 2000;

/** What changes with a file, also where its time is set back: https://git-scm.com/docs/racy-git. */
function stateOf(file) {
  const stat = statSync(join(top, file), { throwIfNoEntry: false });
  return stat === undefined ? 'missing' : `${stat.ino} ${stat.size} ${stat.ctimeMs}`;
}

function isCurrent() {
  let inputs;
  try {
    inputs = JSON.parse(readFileSync(record, 'utf8'));
  } catch {
    return false;
  }
  return Object.entries(inputs).every(([file, state]) => state === stateOf(file));
}

async function bundle() {
  const started = Date.now();
  const { bundleCommandLine } = await import('./bundle.mjs');
  const files = [...(await bundleCommandLine()), ...BESIDES];
  const states = files.map((file) => {
    const { ctimeMs } = statSync(join(top, file), { throwIfNoEntry: false }) ?? { ctimeMs: 0 };
    // It may have changed since it was read: such a state never holds again.
    return [file, ctimeMs > started - COARSE ? 'recent' : stateOf(file)];
  });
  writeFileSync(record, JSON.stringify(Object.fromEntries(states)));
}

if (!isCurrent()) await bundle();
createRequire(import.meta.url)(join(top, 'build/bin/matrix-gitops.cjs'));
