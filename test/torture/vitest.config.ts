import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Kills real programs at random moments: slow, and different at every run, so no part of `npm test`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 60_000,
    reporters: ['verbose'],
    disableConsoleIntercept: true,
  },
});
