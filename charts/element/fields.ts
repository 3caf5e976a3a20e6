import * as z from 'zod';
import { host, shortText } from '../../src/stack/fields.ts';
import { address, linksField } from './branding.ts';
import { LANGUAGES } from './codes.ts';

/** An app in a shop, or none of that kind. */
const app = z.union([z.literal('none'), address]);

/** What parts of Element people can use, by the words of the stack file. */
export const PARTS = {
  registration: ['UIFeature.registration', 'Making an account. Default: false.'],
  passwordReset: ['UIFeature.passwordReset', 'Asking for a new password by mail. Default: false.'],
  deactivate: ['UIFeature.deactivate', "Deleting one's own account. Default: true."],
  identityServer: [
    'UIFeature.identityServer',
    'An identity server, to find people by mail address. Default: false.',
  ],
  thirdPartyIds: [
    'UIFeature.thirdPartyId',
    "Mail addresses and phone numbers in one's account. Default: true.",
  ],
  feedback: ['UIFeature.feedback', 'Sending opinions to the makers of Element. Default: false.'],
  locationSharing: ['UIFeature.locationSharing', 'Sharing where one is. Default: true.'],
  publicRooms: ['UIFeature.allowCreatingPublicRooms', 'Making public rooms. Default: true.'],
  publicSpaces: ['UIFeature.allowCreatingPublicSpaces', 'Making public spaces. Default: true.'],
  shareSocial: ['UIFeature.shareSocial', 'Buttons of social networks for sharing a room. Default: true.'],
  widgets: ['UIFeature.widgets', 'Widgets in rooms, which meetings with Jitsi are too. Default: true.'],
} as const;

type Part = keyof typeof PARTS;

/** Settings of Element that are options of its configuration and nothing else. */
export const optionFields = {
  language: z
    .enum(LANGUAGES)
    .optional()
    .describe('Language until a person chooses one, as a code such as de. Default: that of the browser.'),
  country: shortText
    .regex(/^[A-Z]{2}$/, 'write the code of a country in two capital letters, such as DE')
    .optional()
    .describe('Country that is preselected for phone numbers, as a code such as DE. Default: GB.'),
  roomDirectory: z
    .array(host)
    .max(20, 'write at most 20 servers')
    .optional()
    .describe(
      'Other servers whose public rooms people can look through, after those of this one. Default: none.',
    ),
  permalinks: z
    .union([z.enum(['matrix.to', 'own']), address])
    .optional()
    .describe(
      'What links to rooms, people and messages begin with: matrix.to, own (this Element), or an address. Default: matrix.to.',
    ),
  mapStyle: address
    .optional()
    .describe(
      'The style.json of a server of maps, to show where people are. Default: none, and Element shows no maps.',
    ),
  singleSignOn: z
    .enum(['immediately', 'from-welcome', 'from-login'])
    .optional()
    .describe(
      "Who is sent to the homeserver's single sign-on without a click: everybody, who opens the welcome page, or who opens the login form. Default: nobody.",
    ),
  login: z
    .strictObject({
      otherServers: z
        .boolean()
        .optional()
        .describe('Whether people can log in at other homeservers. Default: false.'),
      guests: z
        .boolean()
        .optional()
        .describe(
          'Whether people can look around without an account; the homeserver has to allow it too (allow_guest_access). Default: false.',
        ),
      emailAndPhone: z
        .boolean()
        .optional()
        .describe('Whether people can log in by mail address or phone number. Default: true.'),
      languageSelector: z
        .boolean()
        .optional()
        .describe('Whether the login form has a choice of languages. Default: true.'),
    })
    .optional()
    .describe('The login form.'),
  links: z
    .strictObject({
      help: address.optional().describe('Help. Default: https://element.io/help.'),
      encryptionHelp: address.optional().describe('Help on encryption. Default: a page of element.io.'),
      keyStorageHelp: address
        .optional()
        .describe('Help on the storage of keys. Default: a page of element.io.'),
      legal: linksField(10)
        .optional()
        .describe('Terms, privacy policy and imprint, in the settings under Help & About. Default: none.'),
      afterLogout: address
        .optional()
        .describe('Where people are after they have logged out. Default: in Element.'),
    })
    .optional()
    .describe('Where links of Element lead.'),
  apps: z
    .strictObject({
      guide: z
        .boolean()
        .optional()
        .describe(
          'Whether Element hints at its app to people who go on in the browser of a phone. Default: false.',
        ),
      variant: z
        .enum(['element', 'element-classic', 'element-pro'])
        .optional()
        .describe(
          'Which app the page for phones is about: Element X, the older Element, or Element Pro. Default: element.',
        ),
      ios: app.optional().describe('The app for iOS: an address, or none. Default: that of Element.'),
      android: app.optional().describe('The app for Android: an address, or none. Default: that of Element.'),
      fdroid: app.optional().describe('The app in F-Droid: an address, or none. Default: that of Element.'),
      desktop: app
        .optional()
        .describe('The program for desktops: an address, or none. Default: that of Element.'),
    })
    .optional()
    .describe('Apps that Element points to.'),
  show: z
    .strictObject({
      registration: part('registration'),
      passwordReset: part('passwordReset'),
      deactivate: part('deactivate'),
      identityServer: part('identityServer'),
      thirdPartyIds: part('thirdPartyIds'),
      feedback: part('feedback'),
      locationSharing: part('locationSharing'),
      publicRooms: part('publicRooms'),
      publicSpaces: part('publicSpaces'),
      shareSocial: part('shareSocial'),
      widgets: part('widgets'),
    })
    .optional()
    .describe(
      'Which parts of Element people see. They change what is shown, and not what the homeserver allows.',
    ),
} as const;

function part(name: Part): z.ZodOptional<z.ZodBoolean> {
  return z.boolean().optional().describe(PARTS[name][1]);
}
