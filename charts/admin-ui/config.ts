import type { AdminUi } from './declare.ts';

/**
 * Ketesa's config.json as data. The homeserver answers on the page's own host: that is the only one where its admin API
 * is, and what the well-known file names is another.
 *
 * @see https://github.com/etkecc/ketesa/blob/main/docs/config.md
 */
export function adminUiConfig({ host }: AdminUi): unknown {
  return { restrictBaseUrl: `https://${host}`, wellKnownDiscovery: false };
}
