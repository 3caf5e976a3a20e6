import * as z from 'zod';
import type { Path } from '../../src/stack/reading/yaml-source.ts';
import { fileTarget } from '../../src/system/file-settings.ts';
import { BRANDING_URL, type brandingField, type pagesField } from './branding.ts';
import { optionFields, PARTS } from './fields.ts';
import { customThemes, type WrittenThemes } from './themes.ts';

const optionsSchema = z.strictObject(optionFields);

/** The settings of the stack file that become options. */
export type WrittenOptions = z.infer<typeof optionsSchema> &
  WrittenThemes & {
    readonly branding?: z.infer<typeof brandingField>;
    readonly pages?: z.infer<typeof pagesField>;
  };

/** An option of Element's configuration that a setting of the stack file decides. */
export interface ElementOption {
  /** The setting, below `element`. */
  readonly at: Path;
  /** The option, from the root of config.json. */
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Where a browser finds the picture or page of a setting. Element opens pages at `/`, so that this is from there. */
function urlOf(
  at: readonly [string, string],
  written: { readonly file?: string | undefined; readonly url?: string | undefined } | undefined,
): string | undefined {
  if (written?.file === undefined) return written?.url;
  return fileTarget({ path: `${BRANDING_URL.slice(1)}${at[1]}` }, written.file);
}

function not(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

/** `null` says in Element's configuration that there is none. */
function appOf(value: string | undefined): string | null | undefined {
  return value === 'none' ? null : value;
}

const SIGN_ON = {
  immediately: 'immediate',
  'from-welcome': 'on_welcome_page',
  'from-login': 'on_login_page',
} as const;

/**
 * The options that the stack file decides beyond what follows from the stack: none where nothing is written.
 *
 * @see https://github.com/element-hq/element-web/blob/develop/docs/config.md
 */
export function elementOptions(
  written: WrittenOptions,
  { serverName, host: own }: { readonly serverName: string; readonly host: string },
): readonly ElementOption[] {
  const { branding, pages, login, links, apps, show } = written;
  const desktop = apps?.desktop;
  const all: readonly (readonly [string, readonly string[], unknown])[] = [
    ['branding.logo', ['branding', 'auth_header_logo_url'], urlOf(['branding', 'logo'], branding?.logo)],
    ['branding.logoLink', ['branding', 'logo_link_url'], branding?.logoLink],
    [
      'branding.background',
      ['branding', 'welcome_background_url'],
      urlOf(['branding', 'background'], branding?.background),
    ],
    ['branding.footerLinks', ['branding', 'auth_footer_links'], branding?.footerLinks],
    ['themes', ['setting_defaults', 'custom_themes'], customThemes(written.themes)],
    ['pages.welcome', ['embedded_pages', 'welcome_url'], urlOf(['pages', 'welcome'], pages?.welcome)],
    ['pages.home', ['embedded_pages', 'home_url'], urlOf(['pages', 'home'], pages?.home)],
    [
      'pages.start',
      ['embedded_pages', 'login_for_welcome'],
      pages?.start === undefined ? undefined : pages.start === 'login',
    ],
    ['language', ['setting_defaults', 'language'], written.language],
    ['country', ['default_country_code'], written.country],
    [
      'roomDirectory',
      ['room_directory', 'servers'],
      written.roomDirectory === undefined ? undefined : [...new Set([serverName, ...written.roomDirectory])],
    ],
    ['permalinks', ['permalink_prefix'], permalinks(written.permalinks, own)],
    ['mapStyle', ['map_style_url'], written.mapStyle],
    [
      'singleSignOn',
      ['sso_redirect_options'],
      written.singleSignOn === undefined ? undefined : { [SIGN_ON[written.singleSignOn]]: true },
    ],
    ['login.otherServers', ['disable_custom_urls'], not(login?.otherServers)],
    ['login.guests', ['disable_guests'], not(login?.guests)],
    ['login.emailAndPhone', ['disable_3pid_login'], not(login?.emailAndPhone)],
    ['login.languageSelector', ['disable_login_language_selector'], not(login?.languageSelector)],
    ['links.help', ['help_url'], links?.help],
    ['links.encryptionHelp', ['help_encryption_url'], links?.encryptionHelp],
    ['links.keyStorageHelp', ['help_key_storage_url'], links?.keyStorageHelp],
    ['links.legal', ['terms_and_conditions_links'], links?.legal],
    ['links.afterLogout', ['logout_redirect_url'], links?.afterLogout],
    ['apps.guide', ['mobile_guide_toast'], apps?.guide],
    ['apps.variant', ['mobile_guide_app_variant'], apps?.variant],
    ['apps.ios', ['mobile_builds', 'ios'], appOf(apps?.ios)],
    ['apps.android', ['mobile_builds', 'android'], appOf(apps?.android)],
    ['apps.fdroid', ['mobile_builds', 'fdroid'], appOf(apps?.fdroid)],
    ['apps.desktop', ['desktop_builds'], desktop === undefined ? undefined : desktopBuilds(desktop)],
    ...Object.entries(PARTS).map(([key, [feature]]) => {
      const value = Object.entries(show ?? {}).find(([name]) => name === key)?.[1];
      return [`show.${key}`, ['setting_defaults', feature], value] as const;
    }),
  ];
  return all.flatMap(([setting, path, value]) =>
    value === undefined ? [] : [{ at: setting.split('.'), path, value }],
  );
}

function permalinks(written: string | undefined, own: string): string | undefined {
  if (written === 'matrix.to') return undefined;
  return written === 'own' ? `https://${own}` : written?.replace(/\/$/, '');
}

/** Element has an address for each system, and its own would stay. */
function desktopBuilds(where: string): object {
  if (where === 'none') return { available: false };
  return {
    available: true,
    url: where,
    url_macos: where,
    url_win64: where,
    url_win64arm: where,
    url_linux: where,
  };
}
