import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Runs the real program on hostile workspaces under strace: slow, and Linux only, so not part of `npm test`. */
export default defineConfig({
  test: {
    root: fileURLToPath(new URL('.', import.meta.url)),
    include: ['*.test.ts'],
    // Each waits for other processes only, of which two at once keep two processors busy.
    maxConcurrency: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: ['verbose'],
    disableConsoleIntercept: true,
  },
});
