import type { Check } from './check.ts';

/** Longest stack name: the Flux Kustomizations and labels made from it still fit. */
export const NAME_LENGTH = 40;

/** A name that nobody wrote comes from the file's name, which may be anything. */
export const checkName: Check = (written, stack) => {
  const { name } = stack;
  if (name === 'flux') {
    return [
      {
        code: 'MG029',
        at: ['name'],
        what: 'the name "flux" is already used: dist/flux holds the Flux Kustomizations',
        remedy: 'write another name:',
      },
    ];
  }
  if (
    written.name !== undefined ||
    (name.length <= NAME_LENGTH && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name))
  )
    return [];
  return [
    {
      code: 'MG029',
      at: ['name'],
      what: `the name "${name}", taken from the file's name, is not valid for a stack`,
      remedy: `rename the file, or write name: with at most ${NAME_LENGTH} lower-case letters, digits and dashes`,
    },
  ];
};

/** The stack renders its namespace with labels of its own: on one that others live in, they would be changed too. */
export const checkNamespace: Check = (written, stack) => {
  const { namespace } = stack;
  if (checkName(written, stack).length > 0 && written.namespace === undefined) return [];
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
