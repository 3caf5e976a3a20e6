/**
 * Runs the command line from the current sources: bundles it first when a file that goes into it has changed.
 *
 *   node tools/synth.mjs synth
 */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const top = join(import.meta.dirname, '..');
const record = join(top, 'build/bin/inputs.json');
/** Files that decide how the bundle comes out without being part of it. */
const BESIDES = [
  'package.json',
  'tools/bundle.mjs',
  'tools/imports.mjs',
  'tools/plugins.mjs',
  'tools/synth.mjs',
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

const holds = (states) => Object.entries(states).every(([file, state]) => state === stateOf(file));

/** What the last run bundled, as far as it can still be used: `dependencies`, `kinds` and `sources`. */
function upToDate() {
  const usable = {};
  try {
    const { dependencies, kinds, sources } = JSON.parse(readFileSync(record, 'utf8'));
    if (!holds(dependencies.states)) return usable;
    usable.dependencies = dependencies;
    if (!holds(kinds.states)) return usable;
    usable.kinds = kinds;
    if (holds(sources.states)) usable.sources = sources;
  } catch {
    // There is none, or another version has written it.
  }
  return usable;
}

async function bundle(known) {
  const started = Date.now();
  const { bundleCommandLine, removeOld } = await import('./bundle.mjs');
  const { dependencies, kinds, sources } = await bundleCommandLine(known);
  const next = { dependencies, kinds, sources: { states: statesOf(sources, started) } };
  for (const [name, made] of Object.entries({ dependencies, kinds })) {
    if (made === known[name]) continue;
    const { entry, script, inputs, outputs } = made;
    next[name] = { entry, script, states: statesOf({ inputs: [...inputs, ...BESIDES], outputs }, started) };
    removeOld(made, 1);
  }
  const temporary = `${record}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(next));
  renameSync(temporary, record);
}

const known = upToDate();
if (known.sources === undefined) await bundle(known);
createRequire(import.meta.url)(join(top, 'build/bin/matrix-gitops.cjs'));
