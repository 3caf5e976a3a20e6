import { suggestion } from '../../../src/plain/nearest.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { ownCommand } from '../../../src/stack/own-command.ts';
import { workloadOf } from '../../../src/topology/topology.ts';
import type { Check } from './check.ts';

/** What a program is given from a Secret is in one that the stack has in the program's namespace. */
export const checkSecretUses: Check = (_written, { secretUses, secrets, topology }) =>
  secretUses.flatMap(({ workload, secret, key, at }): readonly CheckFinding[] => {
    const { namespace } = workloadOf(topology, workload);
    const here = secrets.filter(({ places }) => places.some((one) => one.namespace === namespace));
    const spec = here.find(({ name }) => name === secret);
    if (spec?.keys.some((one) => one.key === key) === true) return [];
    const isOwn = spec?.keys.every(({ form }) => form.kind === 'entered') ?? true;
    const known = spec?.keys.map((one) => one.key) ?? here.map(({ name }) => name);
    const meant = suggestion(spec === undefined ? secret : key, known);
    return [
      {
        code: 'MG131',
        at: [...at, spec === undefined ? 'fromSecret' : 'key'],
        what:
          spec === undefined
            ? `the stack has no Secret "${secret}" in namespace ${namespace}`
            : `the Secret "${secret}" has no key "${key}"`,
        remedy: isOwn
          ? `${meant}declare it: secrets: {own: {${secret}: {${key}: {}}}}, and enter the value with ${ownCommand('secrets create')}`
          : `${meant}its keys: ${spec?.keys.map((one) => one.key).join(', ')}`,
      },
    ];
  });
