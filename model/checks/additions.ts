import { additions } from '../additions.ts';
import { dotted } from '../reading/yaml-source.ts';
import type { Check } from './check.ts';

/** An addition must not replace what the rest of the stack is built on, unless a reason stands beside it. */
export const checkAdditions: Check = (written) =>
  additions(written)
    .filter(({ force }) => force === undefined)
    .flatMap(({ path, conflicts }) =>
      conflicts.map(({ at, owner }) => {
        const isSetting = /^[a-z][A-Za-z]*(?:\.[A-Za-z]+)*$/.test(owner);
        return {
          code: 'MG054',
          at: [...path, ...at],
          what: `${dotted([...path, ...at])} replaces what belongs to ${owner}`,
          remedy: `${isSetting ? `write ${owner} instead` : 'leave it out'}, or add force: "reason" next to ${path.at(-1)}`,
        };
      }),
    );
