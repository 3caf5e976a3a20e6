import type { Phrase } from '../plain/phrase.ts';

/** A passage of SUMMARY.md or SECRETS.md: words, or lines to copy. */
export type Passage =
  | { readonly text: Phrase }
  | { readonly copy: 'bash' | 'caddyfile' | 'json' | 'nginx' | 'yaml'; readonly lines: readonly string[] };

/**
 * Something that people should know of what a stack has. It is data, not Markdown: who shows it escapes it.
 *
 * - `local-network`: before the stack goes live, who reaches what on the local network
 * - `before-live`: before it goes live, anything else
 * - `dns`: below the DNS records
 * - `summary`, `secrets`: a section of its own in SUMMARY.md, or in SECRETS.md
 */
export type Note =
  | { readonly where: 'local-network' | 'before-live' | 'dns'; readonly text: Phrase }
  | { readonly where: 'summary' | 'secrets'; readonly title: string; readonly passages: readonly Passage[] };
