import { shellWord } from '../../plain/shell.ts';
import type { Existing } from '../../system/providers/existing.ts';
import { code, fenced, joined, md } from '../markdown.ts';
import { createCommand, inOrder } from '../secret-commands.ts';
import type { ProviderPage } from './page.ts';

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
    ];
  },
  values: ({ secrets }, _own, secret) => [fenced('bash', createCommand(secret, secrets))],
  commands: ({ secrets }) => inOrder(secrets).flatMap((secret) => createCommand(secret, secrets)),
};
