import { shellWord } from '../../plain/shell.ts';
import type { ExternalSecrets } from '../../system/providers/external-secrets.ts';
import { remotePlaces } from '../../system/remote-secrets.ts';
import { code, md, table } from '../markdown.ts';
import { shellExpression } from '../secret-commands.ts';
import { readAtStart } from './new-values.ts';
import type { ProviderPage } from './page.ts';

/** Where each value belongs in the store, and how to make it. */
export const externalSecretsPage: Required<ProviderPage<ExternalSecrets>> = {
  introduction: ({ namespace }, { store, refreshInterval }, from) => [
    md`${from} The values are in the ${store.kind} ${code(store.name)}; put them there before the first apply. The bash commands below generate suitable ones.`,
    md`A new value goes into the store in place of the old one. The operator takes it into the cluster within ${code(refreshInterval)}, or at once after ${code(`kubectl -n ${shellWord(namespace)} annotate externalsecret SECRET force-sync=$(date +%s) --overwrite`)}; files that are composed of it follow in the same way.`,
    readAtStart(),
  ],
  values: ({ name }, { remoteKey }, secret) => {
    const places = remotePlaces(remoteKey, name, secret);
    return [
      table(
        ['key', 'in the store at', 'property', 'made by'],
        secret.keys.map(({ key, form }) =>
          form.kind === 'composed'
            ? [code(key), 'nowhere: the ExternalSecret composes it', '', '']
            : [
                code(key),
                code(places[key]?.key ?? ''),
                places[key]?.property === undefined ? 'the whole value' : code(places[key].property),
                code(shellExpression(form)),
              ],
        ),
      ),
    ];
  },
  commands: ({ name, secrets }, { remoteKey, store }) =>
    secrets.flatMap((secret) => {
      const places = remotePlaces(remoteKey, name, secret);
      return secret.keys.flatMap(({ key, form }) => {
        if (form.kind === 'composed') return [];
        const { key: place = '', property } = places[key] ?? {};
        return `${store.name}: ${place}${property === undefined ? '' : `, property ${property}`}: ${shellExpression(form)}`;
      });
    }),
};
