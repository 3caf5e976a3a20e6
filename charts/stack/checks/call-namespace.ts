import type { Check } from './check.ts';

/** One namespace has one Pod Security level: call pods in the stack's own are not apart. */
export const checkCallNamespace: Check = (written, stack) =>
  written.callNamespace !== stack.namespace
    ? []
    : [
        {
          code: 'MG263',
          at: ['callNamespace'],
          ...(written.namespace === undefined ? {} : { other: ['namespace'] }),
          what: `callNamespace is "${stack.namespace}", which is the namespace of the stack itself`,
          remedy: `write a different one, such as ${stack.namespace}-calls, or remove callNamespace`,
        },
      ];
