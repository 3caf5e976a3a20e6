import { mergePatch } from '../../src/plain/merge-patch.ts';
import { CALLS, HOMESERVER } from '../../src/system/topics.ts';
import type { Scene } from '../stack/stack.ts';
import type { ElementCall } from './declare.ts';

/**
 * Element Call's config.json as data. What it leaves out is off: no analytics, no reports of crashes.
 *
 * @see https://github.com/element-hq/element-call/blob/livekit/src/config/ConfigOptions.ts
 */
export function elementCallConfig(stack: Scene, { extraConfig }: ElementCall): unknown {
  const [homeserver] = HOMESERVER.of(stack.offers);
  const [service] = CALLS.of(stack.offers).flatMap((one) => (one.by === 'livekit' ? [one.serviceUrl] : []));
  const own = {
    ...(homeserver === undefined
      ? {}
      : {
          default_server_config: {
            'm.homeserver': { base_url: homeserver.baseUrl, server_name: stack.serverName },
          },
        }),
    // For accounts of homeservers that say nothing of calls: the one above says it to its clients.
    ...(service === undefined ? {} : { livekit: { livekit_service_url: service } }),
  };
  return mergePatch(own, extraConfig);
}
