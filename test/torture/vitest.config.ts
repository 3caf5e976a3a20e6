import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Kills real programs at random moments: slow, and different at every run, so no part of `npm test`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['*.test.ts'],
    // Far above what they take alone: a machine under load is no mistake, and a real hang ends all the same.
    testTimeout: 1_800_000,
    hookTimeout: 300_000,
    reporters: ['verbose'],
    disableConsoleIntercept: true,
  },
});
