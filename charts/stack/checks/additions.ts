import { dotted } from '../../../src/stack/reading/yaml-source.ts';
import { additions } from '../additions.ts';
import type { Check } from './check.ts';

/**
 * An addition must not replace what the rest of the stack is built on, unless a reason is next to it. A reason that
 * nothing needs is refused too: it would let the next addition pass unseen.
 */
export const checkAdditions: Check = (written, { offers }) =>
  additions(written, offers).flatMap(({ path, conflicts, idle }) => [
    ...conflicts
      .filter(({ reason }) => reason === undefined)
      .map(({ at, owner }) => {
        const isSetting = /^[a-z][A-Za-z]*(?:\.[A-Za-z]+)*$/.test(owner);
        return {
          code: 'MG054' as const,
          at: [...path, ...at],
          // A reason that is not valid is an error of its own.
          missing: [...path.slice(0, -1), 'force', at.join('.')],
          what: `${dotted([...path, ...at])} replaces what belongs to ${owner}`,
          remedy: `${isSetting ? `write ${owner} instead` : 'remove it'}, or add force: {${at.join('.')}: "reason"} next to ${path.at(-1)}`,
        };
      }),
    ...idle.map((at) => ({
      code: 'MG111' as const,
      at,
      what: `${dotted(at)} is not needed: nothing in ${dotted(path)} replaces what another setting owns${at.at(-1) === 'force' ? '' : ' there'}`,
      remedy: 'remove it',
    })),
  ]);
