import type { Stack } from '../../../charts/stack/stack.ts';
import type { SecretSpec } from '../../system/secrets.ts';
import type { Markdown } from '../markdown.ts';

/** What SECRETS.md and the verbs say of a provider. */
export interface ProviderPage<Own> {
  /** What to do once, before the first apply. Begins with where the page comes from. */
  introduction(stack: Stack, own: Own, from: Markdown): readonly Markdown[];
  /** How the values of one Secret come about. */
  values(stack: Stack, own: Own, secret: SecretSpec): readonly Markdown[];
  /** The same on the command line, one line each; needed where the values are elsewhere. @default - they are here */
  commands?(stack: Stack, own: Own): readonly string[];
}
