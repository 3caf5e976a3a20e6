import { defineConfig } from 'vitest/config';

/** Milliseconds. Properties take longer for whoever asks for more runs of them. */
const PATIENCE = 120_000 * Math.max(1, Number(process.env.PROPERTY_FACTOR ?? 1));

export default defineConfig({
  test: {
    // Files share what they import: the tests keep no state in modules, and it saves a third of the time.
    isolate: false,
    // One processor would be left idle, and is a third of the time where there are two.
    maxWorkers: '100%',
    // Far above what any takes, and the only limits that there are: a machine under load is no mistake.
    testTimeout: PATIENCE,
    hookTimeout: PATIENCE,
    expect: { poll: { timeout: PATIENCE } },
    include: ['test/**/*.test.ts'],
    // Each of these has a configuration of its own: real servers, the packed package, 200 kills, long searches.
    exclude: ['test/conformance/**', 'test/fuzz/**', 'test/hostile/**', 'test/package/**', 'test/torture/**'],
  },
});
