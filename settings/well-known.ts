import type { Jitsi } from '../model/components/jitsi.ts';
import type { Stack } from '../model/stack.ts';

/**
 * `/.well-known/matrix/client`: where clients find the homeserver and the call service.
 *
 * Calls stand here and in Synapse's own answer: clients are in the middle of moving from one to the other.
 */
export function wellKnownClient(stack: Stack): object {
  return {
    'm.homeserver': { base_url: stack.synapse.baseUrl },
    ...(stack.livekit === undefined
      ? {}
      : {
          'org.matrix.msc4143.rtc_foci': [{ type: 'livekit', livekit_service_url: stack.livekit.serviceUrl }],
        }),
    // Element's classic Android app reads only the older of the two names.
    ...(stack.jitsi === undefined
      ? {}
      : { 'io.element.jitsi': meetings(stack.jitsi), 'im.vector.riot.jitsi': meetings(stack.jitsi) }),
  };
}

/**
 * Rooms of two meet in Jitsi as well. Element would otherwise call them directly, which needs a TURN server that this
 * stack does not have: such calls fail behind most routers, or go through a server of matrix.org.
 */
function meetings({ host }: Jitsi): object {
  return { preferredDomain: host, useFor1To1Calls: true };
}

/** `/.well-known/matrix/server`: where other homeservers connect to. */
export function wellKnownServer(stack: Stack): object {
  return { 'm.server': `${stack.synapse.host}:443` };
}

/**
 * `/.well-known/matrix/support`: whom to turn to about this server; undefined where the stack file names nobody.
 *
 * @see https://spec.matrix.org/latest/client-server-api/#getwell-knownmatrixsupport
 */
export function wellKnownSupport({ wellKnown: { support } }: Stack): object | undefined {
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
