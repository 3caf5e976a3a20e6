import type { Check } from './check.ts';

/** The stack renders its namespace with labels of its own: on one that others live in, they would be changed too. */
export const checkNamespace: Check = (written, stack) => {
  const { namespace } = stack;
  const shared =
    namespace === 'default' || namespace.startsWith('kube-') || namespace === stack.flux.namespace;
  if (!shared) return [];
  return [
    {
      code: 'MG028',
      at: written.namespace === undefined ? ['name'] : ['namespace'],
      what: `the namespace "${namespace}" belongs to the cluster`,
      remedy: 'write namespace: with a name of its own, such as matrix',
    },
  ];
};
