import { doorTls } from './entrances/index.ts';
import type { Stack } from './stack.ts';
import type { Door } from './topology.ts';

/** A Secret in the namespace of the stack that another program makes there. */
export interface MadeElsewhere {
  readonly name: string;
  /** Who makes it, in words. */
  readonly by: string;
}

/** Name of the Secret with the certificate for a group's hosts at a door, where cert-manager makes it. */
export function certificateName(group: string, door: Door): string {
  return `${group}${door === 'public' ? '-public' : ''}-tls`;
}

/**
 * The Secrets that others make. Whoever writes one of them too takes turns with that program.
 *
 * @see https://cloudnative-pg.io/documentation/current/applications/
 */
export function madeElsewhere(stack: Stack): readonly MadeElsewhere[] {
  const { cluster } = stack.database;
  const { topology } = stack;
  const certificates = topology.hosts.flatMap(({ certificate: { group }, door }) => {
    const source = doorTls(stack, door);
    return source !== undefined && 'issuer' in source
      ? [{ name: certificateName(group, door), by: 'cert-manager, for a certificate of the stack' }]
      : [];
  });
  return [
    ...['app', 'superuser', 'ca', 'server', 'replication'].map((suffix) => ({
      name: `${cluster}-${suffix}`,
      by: `CloudNativePG, for the database ${cluster}`,
    })),
    ...certificates,
  ];
}
