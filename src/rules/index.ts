import { compareText } from '../plain/compare.ts';
import { objectText } from '../stack/manifest.ts';
import { schemaRule } from './mr001-schema.ts';
import { duplicatesRule } from './mr002-duplicates.ts';
import { namesRule } from './mr003-names.ts';
import { referencesRule } from './mr004-references.ts';
import { selectorsRule } from './mr005-selectors.ts';
import { hardeningRule } from './mr006-hardening.ts';
import { substitutionRule } from './mr007-substitution.ts';
import { secretsRule } from './mr008-secrets.ts';
import { irreplaceableRule } from './mr009-irreplaceable.ts';
import { podSecurityRule } from './mr010-pod-security.ts';
import { singleRule } from './mr011-single.ts';
import { runningRule } from './mr012-running.ts';
import { entrancesRule } from './mr013-entrances.ts';
import { administrationRule } from './mr014-administration.ts';
import { certificatesRule } from './mr015-certificates.ts';
import { shadowedRule } from './mr016-shadowed.ts';
import type { Finding, Rule, RuleInput } from './rule.ts';

/** Every rule, by code. */
export const rules: readonly Rule[] = [
  schemaRule,
  duplicatesRule,
  namesRule,
  referencesRule,
  selectorsRule,
  hardeningRule,
  substitutionRule,
  secretsRule,
  irreplaceableRule,
  podSecurityRule,
  singleRule,
  runningRule,
  entrancesRule,
  administrationRule,
  certificatesRule,
  shadowedRule,
];

/**
 * Runs every rule. The findings are sorted by file, object, code and field; none means that all rules hold.
 */
export function check(input: RuleInput): Finding[] {
  return rules.flatMap((rule) => rule.check(input)).sort(byPlace);
}

function byPlace(a: Finding, b: Finding): number {
  return (
    compareText(a.file, b.file) ||
    compareText(objectText(a.object), objectText(b.object)) ||
    compareText(a.code, b.code) ||
    compareText(a.field ?? '', b.field ?? '')
  );
}
