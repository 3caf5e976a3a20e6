import { mergePatch } from '../../src/plain/merge-patch.ts';
import { CALLS, HOMESERVER } from '../../src/system/topics.ts';
import type { Scene } from '../stack/stack.ts';
import { type Element, type ElementCalls, elementCalls } from './declare.ts';

/**
 * What the call buttons may start. Without any of these keys Element falls back to meet.element.io,
 * a server that is not the operator's.
 */
function calls(stack: Scene, what: ElementCalls): object {
  const meetings = CALLS.of(stack.offers).flatMap((one) => (one.by === 'jitsi' ? [one.host] : []));
  const jitsi = Object.fromEntries(meetings.map((host) => ['jitsi', { preferred_domain: host }]));
  switch (what) {
    case 'both':
      return { ...jitsi };
    case 'jitsi':
      return { element_call: { disable: true }, ...jitsi };
    case 'livekit':
      return { element_call: { use_exclusively: true } };
    case 'none':
      // Jitsi's button, which would lead to the public server, goes with UIFeature.voip below.
      return { element_call: { disable: true } };
  }
}

/**
 * Element Web's config.json as data.
 *
 * @see https://github.com/element-hq/element-web/blob/develop/docs/config.md
 */
export function elementConfig(stack: Scene, element: Element): unknown {
  return mergePatch(ownElementConfig(stack, element), element.extraConfig);
}

/** What the stack itself says, before additions. */
function ownElementConfig(stack: Scene, element: Element): object {
  const what = elementCalls(element, CALLS.of(stack.offers));
  return {
    default_server_config: Object.fromEntries(
      HOMESERVER.of(stack.offers).map(({ baseUrl }) => [
        'm.homeserver',
        { base_url: baseUrl, server_name: stack.serverName },
      ]),
    ),
    brand: element.brand,
    default_theme: element.theme,
    disable_custom_urls: true,
    disable_guests: true,
    // No integration manager: the default is a commercial service that is told who uses it.
    integrations_ui_url: null,
    integrations_rest_url: null,
    ...calls(stack, what),
    setting_defaults: {
      // Registration is closed, and there is no identity server or mail to reset a password with.
      'UIFeature.registration': false,
      'UIFeature.passwordReset': false,
      'UIFeature.identityServer': false,
      'UIFeature.feedback': false,
      ...(what === 'none' ? { 'UIFeature.voip': false } : {}),
      urlPreviewsEnabled: false,
    },
    room_directory: { servers: [stack.serverName] },
    show_labs_settings: false,
  };
}
