import { ownCommand } from '../../stack/own-command.ts';
import type { SealedSecrets } from '../../system/providers/sealed-secrets.ts';
import { factsOf } from '../annotations.ts';
import type { Format } from '../format.ts';
import { secretFile } from '../secret-text.ts';
import { type FoundSealedSecret, readSealedSecret } from './manifest.ts';
import { sealedShape } from './shape.ts';

/** Files with one SealedSecret each. */
export const sealedFormat: Format<SealedSecrets> = {
  read: ({ file, text }) => {
    const { found, problems } = readSealedSecret(file, text);
    if (found === undefined) {
      return {
        secret: undefined,
        diagnostics: problems.map(({ position, what, remedy }) => ({
          position,
          code: 'MG060',
          what,
          remedy,
        })),
      };
    }
    const { keys, annotations, manifest } = found;
    const names = keys.map(({ key }) => key);
    return secretFile({ file, text, ...sealedFor(found), manifest, annotations, names });
  },
  shape: sealedShape,
  isOne: (text) => readSealedSecret('', text).found !== undefined,
  title: 'a SealedSecret',
  values: `only the controller opens it, and ${ownCommand('secrets create')} takes values with --from-stdin`,
  recipients: ({ escrow }) => ({ files: undefined, escrow }),
};

/** The Secret that values open as. Somebody may have changed the file's own names since, which opens nothing. */
function sealedFor({ namespace, name, keys, annotations }: FoundSealedSecret): {
  readonly namespace: string;
  readonly name: string;
} {
  const scopes = keys.flatMap(({ key }) => factsOf(annotations, key).scope ?? []);
  const other = scopes.find((scope) => scope !== `strict ${namespace}/${name}`);
  const [, otherNamespace, otherName] = /^strict ([^/]+)\/(.+)$/.exec(other ?? '') ?? [];
  return { namespace: otherNamespace ?? namespace, name: otherName ?? name };
}
