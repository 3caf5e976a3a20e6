import { certificates } from './certificates.ts';
import type { Stack } from './stack.ts';

/** A Secret in the namespace of the stack that another program makes there. */
export interface MadeElsewhere {
  readonly name: string;
  /** Who makes it, in words. */
  readonly by: string;
}

/**
 * The Secrets that others make. Whoever writes one of them too takes turns with that program.
 *
 * @see https://cloudnative-pg.io/documentation/current/applications/
 */
export function madeElsewhere(stack: Stack): readonly MadeElsewhere[] {
  const { cluster } = stack.database;
  const made = certificates(stack, stack.topology)
    .filter(({ source, namespaces }) => 'issuer' in source && namespaces.includes(stack.namespace))
    .map(({ secret }) => ({ name: secret, by: 'cert-manager, for a certificate of the stack' }));
  return [
    ...['app', 'superuser', 'ca', 'server', 'replication'].map((suffix) => ({
      name: `${cluster}-${suffix}`,
      by: `CloudNativePG, for the database ${cluster}`,
    })),
    ...made,
  ];
}
