import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishInterrupted, writeTree } from '../../src/disk/write.ts';
import {
  leftovers,
  makePlayground,
  onWriteBegins,
  other,
  outputFiles,
  type Playground,
  randomNumbers,
  runSynth,
  startSynth,
  type Version,
} from './victim.ts';

/** Give this one to repeat a run: `TORTURE_SEED=… npm run torture`. */
const SEED = Number(process.env.TORTURE_SEED ?? Date.now() % 1_000_000);
/** Two at a time keep two cores busy. */
const LANES = 2;
const KILLS_PER_LANE = 100;
const STOPS_PER_LANE = 8;
/** One in so many is followed by the real program; the others by its writer, which needs no start. */
const REAL_RECOVERY = 10;

/** A playground, and what synth makes of either version in it. */
interface Lane {
  readonly playground: Playground;
  readonly wanted: Readonly<Record<Version, ReadonlyMap<string, string>>>;
  /** How long a run takes, and its write in it, milliseconds. */
  readonly run: number;
  readonly write: number;
}

const lanes: Lane[] = [];

beforeAll(async () => {
  process.stdout.write(`seed: ${SEED}\n`);
  lanes.push(...(await Promise.all(Array.from({ length: LANES }, prepare))));
});

afterAll(async () => {
  for (const { playground } of lanes) await playground.remove();
});

async function prepare(): Promise<Lane> {
  const playground = await makePlayground();
  const { out } = playground;
  await runSynth(playground, 'first');
  const first = outputFiles(out);
  const start = performance.now();
  let begin = 0;
  onWriteBegins(out, () => {
    begin = performance.now();
  });
  await runSynth(playground, 'second');
  const end = performance.now();
  const second = outputFiles(out);
  await runSynth(playground, 'first');
  expect(outputFiles(out)).toEqual(first);
  return { playground, wanted: { first, second }, run: end - start, write: Math.min(end - begin, 250) };
}

/** Starts synth and sends it a signal: at any moment of its run, or while it writes. */
async function hit(
  lane: Lane,
  version: Version,
  signal: 'SIGKILL' | 'SIGINT' | 'SIGTERM',
  random: () => number,
  aimed: boolean,
): Promise<{ readonly why: string; readonly code: number | null; readonly signal: string | null }> {
  const delay = random() * (aimed ? lane.write : lane.run);
  const { child, end } = startSynth(lane.playground, version);
  const strike = async (): Promise<void> => {
    await sleep(delay);
    child.kill(signal);
  };
  const unwatch = aimed ? onWriteBegins(lane.playground.out, () => void strike()) : () => undefined;
  if (!aimed) await strike();
  const { code, signal: by } = await end;
  unwatch();
  const after = aimed ? 'the begin of the write' : 'the start';
  return { why: `${signal} ${delay.toFixed(1)} ms after ${after} (seed ${SEED})`, code, signal: by };
}

/** Every file is an old or a new one, and what is in both versions is never missing. */
function expectNoHalves({ playground, wanted }: Lane, why: string): void {
  const found = outputFiles(playground.out);
  for (const [path, content] of found) {
    const isWhole = content === wanted.first.get(path) || content === wanted.second.get(path);
    if (!isWhole) throw new Error(`${path} is neither the old nor the new file after ${why}:\n${content}`);
  }
  for (const path of wanted.first.keys()) {
    if (wanted.second.has(path) && !found.has(path)) throw new Error(`${path} is missing after ${why}`);
  }
}

function expectExactly(lane: Lane, version: Version, why: string): void {
  const { playground, wanted } = lane;
  expect(outputFiles(playground.out), why).toEqual(wanted[version]);
  expect(leftovers(playground.out), why).toEqual([]);
}

describe('synth', () => {
  it('leaves whole files when it is killed, and the next run finishes or undoes its write', async ({
    signal,
  }) => {
    const seen = { 'before or after the write': 0, undone: 0, finished: 0 };
    const torment = async (lane: Lane, index: number): Promise<void> => {
      const random = randomNumbers(SEED + index);
      const { playground, wanted } = lane;
      let there: Version = 'first';
      for (let kill = 0; kill < KILLS_PER_LANE && !signal.aborted; kill++) {
        const next = other(there);
        const { why } = await hit(lane, next, 'SIGKILL', random, kill % 3 === 1);
        expectNoHalves(lane, why);
        const left = leftovers(playground.out);
        const journal = left.includes('journal.json');
        if (left.length === 0) seen['before or after the write']++;
        else seen[journal ? 'finished' : 'undone']++;
        if (kill % REAL_RECOVERY === 0) {
          await runSynth(playground, next);
        } else {
          await finishInterrupted(playground.out);
          // One of the two as a whole, never a mixture.
          const whole = journal || isVersion(lane, next) ? next : there;
          expectExactly(lane, whole, why);
          await writeTree(playground.out, wanted[next]);
        }
        expectExactly(lane, next, why);
        there = next;
      }
    };
    await Promise.all(lanes.map(torment));
    process.stdout.write(`killed ${LANES * KILLS_PER_LANE} times: ${JSON.stringify(seen)}\n`);
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(4);
  });

  it('ends with 130 or 143 when it is asked to stop while it writes, and nothing is half done', async () => {
    const seen = new Map<string, number>();
    const torment = async (lane: Lane, index: number): Promise<void> => {
      const random = randomNumbers(SEED + LANES + index);
      for (let stop = 0; stop < STOPS_PER_LANE; stop++) {
        const there = isVersion(lane, 'first') ? 'first' : 'second';
        const name = stop % 2 === 0 ? 'SIGINT' : 'SIGTERM';
        const { why, code, signal } = await hit(lane, other(there), name, random, true);
        // By the signal itself or with 0: it came before or after the write.
        const end = signal === name ? 'ended by the signal' : String(code);
        expect(['ended by the signal', '0', name === 'SIGINT' ? '130' : '143'], why).toContain(end);
        seen.set(end, (seen.get(end) ?? 0) + 1);
        expectExactly(lane, isVersion(lane, there) ? there : other(there), why);
      }
    };
    await Promise.all(lanes.map(torment));
    process.stdout.write(`asked to stop: ${JSON.stringify(Object.fromEntries(seen))}\n`);
    expect((seen.get('130') ?? 0) + (seen.get('143') ?? 0)).toBeGreaterThan(2);
  });
});

function isVersion({ playground, wanted }: Lane, version: Version): boolean {
  const found = outputFiles(playground.out);
  return (
    found.size === wanted[version].size &&
    [...found].every(([path, text]) => wanted[version].get(path) === text)
  );
}
