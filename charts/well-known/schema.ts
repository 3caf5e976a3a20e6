import * as z from 'zod';
import { shortText } from '../../src/stack/fields.ts';
import { extraConfigField, forceField } from '../../src/system/extra-config.ts';

const place = z.enum(['here', 'elsewhere']);

/** Whom to turn to; every part is published to anybody. */
const support = z.strictObject({
  page: shortText
    .regex(
      /^https:\/\/[a-z0-9.-]+(?:\/[A-Za-z0-9._~/-]*)?$/,
      'write an address such as https://example.org/help',
    )
    .optional()
    .describe('A web page for people who need help.'),
  contacts: z
    .array(
      z.strictObject({
        role: z
          .enum(['admin', 'security'])
          .describe('admin for anything about the server, security for reports of vulnerabilities.'),
        matrix: shortText
          .regex(/^@[a-z0-9._=/+-]+:[a-z0-9.-]+$/, 'write a Matrix user such as @admin:example.org')
          .optional()
          .describe('A Matrix user, preferably on another server.'),
        email: shortText
          .regex(/^[A-Za-z0-9._+-]+@[a-z0-9.-]+$/, 'write an address such as admin@example.org')
          .optional()
          .describe('An email address.'),
      }),
    )
    .min(1, 'write at least one contact, or remove the key')
    .max(20, 'write at most 20 contacts')
    .optional()
    .describe('People responsible for the server.'),
});

/** What may be written at `wellKnown`. */
export const wellKnownSchema = z
  .union([
    place,
    z.strictObject({
      at: place.optional().describe('Who answers. Default: here.'),
      support: support
        .optional()
        .describe(
          'What /.well-known/matrix/support says. Default: nothing, although the specification asks for it.',
        ),
      extraClient: extraConfigField
        .optional()
        .describe(
          'More keys for /.well-known/matrix/client, spelled as clients spell them, such as m.identity_server or io.element.e2ee. Everybody can read them. What the stack itself says there cannot be replaced without a reason (force).',
        ),
      force: forceField.optional(),
    }),
  ])
  .optional()
  .describe(
    "Who answers /.well-known/matrix on the server name's own host: here (this stack) or elsewhere (your web site, for which SUMMARY.md has the texts). Write one of these words, or keys. Default: here.",
  );

/** Everything about the answers on the server name's host that more than one place needs. */
export interface WellKnown {
  readonly at: 'here' | 'elsewhere';
  /** Absent where nobody is named. */
  readonly support?: z.infer<typeof support>;
  /** More keys of the answer to clients; absent where there are none. */
  readonly extraClient?: Readonly<Record<string, unknown>>;
}

/** Fills in what the stack file leaves out. */
export function resolveWellKnown(written: z.infer<typeof wellKnownSchema>): WellKnown {
  if (written === undefined || typeof written === 'string') return { at: written ?? 'here' };
  return {
    at: written.at ?? 'here',
    ...(written.support === undefined ? {} : { support: written.support }),
    ...(written.extraClient === undefined ? {} : { extraClient: written.extraClient }),
  };
}
