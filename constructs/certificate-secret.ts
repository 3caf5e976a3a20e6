import { doorTls } from '../model/entrances/index.ts';
import type { StackFacts } from '../model/facts.ts';
import { certificateName } from '../model/made-elsewhere.ts';
import type { Door } from '../model/topology.ts';

/**
 * Name of the Secret with the certificate for a group's hosts at a door: a Certificate's,
 * or the one that somebody else keeps.
 *
 * @throws when TLS for that door does not end in the cluster.
 */
export function certificateSecret(facts: StackFacts, group: string, door: Door): string {
  const source = doorTls(facts, door);
  if (source === undefined) throw new Error(`no certificates at the ${door} door`);
  if ('secret' in source) return source.secret;
  return certificateName(group, door);
}
