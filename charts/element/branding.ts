import * as z from 'zod';
import { shortText } from '../../src/stack/fields.ts';
import { type FileSetting, fileGroup, fileOfSetting } from '../../src/system/file-settings.ts';
import { PICTURES, squarePng } from '../../src/system/pictures.ts';
import { PAGE } from './pages.ts';

/** An address that needs no escaping in a style sheet, in quotes or in a page. */
export const address = shortText.regex(
  /^https:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?(?:[/?#][A-Za-z0-9._~:/?#@!$&*+,;=%-]*)?$/,
  'write an address such as https://example.org/help: browsers block http in a page that came over https',
);

/** A picture of this repository, or one of another server. */
function picture(
  what: string,
): z.ZodOptional<
  z.ZodObject<
    { file: z.ZodOptional<typeof fileOfSetting>; url: z.ZodOptional<typeof address> },
    z.core.$strict
  >
> {
  return z
    .strictObject({
      file: fileOfSetting.optional(),
      url: address
        .optional()
        .describe('The address of a picture on another server, which then learns who opens Element.'),
    })
    .optional()
    .describe(what);
}

/** Links with the words that people see. */
export function linksField(
  most: number,
): z.ZodArray<z.ZodObject<{ text: z.ZodString; url: typeof address }, z.core.$strict>> {
  return z
    .array(
      z.strictObject({
        text: z
          .string()
          .min(1, 'write what people see')
          .max(60, 'write at most 60 characters')
          .describe('What people see.'),
        url: address.describe('Where it leads.'),
      }),
    )
    .max(most, `write at most ${most} links`);
}

export const brandingField = z
  .strictObject({
    logo: picture('Picture above the login form: SVG, PNG, JPEG, WebP or GIF. Default: that of Element.'),
    logoLink: address.optional().describe('Where the picture leads. Default: https://element.io.'),
    favicon: fileGroup(
      'Icon of the tab, of bookmarks and of the installed app: a square PNG picture of at least 144 pixels, best 512. Default: that of Element.',
    ),
    background: picture('Picture behind the login form. Default: that of Element.'),
    footerLinks: linksField(10)
      .optional()
      .describe('Links below the login form; [] for none. Default: three of Element.'),
  })
  .optional()
  .describe('What people see of whose Element this is.');

export const pagesField = z
  .strictObject({
    welcome: fileGroup('Page for people who are not logged in: a piece of HTML. Default: that of Element.'),
    home: fileGroup('Page for people who have opened no room: a piece of HTML. Default: that of Element.'),
    start: z
      .enum(['welcome', 'login'])
      .optional()
      .describe('What people see first who are not logged in. Default: welcome.'),
  })
  .optional()
  .describe('Pages within Element.');

/** Where the container has the files of these settings, and where browsers ask for them. */
export const BRANDING_URL = '/branding/';

/** The settings that are files. Each of them has its name and, by its name, its place. */
export const FILE_SETTINGS: readonly FileSetting[] = [
  { at: ['branding', 'logo'], kinds: PICTURES, most: 250_000 },
  { at: ['branding', 'favicon'], kinds: [squarePng(144)], most: 250_000 },
  { at: ['branding', 'background'], kinds: PICTURES, most: 700_000 },
  { at: ['pages', 'welcome'], kinds: [PAGE], most: 100_000 },
  { at: ['pages', 'home'], kinds: [PAGE], most: 100_000 },
].map(({ at, ...setting }) => ({
  ...setting,
  at,
  workload: 'element',
  path: `/app${BRANDING_URL}${at[1]}`,
}));
