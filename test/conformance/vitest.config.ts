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
    testTimeout: 120_000,
    // Installing is part of a file's set-up, and building the API server takes minutes on two cores.
    hookTimeout: 1_200_000,
    teardownTimeout: 20_000,
    reporters: ['verbose'],
    disableConsoleIntercept: true,
  },
});
