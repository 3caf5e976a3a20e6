import { load } from 'js-yaml';
import { compose } from '../src/secrets/values/compose.ts';
import { SecretValue } from '../src/secrets/values/value.ts';
import type { SecretSpec } from '../src/system/secrets.ts';

/** What a composed file comes to with these values (`secret/key`), read as YAML. */
export function composed(spec: SecretSpec | undefined, values: Readonly<Record<string, string>>): unknown {
  const form = spec?.keys[0]?.form;
  if (form?.kind !== 'composed') throw new Error('not composed');
  return load(
    compose(form.parts, ({ secret, key }) => SecretValue.of(values[`${secret}/${key}`] ?? '')).text(),
  );
}
