import type { Scene } from '../model/stack.ts';
import { HOMESERVER, WELL_KNOWN_CLIENT } from '../model/topics.ts';

/**
 * `/.well-known/matrix/client`: where clients find the homeserver and the call service.
 *
 * Calls stand here and in Synapse's own answer: clients are in the middle of moving from one to the other.
 */
export function wellKnownClient({ offers }: Pick<Scene, 'offers'>): object {
  return Object.assign({}, ...WELL_KNOWN_CLIENT.of(offers));
}

/** `/.well-known/matrix/server`: where other homeservers connect to. */
export function wellKnownServer({ offers }: Pick<Scene, 'offers'>): object {
  return Object.fromEntries(HOMESERVER.of(offers).map(({ host }) => ['m.server', `${host}:443`]));
}
