import type { Stack } from '../../../charts/stack/stack.ts';
import { shellWord } from '../../plain/shell.ts';
import { isMadeByOthers } from '../../system/secret-files.ts';
import type { SecretSpec } from '../../system/secrets.ts';
import { code, fenced, type Markdown, md } from '../markdown.ts';
import { createCommand } from '../secret-commands.ts';
import type { ProviderPage } from './page.ts';

/** For all who keep ciphertext here: the verbs make and change the values. */
export const ciphertextPage: ProviderPage<unknown> = {
  introduction: ({ name }, _own, from) => [
    md`${from} The values are kept encrypted next to it, in ${code(`${name}.secrets/`)}. This command generates and encrypts those that are missing:`,
    fenced('bash', [`npm run secrets -- create --stack ${shellWord(name)}`]),
    md`Run it like that in a clone of matrix-gitops. Where matrix-gitops is installed as a package:`,
    fenced('bash', [`npx --no-install matrix-gitops secrets create --stack ${shellWord(name)}`]),
    md`Then run synth, and commit both folders. With ${code('status')} instead of ${code('create')}, the same command shows what is missing or due for a change; with ${code('rotate SECRET/KEY')} it replaces a value.`,
  ],
  values: (stack, _own, secret) => (isMadeByOthers(stack.secretFiles, secret) ? byOthers(stack, secret) : []),
};

/** A certificate that is not kept here: nobody else says who has to make it. */
function byOthers({ name, secrets }: Stack, secret: SecretSpec): readonly Markdown[] {
  const files = secret.keys.map(({ key }) => shellWord(`${secret.name}/${key}=FILE`)).join(' ');
  return [
    md`It is not kept in this repository: put it into the cluster yourself, and renew it before it expires, by hand or with the tool that issues your certificates:`,
    fenced('bash', createCommand(secret, secrets)),
    md`To keep it here instead, encrypted like the others:`,
    fenced('bash', [
      `npx --no-install matrix-gitops secrets create --stack ${shellWord(name)} --from-file ${files}`,
    ]),
  ];
}
