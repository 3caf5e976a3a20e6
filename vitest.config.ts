import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Each of these has a configuration of its own: real servers, the packed package, 200 kills.
    exclude: ['test/conformance/**', 'test/package/**', 'test/torture/**'],
  },
});
