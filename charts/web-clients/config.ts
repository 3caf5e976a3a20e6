import { mergePatch } from '../../src/plain/merge-patch.ts';
import type { Scene } from '../stack/stack.ts';
import type { WebClient } from './declare.ts';

/**
 * Cinny's config.json as data. Addresses within the page are behind `#`, so that its files are found wherever it is opened.
 *
 * @see https://github.com/cinnyapp/cinny/blob/dev/src/app/hooks/useClientConfig.ts
 */
export function cinnyConfig({ serverName }: Scene, { extraConfig }: WebClient): unknown {
  const own = {
    defaultHomeserver: 0,
    homeserverList: [serverName],
    allowCustomHomeservers: false,
    // Without any, Cinny suggests none.
    featuredCommunities: { openAsDefault: false, spaces: [], rooms: [], servers: [serverName] },
    hashRouter: { enabled: true, basename: '/' },
  };
  return mergePatch(own, extraConfig);
}

/**
 * FluffyChat's config.json as data: the names of its settings. A browser keeps what it has read once.
 *
 * @see https://github.com/krille-chan/fluffychat/blob/main/lib/config/setting_keys.dart
 */
export function fluffychatConfig({ serverName }: Scene, { extraConfig }: WebClient): unknown {
  const own = { defaultHomeserver: serverName, presetHomeserver: serverName };
  return mergePatch(own, extraConfig);
}
