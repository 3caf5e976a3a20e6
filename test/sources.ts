import { readdirSync } from 'node:fs';

/** The files of this program that people write, tests and tools apart. */
export const SOURCES: readonly string[] = readdirSync('.', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !/^(?:node_modules|build|dist|test|examples)\//.test(path))
  .filter((path) => !/^imports\/(?:schemas|.*\.(?:io|com)\.ts$)/.test(path))
  .filter((path) => path !== 'vitest.config.ts')
  .sort();
