import fc from 'fast-check';
import { describe, it } from 'vitest';
import { overriddenFiles } from './overrides.ts';
import { checkOverridden } from './promises.ts';
import { runs } from './runs.ts';

describe('any overrides', () => {
  it('are refused at their place, or rendered to YAML that can be read', () => {
    fc.assert(fc.property(overriddenFiles, checkOverridden), { numRuns: runs(10) });
  });
});
