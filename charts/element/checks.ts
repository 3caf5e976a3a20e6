import { exactlyOne } from '../../src/stack/exactly-one.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import { dotted, type Path } from '../../src/stack/reading/yaml-source.ts';
import { conflicts } from '../../src/system/extra-config.ts';
import { COUNTRIES } from './codes.ts';
import type { ElementOption, WrittenOptions } from './options.ts';
import { themeFindings } from './themes.ts';

/** What is wrong with the settings of Element that are options, beyond what each shows alone. */
export function optionFindings(
  written: WrittenOptions,
  options: readonly ElementOption[],
  startsMeetings: boolean,
): readonly CheckFinding[] {
  return [
    ...exactlyOne(['element', 'branding', 'logo'], written.branding?.logo, ['file', 'url']),
    ...exactlyOne(['element', 'branding', 'background'], written.branding?.background, ['file', 'url']),
    ...themeFindings(written),
    ...unknownCountry(written),
    ...withoutApps(written),
    ...idle(written, startsMeetings),
    ...writtenTwice(written, options),
  ];
}

/** Element takes Great Britain, without a word, for what it does not know. */
function unknownCountry({ country }: WrittenOptions): readonly CheckFinding[] {
  if (country === undefined || COUNTRIES.includes(country)) return [];
  return [
    {
      code: 'MG229',
      at: ['element', 'country'],
      what: `Element does not know the country ${country}`,
      remedy: 'write its code of ISO 3166 in two letters, such as GB for the United Kingdom',
    },
  ];
}

/** The page that the hint leads to has links to apps, whatever the rest of Element says of them. */
function withoutApps({ apps }: WrittenOptions): readonly CheckFinding[] {
  if (apps?.guide !== true || apps.ios !== 'none' || apps.android !== 'none') return [];
  return [
    {
      code: 'MG225',
      at: ['element', 'apps', 'guide'],
      what: 'element.apps.guide suggests an app to people on phones, but apps.ios and apps.android are none',
      remedy: 'write the address of an app at apps.ios or apps.android, or remove guide',
    },
  ];
}

/** Settings that another one makes idle, or that take away what another one needs. */
function idle(written: WrittenOptions, startsMeetings: boolean): readonly CheckFinding[] {
  const found: CheckFinding[] = [];
  const report = (at: Path, other: Path, what: string, remedy: string): void => {
    found.push({ code: 'MG227', at: ['element', ...at], other: ['element', ...other], what, remedy });
  };
  const { pages, show, singleSignOn } = written;
  if (pages?.welcome !== undefined && pages.start === 'login') {
    report(
      ['pages', 'welcome'],
      ['pages', 'start'],
      'nobody sees this page, since pages.start is login',
      'remove one of them',
    );
  }
  if (pages?.welcome !== undefined && (singleSignOn === 'immediately' || singleSignOn === 'from-welcome')) {
    const remedy = 'remove the page, or write singleSignOn: from-login';
    report(
      ['pages', 'welcome'],
      ['singleSignOn'],
      `nobody sees this page, since singleSignOn is ${singleSignOn}`,
      remedy,
    );
  }
  if (show?.identityServer === true && show.thirdPartyIds === false) {
    const what = 'show.identityServer has no effect while show.thirdPartyIds is false';
    report(['show', 'identityServer'], ['show', 'thirdPartyIds'], what, 'remove one of them');
  }
  if (show?.widgets === false && startsMeetings) {
    found.push({
      code: 'MG227',
      at: ['element', 'show', 'widgets'],
      what: 'meetings with Jitsi are widgets, and show.widgets is false: rooms of more than two would have no call button',
      remedy: 'remove show.widgets, or write element.calls: livekit',
    });
  }
  return found;
}

/** What extraConfig says wins without a word, and a reader of the setting believes that. */
function writtenTwice(
  { extraConfig }: WrittenOptions,
  options: readonly ElementOption[],
): readonly CheckFinding[] {
  return options.flatMap(({ at, path }) =>
    conflicts(extraConfig ?? {}, [{ path, owner: '' }]).map(
      (found): CheckFinding => ({
        code: 'MG226',
        at: ['element', 'extraConfig', ...found.at],
        other: ['element', ...at],
        either: true,
        what: `element.${dotted(at)} decides ${path.join('.')} too`,
        remedy: 'remove one of them',
      }),
    ),
  );
}
