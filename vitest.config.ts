import { readFileSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { defineConfig, mergeConfig } from 'vitest/config';

/** Milliseconds. Properties take longer for whoever asks for more runs of them. */
const PATIENCE = 120_000 * Math.max(1, Number(process.env.PROPERTY_FACTOR ?? 1));

/** What tests write at most, at one time, with much to spare; bytes. */
const ROOM = 2 * 1024 ** 3;

/**
 * Where tests make their folders: in memory where there is room, since what is written is flushed to the disk each
 * time, which takes a third of all time. Not where programs cannot be started from it: some tests try that.
 */
function temporaryFolder(): string {
  const inMemory = '/dev/shm';
  try {
    const mounted = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .find((line) => line.split(' ')[1] === inMemory);
    const { bavail, bsize } = statfsSync(inMemory);
    const isFit = mounted?.split(' ')[3]?.split(',').includes('noexec') === false && bavail * bsize > ROOM;
    return isFit ? inMemory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Tests that go through every step, verb or form: `npm run test:thorough`, which .ci/run runs. */
export const THOROUGH = 'test/**/*.thorough.test.ts';

/** What holds for `npm test` and for the thorough ones. */
export const allTests = defineConfig({
  test: {
    // Files share what they import: the tests keep no state in modules, and it saves a third of the time.
    isolate: false,
    // One processor would be left idle, and is a third of the time where there are two.
    maxWorkers: '100%',
    env: { TMPDIR: temporaryFolder() },
    // Far above what any takes, and the only limits that there are: a machine under load is no mistake.
    testTimeout: PATIENCE,
    hookTimeout: PATIENCE,
    expect: { poll: { timeout: PATIENCE } },
  },
});

export default mergeConfig(allTests, {
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      THOROUGH,
      // Each of these has a configuration of its own: real servers, the packed package, 200 kills, long searches.
      'test/conformance/**',
      'test/fuzz/**',
      'test/hostile/**',
      'test/package/**',
      'test/torture/**',
    ],
  },
});
