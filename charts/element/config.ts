import { type Data, data } from '../../src/plain/data.ts';
import { mergePatch } from '../../src/plain/merge-patch.ts';
import { CALLS, GUEST_CALLS, HOMESERVER } from '../../src/system/topics.ts';
import type { Scene } from '../stack/stack.ts';
import { type ElementCalls, elementCalls } from './calls.ts';
import type { Element } from './declare.ts';

/**
 * What the call buttons may start. Without any of these keys Element falls back to meet.element.io,
 * a server that is not the operator's: where the stack has meetings, Element knows of them, whatever its buttons start.
 */
function calls({ offers }: Scene, what: ElementCalls): object {
  const meetings = CALLS.of(offers).flatMap((one) => (one.by === 'jitsi' ? [one.host] : []));
  // Element itself makes the links for people without an account only in calls by LiveKit.
  const guests = GUEST_CALLS.of(offers).map(({ url }) => ['guest_spa_url', url]);
  const choice = {
    both: Object.fromEntries(guests),
    livekit: { use_exclusively: true, ...Object.fromEntries(guests) },
    jitsi: { disable: true },
    // Jitsi's button, which would lead to the public server, goes with UIFeature.voip below.
    none: { disable: true },
  }[what];
  return {
    ...(Object.keys(choice).length === 0 ? {} : { element_call: choice }),
    ...Object.fromEntries(meetings.map((host) => ['jitsi', { preferred_domain: host }])),
  };
}

/**
 * Element Web's config.json as data.
 *
 * @see https://github.com/element-hq/element-web/blob/develop/docs/config.md
 */
export function elementConfig(stack: Scene, element: Element): unknown {
  const own = (element.options ?? []).reduce(
    (config, { path, value }) => put(config, path, value),
    data(ownElementConfig(stack, element)),
  );
  return mergePatch(own, element.extraConfig);
}

/** The configuration with an option, in whatever group it is. That one is `null` means something to Element. */
function put(config: Data, [key = '', ...rest]: readonly string[], value: unknown): Data {
  return { ...config, [key]: rest.length === 0 ? value : put(data(config[key]), rest, value) };
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
    ...(element.theme === undefined ? {} : { default_theme: element.theme }),
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
