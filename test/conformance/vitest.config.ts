import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * The conformance run: one file after the other, since the programs are large and the first run builds them.
 * Each file runs in a process of its own, so that what it started dies with it (harness/programs.ts).
 */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    // The first test that needs a program installs it, and building one takes minutes on two cores that others use too.
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    teardownTimeout: 20_000,
    reporters: ['verbose'],
    disableConsoleIntercept: true,
  },
});
