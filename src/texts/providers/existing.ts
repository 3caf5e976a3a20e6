import { shellWord } from '../../plain/shell.ts';
import { sourcesOf } from '../../system/composed.ts';
import type { Existing } from '../../system/providers/existing.ts';
import type { SecretSpec } from '../../system/secrets.ts';
import { code, fenced, joined, type Markdown, md } from '../markdown.ts';
import { createCommand, inOrder } from '../secret-commands.ts';
import { readAtStart } from './new-values.ts';
import type { ProviderPage } from './page.ts';

/** What has to be made again by hand after a value that it is composed of. */
function composedOfOthers(secrets: readonly SecretSpec[]): readonly Markdown[] {
  const composed = inOrder(secrets).flatMap((secret) => {
    const sources = secret.keys.flatMap((key) =>
      sourcesOf(secret, key).filter((source) => source.secret !== secret.name),
    );
    const names = [...new Set(sources.map((source) => source.secret))];
    return names.length === 0 ? [] : [md`${code(secret.name)} after ${joined(names.map(code))}`];
  });
  return composed.length === 0
    ? []
    : [
        md`What is composed of values of others keeps the old ones until you replace it too: ${joined(composed)}.`,
      ];
}

/** The commands that make the Secrets in the cluster. */
export const existingPage: Required<ProviderPage<Existing>> = {
  introduction: ({ namespace, secrets }, _own, from) => {
    const namespaces = [
      ...new Set([namespace, ...secrets.flatMap(({ places }) => places.map((place) => place.namespace))]),
    ];
    return [
      md`${from} Create these once, in ${namespaces.length === 1 ? 'namespace' : 'the namespaces'} ${joined(namespaces.map(code))}, before the first apply. The commands are for bash. They generate each value where it is used, so that it never appears on the screen or in the shell's history.`,
      fenced(
        'bash',
        namespaces.map(
          (one) => `kubectl create namespace ${shellWord(one)} --dry-run=client -o yaml | kubectl apply -f -`,
        ),
      ),
      md`To change a Secret that is there already, run its commands again with ${code('--dry-run=client -o yaml | kubectl replace -f -')} at the end of its ${code('kubectl create')}, which fails with AlreadyExists otherwise. That replaces all of its keys: for one that has to stay, such as a signing key, write ${code(`<(kubectl -n NAMESPACE get secret SECRET -o 'jsonpath={.data.KEY}' | base64 -d)`)} in place of the command that makes it, with ${code('\\.')} for each dot in KEY.`,
      ...composedOfOthers(secrets),
      readAtStart(),
    ];
  },
  values: ({ secrets }, _own, secret) => [fenced('bash', createCommand(secret, secrets))],
  commands: ({ secrets }) => inOrder(secrets).flatMap((secret) => createCommand(secret, secrets)),
};
