import type { CheckFinding } from '../../../src/stack/finding.ts';
import { ownerOfField, providerFacts } from '../../../src/system/providers/index.ts';
import type { Check } from './check.ts';

/** Keys of `secrets:` have to go with its provider. */
export const checkSecretProvider: Check = (written, { provider: { kind } }) => {
  const { provider, ...given } = written.secrets ?? {};
  const { required, instead } = providerFacts(kind);
  const at = (key: string): readonly string[] => ['secrets', key];
  const beside = provider === undefined ? {} : { other: at('provider') };
  const findings: CheckFinding[] = [];
  for (const key of Object.keys(given)) {
    const owner = ownerOfField(key);
    if (owner === undefined || owner === kind) continue;
    const advice = instead?.[key];
    findings.push({
      code: 'MG033',
      at: at(key),
      ...beside,
      what: `secrets.${key} is not supported with provider: ${kind}`,
      remedy: `remove it, or write provider: ${owner}${advice === undefined ? '' : `; ${advice}`}`,
    });
  }
  if (required !== undefined && !Object.hasOwn(given, required.key)) {
    findings.push({
      code: 'MG033',
      at: at('provider'),
      missing: at(required.key),
      what: `secrets.provider is ${kind}, but ${required.key} is missing`,
      remedy: `add ${required.example}`,
    });
  }
  return findings;
};
