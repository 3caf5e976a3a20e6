import { valueAt } from '../../../src/plain/data.ts';
import { plainText } from '../../../src/plain/phrase.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import type { Path } from '../../../src/stack/reading/yaml-source.ts';
import type { StackFile } from '../schema.ts';
import type { Stack } from '../stack.ts';
import { namedTlsSecrets } from './certificates.ts';
import type { Check } from './check.ts';
import { LIST_OF_FILES } from './exposure.ts';

/** A Secret of the operator's own needs a name that nothing else in its namespace has. */
export const checkOwnSecrets: Check = (written, stack) =>
  Object.keys(written.secrets?.own ?? {}).flatMap((name): readonly CheckFinding[] => {
    const taken = takenBy(name, written, stack);
    return taken === undefined
      ? []
      : [
          {
            code: 'MG100',
            at: ['secrets', 'own', name],
            ...(taken.at === undefined ? {} : { other: taken.at }),
            what: `the name of your Secret "${name}" is already used: ${taken.by}`,
            remedy: `choose a different name, such as own-${name}`,
          },
        ];
  });

/** Who has a name already, and where in the stack file that is said, if it is. */
function takenBy(
  name: string,
  written: StackFile,
  stack: Stack,
): { readonly by: string; readonly at?: Path } | undefined {
  if (name === LIST_OF_FILES) return { by: 'its file would be the one that lists all files of the folder' };
  const certificate = namedTlsSecrets(stack).find((one) => one.name === name);
  if (certificate !== undefined) {
    const what = certificate.at[0] === 'expose' ? 'of this door' : 'that is named there';
    return { by: `it holds the certificate ${what}`, at: certificate.at };
  }
  // Only the values of the operator's own are entered.
  const readers = stack.secrets
    .filter((secret) => secret.name === name)
    .flatMap(({ keys: [first] }) =>
      first === undefined || first.form.kind === 'entered' ? [] : first.readers,
    );
  const [reader] = stack.topology.workloads.filter(({ id }) => readers.includes(id));
  if (reader !== undefined) {
    const [component] = reader.at;
    const at = valueAt(written, [component]) === undefined ? {} : { at: [component] };
    return { by: `${component} keeps its own values in it`, ...at };
  }
  const made = stack.made.find((one) => one.name === name);
  return made === undefined ? undefined : { by: `${plainText(made.by)}, creates it` };
}
