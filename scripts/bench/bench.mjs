/**
 * How long the commands take, each figure beside its yardstick of the same run.
 *
 *   npm run bench                            everything
 *   npm run bench -- --runs 5 --stacks 100   quicker
 *
 * Commands and yardsticks are run in turn, so that a busy machine slows both.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { HOSTILE } from './hostile.mjs';
import { stackFile } from './stacks.mjs';

const top = fileURLToPath(new URL('../..', import.meta.url));
const cli = join(top, 'build/bin/matrix-gitops.cjs');
const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '11' }, stacks: { type: 'string', default: '100,1000' } },
});
const runs = Number(options.runs);
const counts = options.stacks.split(',').map(Number);

const work = mkdtempSync(join(tmpdir(), 'matrix-gitops-bench-'));
// A cache of its own: the first run fills it, whatever ran before.
const env = { ...process.env, XDG_CACHE_HOME: join(work, 'cache'), npm_config_update_notifier: 'false' };
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

/** Milliseconds that a command takes, from its start to its end. */
function time({ command, cwd = work, before, more = {} }) {
  before?.();
  const [program, ...args] = command;
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync(program, args, {
    cwd,
    env: { ...env, ...more },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const taken = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
  return taken;
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sorted(values)[values.length >> 1];

/** Times commands in turn, once unmeasured. */
function inTurn(commands) {
  const taken = commands.map(() => []);
  for (let run = -1; run < runs; run++) {
    for (const [index, command] of commands.entries()) {
      const one = time(command);
      if (run >= 0) taken[index].push(one);
    }
  }
  return taken;
}

/** Every file below a folder with the time of its last change. */
function changes(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => `${file} ${statSync(file).mtimeMs} ${statSync(file).ino}`)
    .sort()
    .join('\n');
}

const rows = [];
const note = (what, figure, yardstick, bound, holds) => {
  rows.push([what, figure, yardstick, bound, holds ? 'yes' : 'NO']);
};
const ms = (value) => `${value.toFixed(0)} ms`;

function bundle() {
  const { status, stderr } = spawnSync(process.execPath, [join(top, 'scripts/bundle.mjs')], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

/** A repository with stack files and nothing else, as somebody has who installed the package. */
function repository(name, files) {
  const folder = join(work, name);
  mkdirSync(join(folder, 'stacks'), { recursive: true });
  cpSync(join(top, 'versions.yaml'), join(folder, 'versions.yaml'));
  for (const [file, text] of files) writeFileSync(join(folder, 'stacks', file), text);
  return folder;
}

/** What Node.js needs to start: machines differ by half, so that everything is measured against it. */
const bare = { command: [process.execPath, '-e', '0'] };

function one() {
  const cwd = repository('one', [
    ['app-matrix.yaml', readFileSync(join(top, 'test/fixtures/stacks/app-matrix.yaml'), 'utf8')],
  ]);
  const [node, warm, cold] = inTurn([
    bare,
    { command: [process.execPath, cli, 'synth'], cwd },
    { command: [process.execPath, cli, 'synth'], cwd, more: { XDG_CACHE_HOME: '/dev/null' } },
  ]);
  const line = (what, taken, bound) => {
    const ratio = median(taken) / median(node);
    const yardstick = `node -e 0: ${ms(median(node))} (${ms(Math.min(...node))})`;
    const limit = bound === undefined ? '-' : `<= ${bound} times`;
    note(
      what,
      `${ms(median(taken))} (${ms(Math.min(...taken))}) = ${ratio.toFixed(1)} times`,
      yardstick,
      limit,
      ratio <= (bound ?? Number.POSITIVE_INFINITY),
    );
  };
  line('one stack, installed command', warm, 4);
  line('the same without a code cache', cold);
}

/** A copy of the checkout, with the same packages, to change. */
function copy(name) {
  const folder = join(work, name);
  const left = new Set(['node_modules', 'build', 'dist', '.git'].map((name) => join(top, name)));
  cpSync(top, folder, { recursive: true, filter: (from) => !left.has(from) });
  symlinkSync(join(top, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

function throughNpm() {
  const empty = join(work, 'empty');
  mkdirSync(empty);
  writeFileSync(join(empty, 'package.json'), JSON.stringify({ scripts: { empty: ':' } }));
  const npm = { command: ['npm', 'run', '--silent', 'empty'], cwd: empty };
  const direct = { command: [process.execPath, cli, 'synth', '--out', join(work, 'dist')], cwd: top };
  const synth = { command: ['npm', 'run', '--silent', 'synth', '--', '--out', join(work, 'dist')], cwd: top };
  const text = readFileSync(join(top, 'src/cli/cli.ts'), 'utf8');
  const afterChange = (cwd, code) => ({
    ...synth,
    cwd,
    // A cache keeps a few of a kind only.
    more: { XDG_CACHE_HOME: join(cwd, 'cache') },
    before: () => writeFileSync(join(cwd, 'src/cli/cli.ts'), `${text}\n${code()}\n`),
  });
  let number = 0;
  const [empties, command, unchanged, changed] = inTurn([
    npm,
    direct,
    synth,
    afterChange(changing, () => `globalThis.changes = ${number++};`),
  ]);
  const yardstick = median(empties) + median(command);
  for (const [what, taken, bound] of [
    ['npm run synth, two stacks', unchanged, 100],
    ['npm run synth after a change of a source file', changed, 500],
  ]) {
    const more = median(taken) - yardstick;
    note(
      what,
      `${ms(median(taken))} = ${ms(more)} more`,
      `command + empty npm run: ${ms(yardstick)}`,
      `<= ${bound} ms more`,
      more <= bound,
    );
  }
}

function many(count) {
  const cwd = repository(
    `many-${count}`,
    Array.from({ length: count }, (_, n) => [`s${n}.yaml`, stackFile(n)]),
  );
  const peak = join(work, `peak-${count}`);
  const command = [process.execPath, '--require', join(top, 'scripts/bench/peak.cjs'), cli, 'synth'];
  // Around it, since a machine is not equally fast all the time.
  const yardsticks = [time(bare), time(bare), time(bare)];
  const first = time({ command, cwd, more: { BENCH_PEAK: peak } });
  yardsticks.push(time(bare), time(bare), time(bare));
  const before = changes(join(cwd, 'dist'));
  const again = time({ command, cwd, more: { BENCH_PEAK: peak } });
  yardsticks.push(time(bare), time(bare), time(bare));
  const node = median(yardsticks);
  const untouched = changes(join(cwd, 'dist')) === before;
  const [firstPeak, againPeak] = readFileSync(peak, 'utf8')
    .trim()
    .split('\n')
    .map((kb) => Number(kb) / 1024);
  // What is promised of new files is that they are on the disk, and how fast a disk is says nothing about the program.
  const disk = time({
    command: [process.execPath, join(top, 'scripts/bench/durable-copy.mjs'), 'dist', 'copy'],
    cwd,
  });
  for (const [what, taken, waited, memory] of [
    [`${count} stacks, all new`, first, disk, firstPeak],
    [`${count} stacks, nothing to change`, again, 0, againPeak],
  ]) {
    // With fewer, what every run costs anyway is a part of it.
    const isMany = count >= 1000;
    const ratio = (taken - waited) / count / node;
    const less = waited === 0 ? '' : `; a copy of the files, on the disk: ${(waited / 1000).toFixed(1)} s`;
    note(
      what,
      `${(taken / 1000).toFixed(1)} s; ${ratio.toFixed(2)} times each${waited === 0 ? '' : ' without the copy'}`,
      `node -e 0: ${ms(node)}; ${memory.toFixed(0)} MB${less}`,
      isMany ? '<= 0.4 times each, <= 400 MB' : '<= 400 MB',
      memory <= 400 && (ratio <= 0.4 || !isMany),
    );
  }
  note(
    `${count} stacks, files touched by the second run`,
    untouched ? 'none' : 'some',
    '-',
    'none',
    untouched,
  );
  rmSync(cwd, { recursive: true });
  return again / count;
}

/** Inputs made to take long: each has to be answered all the same, with a result or with its errors. */
function hostile() {
  for (const [what, text] of Object.entries(HOSTILE)) {
    const cwd = repository('hostile', [['x.yaml', text()]]);
    const peak = join(cwd, 'peak');
    const start = process.hrtime.bigint();
    const { status } = spawnSync(
      process.execPath,
      ['--require', join(top, 'scripts/bench/peak.cjs'), cli, 'synth'],
      {
        cwd,
        env: { ...env, BENCH_PEAK: peak },
        stdio: 'ignore',
        timeout: 60_000,
      },
    );
    const taken = Number(process.hrtime.bigint() - start) / 1e6;
    const memory = existsSync(peak) ? Number(readFileSync(peak, 'utf8')) / 1024 : Number.POSITIVE_INFINITY;
    note(
      `hostile: ${what}`,
      ms(taken),
      `${memory.toFixed(0)} MB, exit code ${status}`,
      '<= 2 s, <= 300 MB, 0 or 2',
      taken <= 2000 && memory <= 300 && (status === 0 || status === 2),
    );
    rmSync(cwd, { recursive: true });
  }
}

// Now, so that they are two seconds old when they are needed: until then every file of them counts as changed.
const changing = copy('changing');
bundle();
one();
throughNpm();
hostile();
const each = counts.map(many);
if (each.length > 1) {
  const growth = each.at(-1) / each[0];
  note(
    `from ${counts[0]} to ${counts.at(-1)} stacks`,
    `${growth.toFixed(2)} times as long each`,
    '-',
    '<= 1.2 times',
    growth <= 1.2,
  );
}

const table = [['what', 'median (minimum)', 'yardstick', 'bound', 'holds'], ...rows];
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
for (const [index, row] of table.entries()) {
  console.log(`| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`);
  if (index === 0) console.log(`| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
}
console.log(`\nNode.js ${process.version}, ${runs} runs in turn`);
if (rows.some((row) => row.at(-1) === 'NO')) process.exitCode = 1;
