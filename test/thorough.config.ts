import { mergeConfig } from 'vitest/config';
import { allTests, THOROUGH } from '../vitest.config.ts';

/** Every step of a write, every verb, every form of a hostile file: what `npm test` has no minute for. */
export default mergeConfig(allTests, { test: { include: [THOROUGH] } });
