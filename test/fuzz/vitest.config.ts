import { defineConfig } from 'vitest/config';

/** Looks for what stops the program for as long as one likes: `npm run fuzz -- MINUTES`. */
export default defineConfig({
  test: {
    include: ['test/fuzz/*.test.ts'],
    maxWorkers: '100%',
    testTimeout: 86_400_000,
    reporters: ['verbose'],
    disableConsoleIntercept: true,
  },
});
