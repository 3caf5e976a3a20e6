import type { WellKnown } from '../model/components/well-known.ts';
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

/**
 * `/.well-known/matrix/support`: whom to turn to about this server; undefined where the stack file names nobody.
 *
 * @see https://spec.matrix.org/latest/client-server-api/#getwell-knownmatrixsupport
 */
export function wellKnownSupport({ support }: WellKnown): object | undefined {
  if (support === undefined) return undefined;
  const { page, contacts } = support;
  return {
    ...(contacts === undefined
      ? {}
      : {
          contacts: contacts.map(({ role, matrix, email }) => ({
            role: `m.role.${role}`,
            ...(matrix === undefined ? {} : { matrix_id: matrix }),
            ...(email === undefined ? {} : { email_address: email }),
          })),
        }),
    ...(page === undefined ? {} : { support_page: page }),
  };
}
