import { PROVIDER_KEYS, type SecretProvider } from '../secret-settings.ts';
import type { Check } from './check.ts';
import type { CheckFinding } from './finding.ts';

/** What a provider cannot do without, and how to write it. */
const NEEDED: Readonly<Partial<Record<SecretProvider['kind'], { key: string; example: string }>>> = {
  sops: { key: 'recipients', example: 'recipients: [age1…], the public key of the age key that Flux has' },
  'external-secrets': { key: 'store', example: 'store: {name: …}, the store that has the values' },
};

/** Keys of `secrets:` have to go with its provider. */
export const checkSecretProvider: Check = (written, { provider: { kind } }) => {
  const { provider, ...given } = written.secrets ?? {};
  const at = (key: string): readonly string[] => ['secrets', key];
  const beside = provider === undefined ? {} : { other: at('provider') };
  const findings: CheckFinding[] = [];
  for (const key of Object.keys(given)) {
    const owner = Object.entries(PROVIDER_KEYS).find(([, keys]) => keys.some((one) => one === key))?.[0];
    if (owner === undefined || owner === kind) continue;
    const recipients = key === 'escrow' && kind === 'sops' ? '; with sops, write it among recipients' : '';
    findings.push({
      code: 'MG033',
      at: at(key),
      ...beside,
      what: `secrets.${key} does not go with provider: ${kind}`,
      remedy: `remove it, or write provider: ${owner}${recipients}`,
    });
  }
  const needed = NEEDED[kind];
  if (needed !== undefined && !Object.hasOwn(given, needed.key)) {
    findings.push({
      code: 'MG033',
      at: at('provider'),
      missing: at(needed.key),
      what: `secrets.provider is ${kind}, but ${needed.key} is missing`,
      remedy: `add ${needed.example}`,
    });
  }
  return findings;
};
