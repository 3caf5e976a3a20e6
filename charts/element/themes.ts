import * as z from 'zod';
import { valueAt } from '../../src/plain/data.ts';
import { suggestion } from '../../src/plain/nearest.ts';
import { shortText } from '../../src/stack/fields.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';

/** Themes of Element's own, and what the person's system prefers. */
const BUILT_IN = ['light', 'light-high-contrast', 'dark', 'system'] as const;

/** How Element names a theme that its configuration brings. */
const PREFIX = 'custom-';

export const themeField = z
  .union([
    z.enum(BUILT_IN),
    shortText.regex(/^custom-./, 'write light, light-high-contrast, dark, system, or custom-NAME'),
  ])
  .optional()
  .describe(
    'Theme until a person chooses one: light, light-high-contrast, dark, system (what the device prefers), or custom-NAME for one of element.themes. Default: light.',
  );

/** Element makes variants of a colour by cutting off and adding digits. */
const colour = shortText.regex(
  /^#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$/,
  'write # and 3, 4, 6 or 8 hexadecimal digits in quotes, such as "#0dbd8b": Element can work with no other form',
);

const colours = z
  .union([colour, z.array(colour).min(1, 'write a colour').max(20, 'write at most 20 colours')])
  .describe('Quotes are needed, as in "#0dbd8b": without them, # begins a comment.');

/** What is put into a style sheet as it is. */
const styleValue = shortText.regex(/^[^;{}<>\n]+$/, 'write one value of CSS, without ; or braces');

export const themesField = z
  .array(
    z.strictObject({
      name: shortText
        .regex(
          /^[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,38}[A-Za-z0-9])?$/,
          'write at most 40 letters, digits, spaces, dots and dashes, such as Harbour',
        )
        .describe('Shown in the settings. It is custom-NAME for element.theme.'),
      dark: z
        .boolean()
        .optional()
        .describe('True to start from the dark theme, and false from the light one. Default: false.'),
      colors: z
        .record(
          shortText.regex(/^[a-z][a-z0-9-]*$/, 'write the name of one of its colours, such as accent-color'),
          colours,
        )
        .optional()
        .describe(
          "Colours by Element's names for them, such as accent-color. Default: those of the theme it starts from.",
        ),
      tokens: z
        .record(
          shortText.regex(
            /^--cpd-[a-z0-9-]+$/,
            "write the name of one of Compound's tokens, such as --cpd-color-bg-canvas-default",
          ),
          styleValue,
        )
        .optional()
        .describe("Values for tokens of Element's design system, Compound, by their names. Default: none."),
      fonts: z
        .strictObject({
          general: styleValue
            .optional()
            .describe('As CSS names fonts, such as "Inter, sans-serif". Default: Inter.'),
          monospace: styleValue.optional().describe('The same for code. Default: that of Element.'),
        })
        .optional()
        .describe('Fonts that devices have: pages of Element load none from other servers.'),
    }),
  )
  .max(20, 'write at most 20 themes')
  .optional()
  .describe('Themes that people can choose besides those of Element. Default: none.');

/** The part of the stack file that is about themes. */
export interface WrittenThemes {
  readonly theme?: string | undefined;
  readonly themes?: z.infer<typeof themesField>;
  readonly extraConfig?: Readonly<Record<string, unknown>> | undefined;
}

/** The theme that Element starts with; undefined where devices decide. */
export function defaultTheme({ theme = 'light' }: WrittenThemes): string | undefined {
  return theme === 'system' ? undefined : theme;
}

/** The themes as Element's configuration has them. */
export function customThemes(themes: WrittenThemes['themes']): unknown {
  return themes?.map(({ name, dark, colors, tokens, fonts }) => ({
    name,
    is_dark: dark ?? false,
    ...(colors === undefined ? {} : { colors }),
    ...(fonts === undefined ? {} : { fonts }),
    ...(tokens === undefined ? {} : { compound: tokens }),
  }));
}

/**
 * The colours that a style sheet of Element asks for, and those that its documentation lists although it asks for them
 * no more: themes that people share have these too.
 *
 * @see https://github.com/element-hq/element-web/blob/develop/apps/web/res/themes/light-custom/css/_custom.pcss
 * @see https://github.com/element-hq/element-web/blob/develop/docs/theming.md
 */
const COLOURS: readonly string[] = [
  'accent-color',
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map((step) => `accent-color-${step}00`),
  'alert',
  'avatar-background-colors',
  'background',
  'eventbubble-bg-hover',
  'eventbubble-others-bg',
  'eventbubble-self-bg',
  'focus-bg-color',
  'icon-button-color',
  'links',
  'menu-selected-color',
  'other-user-pill-bg-color',
  'panels',
  'panels-actions',
  'primary-color',
  'primary-content',
  'quaternary-content',
  'quinary-content',
  'reaction-row-button-selected-bg-color',
  'room-highlight-color',
  'roomlist-background-color',
  'roomlist-highlights-color',
  'roomlist-separator-color',
  'roomlist-text-color',
  'roomlist-text-secondary-color',
  'secondary-content',
  'secondary-hairline-color',
  'sidebar-color',
  'strong-input-border-color',
  'system',
  'system-transparent',
  'tertiary-content',
  'timeline-background-color',
  'timeline-highlights-color',
  'timeline-text-color',
  'timeline-text-secondary-color',
  'togglesw-off-color',
  'username-colors',
  'warning-color',
];

/** Colours of which there are several, one for each of several people. */
const LISTS: readonly string[] = ['username-colors', 'avatar-background-colors'];

/** What is wrong with the themes together, and with the one to start with. */
export function themeFindings(written: WrittenThemes): readonly CheckFinding[] {
  const { theme, themes = [] } = written;
  const raw = valueAt(written.extraConfig, ['setting_defaults', 'custom_themes']);
  const names = Array.isArray(raw)
    ? raw.map((one) => String(valueAt(one, ['name'])))
    : themes.map(({ name }) => name);
  const known: readonly string[] = [
    ...new Set<string>([...BUILT_IN, ...names.map((name) => `${PREFIX}${name}`)]),
  ];
  const unknown: readonly CheckFinding[] =
    theme === undefined || known.includes(theme)
      ? []
      : [
          {
            code: 'MG223',
            at: ['element', 'theme'],
            missing: ['element', 'themes'],
            what: `Element has no theme ${theme}`,
            remedy: `${suggestion(theme, known)}write one of ${known.join(', ')}${theme.startsWith(PREFIX) ? ', or add it to element.themes' : ''}`,
          },
        ];
  return [...unknown, ...themes.flatMap((one, index) => ownFindings(themes, one, index))];
}

function ownFindings(
  themes: readonly { readonly name: string }[],
  {
    name,
    colors = {},
  }: { readonly name: string; readonly colors?: Readonly<Record<string, unknown>> | undefined },
  index: number,
): readonly CheckFinding[] {
  const at = ['element', 'themes', index];
  const first = themes.findIndex((one) => one.name === name);
  const twice: readonly CheckFinding[] =
    first === index
      ? []
      : [
          {
            code: 'MG224',
            at: [...at, 'name'],
            other: ['element', 'themes', first, 'name'],
            what: `two themes are called ${name}, and Element uses only the first`,
            remedy: 'give one of them a different name',
          },
        ];
  const wrong = Object.entries(colors).flatMap(([key, value]): readonly CheckFinding[] => {
    const place = [...at, 'colors', key];
    if (!COLOURS.includes(key)) {
      const remedy = `${suggestion(key, COLOURS)}write the name of one of its colours, or use tokens:`;
      return [{ code: 'MG224', at: place, what: `Element has no colour ${key}`, remedy }];
    }
    if (Array.isArray(value) === LISTS.includes(key)) return [];
    const remedy = LISTS.includes(key) ? `write ${key}: ["#…", "#…"]` : `write ${key}: "#…"`;
    const what = LISTS.includes(key) ? `${key} is a list of colours` : `${key} is a single colour`;
    return [{ code: 'MG224', at: place, what, remedy }];
  });
  return [...twice, ...wrong];
}
