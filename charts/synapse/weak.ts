import { list, texts } from '../../src/plain/data.ts';
import type { Phrase } from '../../src/plain/phrase.ts';

/** Networks inside which services often trust whoever asks. */
const INTERNAL = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16'];

type Options = Readonly<Record<string, unknown>>;

/** An option of homeserver.yaml that opens or weakens something with some values. */
interface Weak {
  readonly option: string;
  /** What it means with these values, as the end of a sentence that begins with the option; undefined if it weakens nothing. */
  meaning(value: unknown, all: Options): string | undefined;
}

/**
 * Each is a person's decision. Nothing that this stack renders by itself is among them.
 *
 * @see https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html
 */
const WEAK: readonly Weak[] = [
  {
    option: 'enable_registration',
    meaning: (value, all) => {
      if (!isOn(value) || isVerified(all)) return undefined;
      return isOn(all.enable_registration_without_verification)
        ? 'with enable_registration_without_verification lets anyone make an account, programs that send spam included'
        : 'has no verification, and Synapse does not start: write registration_requires_token, registrations_require_3pid or enable_registration_captcha too';
    },
  },
  {
    option: 'allow_guest_access',
    meaning: (value) =>
      isOn(value) ? 'lets anyone in as a guest without a password, into rooms that admit guests' : undefined,
  },
  {
    option: 'ip_range_blacklist',
    meaning: (value) => openTo(value, 'anyone who federates or registers a push gateway'),
  },
  {
    option: 'ip_range_whitelist',
    meaning: (value) =>
      texts(value).length === 0
        ? undefined
        : `lets Synapse connect to ${texts(value).join(', ')} for anyone who federates or registers a push gateway, whatever ip_range_blacklist says`,
  },
  {
    option: 'url_preview_ip_range_blacklist',
    meaning: (value) => openTo(value, 'anyone who posts a link, once url_preview_enabled is true,'),
  },
  {
    option: 'url_preview_ip_range_whitelist',
    meaning: (value) =>
      texts(value).length === 0
        ? undefined
        : `lets anyone who posts a link make Synapse read pages at ${texts(value).join(', ')}, whatever url_preview_ip_range_blacklist says`,
  },
  {
    option: 'use_insecure_ssl_client_just_for_testing_do_not_use',
    meaning: (value) =>
      isOn(value)
        ? 'makes Synapse accept any certificate, so that others can pose as your identity provider, captcha or push gateway'
        : undefined,
  },
  {
    option: 'federation_verify_certificates',
    meaning: (value) =>
      isOff(value)
        ? 'makes Synapse accept any certificate of other homeservers, so that others can pose as them'
        : undefined,
  },
];

/** What the additions weaken, in whole sentences. Of an option that both have, Synapse takes that of the second. */
export function weakened(extraConfig: Options, secretConfig: Options = {}): readonly Phrase[] {
  const all = { ...optionsOf(extraConfig), ...optionsOf(secretConfig) };
  return WEAK.flatMap(({ option, meaning }) => {
    const what = Object.hasOwn(all, option) ? meaning(all[option], all) : undefined;
    const field = Object.hasOwn(secretConfig, option) ? 'extraSecretConfig' : 'extraConfig';
    return what === undefined ? [] : [[{ code: `synapse.${field}.${option}` }, ` ${what}.`]];
  });
}

/** Without those that `null` removes, for which Synapse has a safe default. */
function optionsOf(addition: Options): Options {
  return Object.fromEntries(Object.entries(addition).filter(([, value]) => value !== null));
}

/** What Synapse asks for before it lets people register by themselves. */
function isVerified(all: Options): boolean {
  return (
    isOn(all.registration_requires_token) ||
    isOn(all.enable_registration_captcha) ||
    list(all.registrations_require_3pid).length > 0
  );
}

function openTo(value: unknown, who: string): string | undefined {
  const listed = texts(value);
  const missing = INTERNAL.filter((range) => !listed.includes(range));
  return missing.length === 0
    ? undefined
    : `leaves out ${missing.join(', ')}: ${who} can make Synapse connect to services inside your network`;
}

/** Synapse reads some of them as texts. */
function isOn(value: unknown): boolean {
  return /^(?:true|yes|on|1)$/i.test(String(value));
}

function isOff(value: unknown): boolean {
  return /^(?:false|no|off|0)$/i.test(String(value));
}
