import { certificateName } from '../model/made-elsewhere.ts';
import { doorTls, type Stack } from '../model/stack.ts';

/**
 * Name of the Secret with the certificate for a group's hosts at a door: a Certificate's,
 * or the one that somebody else keeps.
 *
 * @throws when TLS for that door does not end in the cluster.
 */
export function certificateSecret(stack: Stack, group: string, door: 'public' | 'lan'): string {
  const source = doorTls(stack, door);
  if (source === undefined) throw new Error(`no certificates at the ${door} door`);
  if ('secret' in source) return source.secret;
  return certificateName(group, door);
}
