import * as z from 'zod';
import { shortText } from '../../src/stack/fields.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import { notRepeated } from '../../src/stack/reading/not-repeated.ts';
import type { Note } from '../../src/system/note.ts';
import { type SecretUse, type SecretVariable, secretReference } from '../../src/system/secret-use.ts';

/** The image joins several with commas and writes each between quotes of Lua. */
const claim = shortText.regex(
  /^[A-Za-z0-9._~:/@+=*-]+$/,
  'write it without spaces, quotes or commas, such as my-app or https://login.example.org',
);

const claims = z.array(claim).min(1, 'write at least one').max(50, 'write at most 50');

const signingSecret = z.strictObject(secretReference.shape);
notRepeated.add(signingSecret, {
  remedy:
    'write {fromSecret: NAME, key: KEY} with a Secret of secrets.own; if the file with the value was ever committed or shared, replace the value at your issuer',
});

const jwt = z.strictObject({
  appId: claim.describe('Your name for this Jitsi: the claim iss of tokens, unless issuers says otherwise.'),
  secret: signingSecret.describe(
    'The secret that your issuer signs tokens with (HS256): at least 32 letters and digits, because the image copies it into its configuration without escaping. Declare the Secret in secrets.own.',
  ),
  issuers: claims.optional().describe('Accepted values of the claim iss. Default: appId.'),
  audiences: claims
    .optional()
    .describe('Accepted values of the claim aud, which every token must have. Default: any.'),
  loginUrl: shortText
    .regex(
      /^https:\/\/[A-Za-z0-9._~:/?#@!&()*+,;=%{}[\]-]+$/,
      'write an address that begins with https://, such as https://login.example.org/jitsi/{room}',
    )
    .optional()
    .describe(
      'Where people without a token are sent to get one; {room} becomes the name of the meeting. Default: nowhere, they need a link with ?jwt=TOKEN.',
    ),
});

/** What the stack file says about who may open and join meetings. */
export const accessFields = {
  access: z
    .enum(['anyone', 'password', 'jwt'])
    .describe(
      'Who may open a meeting: anyone on the Internet, people with a Jitsi account (password), or people with a token from an issuer of your own (jwt).',
    ),
  guests: z
    .boolean()
    .optional()
    .describe(
      'Whether people without an account or token may join meetings that others opened. Default: true.',
    ),
  jwt: jwt.optional().describe('The tokens of access: jwt.'),
} as const;

/** Who may open a meeting, with every default. */
export type Access =
  | { readonly by: 'anyone' }
  | { readonly by: 'password'; readonly guests: boolean }
  | { readonly by: 'jwt'; readonly guests: boolean; readonly jwt: z.infer<typeof jwt> };

/** What is written at {@link accessFields}. */
interface Written {
  readonly access: 'anyone' | 'password' | 'jwt';
  readonly guests?: boolean | undefined;
  readonly jwt?: z.infer<typeof jwt> | undefined;
}

/** Never fails: `jwt` without its settings is an error of {@link accessFindings}, and asks for accounts until then. */
export function resolveAccess({ access, guests = true, jwt: tokens }: Written): Access {
  if (access === 'anyone') return { by: 'anyone' };
  return access === 'jwt' && tokens !== undefined
    ? { by: 'jwt', guests, jwt: tokens }
    : { by: 'password', guests };
}

/** Settings of access that contradict each other. */
export function accessFindings(written: Written): readonly CheckFinding[] {
  const found: CheckFinding[] = [];
  if (written.access === 'jwt' && written.jwt === undefined) {
    found.push({
      code: 'MG260',
      at: ['jitsi', 'access'],
      missing: ['jitsi', 'jwt'],
      what: 'jitsi.access is jwt, but jitsi.jwt is missing',
      remedy: 'add jwt: {appId: NAME, secret: {fromSecret: NAME, key: KEY}} to jitsi',
    });
  }
  if (written.access !== 'jwt' && written.jwt !== undefined) {
    found.push({
      code: 'MG260',
      at: ['jitsi', 'jwt'],
      other: ['jitsi', 'access'],
      what: `jitsi.jwt is written, but jitsi.access is ${written.access}`,
      remedy: 'write access: jwt, or remove jwt',
    });
  }
  if (written.access === 'anyone' && written.guests !== undefined) {
    found.push({
      code: 'MG261',
      at: ['jitsi', 'guests'],
      other: ['jitsi', 'access'],
      what: 'jitsi.guests is written, but with access: anyone there are only guests',
      remedy: 'remove guests, or write access: password or access: jwt',
    });
  }
  return found;
}

/** The variable with the secret of tokens, which comes from a Secret. */
export function accessSecrets(access: Access): readonly SecretVariable[] {
  if (access.by !== 'jwt') return [];
  const { fromSecret, key } = access.jwt.secret;
  return [{ name: 'JWT_APP_SECRET', secret: fromSecret, key }];
}

/** The same as a use of that Secret. */
export function accessSecretUses(access: Access, workload: string): readonly SecretUse[] {
  return accessSecrets(access).map(({ secret, key }) => ({
    workload,
    secret,
    key,
    at: ['jitsi', 'jwt', 'secret'],
  }));
}

/** What people should know about it before the stack goes live. */
export function accessNotes(access: Access): readonly Note[] {
  if (access.by === 'anyone') {
    return [
      {
        where: 'before-live',
        text: ['Anyone who finds the address can hold meetings on this Jitsi.'],
      },
    ];
  }
  if (access.by !== 'jwt') return [];
  const audiences = access.jwt.audiences === undefined ? ' Jitsi accepts tokens for any audience.' : '';
  return [
    {
      where: 'before-live',
      text: [
        `Element has no token of your issuer: it opens meetings without one, so ${access.guests ? 'people wait until somebody with a token joins' : 'nobody can join a meeting from a room'}.${audiences}`,
      ],
    },
    {
      where: 'secrets',
      title: 'Tokens for meetings',
      passages: [
        {
          text: [
            'The value of ',
            { code: access.jwt.secret.key },
            ' in ',
            { code: access.jwt.secret.fromSecret },
            ' is the secret with which your issuer signs tokens (HS256). Generate at least 32 letters and digits: the image pastes the value into the configuration of Prosody, where other characters can break it. A token needs the claims iss, aud, room (* for any meeting) and exp.',
          ],
        },
      ],
    },
  ];
}
