/**
 * Tries random stack files and overrides for some minutes.
 *
 *   npm run fuzz -- 20
 */
import { spawnSync } from 'node:child_process';

const [minutes = '1', ...rest] = process.argv.slice(2);
if (!/^\d+(?:\.\d+)?$/.test(minutes) || rest.length > 0) {
  process.stderr.write('usage: npm run fuzz -- MINUTES; FUZZ_SEED=NUMBER repeats a run\n');
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/fuzz/vitest.config.ts'],
  { stdio: 'inherit', env: { ...process.env, FUZZ_MINUTES: minutes } },
);
process.exitCode = status ?? 3;
