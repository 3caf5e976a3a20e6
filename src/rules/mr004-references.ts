import { inventory } from './reading/inventory.ts';
import { objects } from './reading/objects.ts';
import { podTemplates } from './reading/pods.ts';
import { code } from './references/code.ts';
import { lookUp, notWritten } from './references/look-up.ts';
import { checkMounts } from './references/mounts.ts';
import type { Rule } from './rule.ts';

/**
 * Checks that whatever an object names is rendered, is made by something rendered, or is in the catalogue. Which
 * fields name something is said in kinds/.
 */
export const referencesRule: Rule = {
  code,
  title: 'Every referenced object and key exists.',
  check(input) {
    const all = objects(input);
    const known = inventory(input);
    return [
      ...podTemplates(all).flatMap((pod) =>
        pod.containers.flatMap((container) => checkMounts(pod, container, known)),
      ),
      ...all.flatMap((located) => [
        ...(located.knowledge?.references ?? []).flatMap((reference) => lookUp(located, reference, known)),
        ...(located.knowledge?.explicit ?? []).flatMap((explicit) => notWritten(located, explicit)),
      ]),
    ];
  },
};
