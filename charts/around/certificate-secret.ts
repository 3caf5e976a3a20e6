import type { Door } from '../../src/topology/topology.ts';
import { certificates } from '../stack/certificates.ts';
import type { Scene } from '../stack/stack.ts';

/**
 * Name of the Secret with the certificate for a group's hosts at a door: a Certificate's,
 * or the one that somebody else keeps. It is in every namespace with routes to these hosts or pods that read it.
 *
 * @throws when nothing gives one for that door
 */
export function certificateSecret(scene: Scene, group: string, door: Door): string {
  const found = certificates(scene, scene.topology).find((one) => one.group === group && one.door === door);
  if (found === undefined) throw new Error(`no certificate for the group "${group}" at the ${door} door`);
  return found.secret;
}
