import { valueAt } from '../../../src/plain/data.ts';
import { FILL_IN, placeholders } from '../../../src/stack/placeholders.ts';
import { dotted } from '../../../src/stack/reading/yaml-source.ts';
import { COMPONENT_NAMES, components } from '../../index.ts';
import type { Check } from './check.ts';

/**
 * No program here reads variables in its configuration, and Flux is configured not to replace any: `${PASSWORD}` would be the
 * password.
 */
export const checkPlaceholders: Check = (written) =>
  COMPONENT_NAMES.flatMap((name) =>
    placeholders(valueAt(written, [name]))
      // A reason is for people.
      .filter(({ path }) => !path.slice(-2).includes('force'))
      // A template or a script may hold anything.
      .filter(
        ({ path }) => !components[name].extraFiles.some(({ at }) => at.every((step, i) => step === path[i])),
      )
      .map(({ path, name: placeholder }) => ({
        code: 'MG098',
        at: [name, ...path],
        what: `${dotted([name, ...path])} contains ${placeholder}, which nothing replaces: the program would read it as it is`,
        remedy: FILL_IN,
      })),
  );
