import { it } from 'vitest';
import { overriddenFiles } from '../property/overrides.ts';
import { checkOverridden } from '../property/promises.ts';
import { forMinutes } from './for-minutes.ts';

it('overrides', () => {
  forMinutes('stack files with random overrides', overriddenFiles, checkOverridden, 1);
});
