import { isKeptByOthers } from '../model/kept-secrets.ts';
import { remotePlaces } from '../model/remote-secrets.ts';
import { keepsCiphertext } from '../model/secret-settings.ts';
import type { SecretKey, SecretSpec } from '../model/secrets.ts';
import { shellWord } from '../model/shell.ts';
import type { Stack } from '../model/stack.ts';
import { blocks, code, fenced, heading, joined, type Markdown, markdownText, md, table } from './markdown.ts';
import { createCommand, shellExpression } from './secret-commands.ts';

function section(stack: Stack, secret: SecretSpec): Markdown {
  return blocks([
    heading(2, code(secret.name)),
    ...(secret.certificateFor === undefined
      ? []
      : [md`A certificate that you keep, valid for: ${joined(secret.certificateFor.map(code))}.`]),
    table(
      ['key', 'what it is', 'read by', 'if it leaks or is lost', 'change it', 'who notices'],
      secret.keys.map((one) => [
        code(one.key),
        one.what,
        one.readers.join(', '),
        one.loss,
        rotationText(one),
        one.rotation,
      ]),
    ),
    ...origin(stack, secret),
  ]);
}

function rotationText({ form, rotateAfterDays }: SecretKey): string {
  if (form.kind === 'given') return 'before it ends';
  return rotateAfterDays === undefined ? 'when it has leaked' : `every ${rotateAfterDays} days`;
}

/** How the values of one Secret come about, with its provider. */
function origin(stack: Stack, secret: SecretSpec): readonly Markdown[] {
  const { provider } = stack;
  if (provider.kind === 'existing') return [fenced('bash', createCommand(secret))];
  if (keepsCiphertext(provider) && isKeptByOthers(stack, secret)) return byOthers(stack, secret);
  if (provider.kind !== 'external-secrets') return [];
  const places = remotePlaces(provider.remoteKey, stack.name, secret);
  return [
    table(
      ['key', 'in the store at', 'property', 'made by'],
      secret.keys.map(({ key, form }) => [
        code(key),
        code(places[key]?.key ?? ''),
        places[key]?.property === undefined ? 'the whole value' : code(places[key].property),
        code(shellExpression(form)),
      ]),
    ),
  ];
}

/** A certificate that is not kept here: nobody else says who has to make it. */
function byOthers({ name }: Stack, secret: SecretSpec): readonly Markdown[] {
  const files = secret.keys.map(({ key }) => shellWord(`${secret.name}/${key}=FILE`)).join(' ');
  return [
    md`It is not kept in this repository: put it into the cluster yourself, and renew it before it ends, by hand or with whatever makes your certificates:`,
    fenced('bash', createCommand(secret)),
    md`To keep it here instead, encrypted like the others:`,
    fenced('bash', [
      `npx --no-install matrix-gitops secrets create --stack ${shellWord(name)} --from-file ${files}`,
    ]),
  ];
}

/** What to do once, before the first apply. */
function introduction(stack: Stack): readonly Markdown[] {
  const { provider, namespace, name, file } = stack;
  const from = md`Rendered from ${code(file)}.`;
  if (keepsCiphertext(provider)) {
    return [
      md`${from} The values are kept encrypted next to it, in ${code(`${name}.secrets/`)}. This command generates and encrypts those that are missing:`,
      fenced('bash', [`npm run secrets -- create --stack ${shellWord(name)}`]),
      md`That is the command in a clone of matrix-gitops. Where it is installed as a package:`,
      fenced('bash', [`npx --no-install matrix-gitops secrets create --stack ${shellWord(name)}`]),
      md`Then run synth, and commit both folders. The same command with ${code('status')} shows what is missing or due for a change, and with ${code('rotate SECRET/KEY')} replaces a value.`,
    ];
  }
  if (provider.kind === 'external-secrets') {
    return [
      md`${from} The values are in the ${provider.store.kind} ${code(provider.store.name)}; put them there before the first apply. The bash commands below generate suitable ones.`,
    ];
  }
  return [
    md`${from} Create these once, in namespace ${code(namespace)}, before the first apply. The commands are for bash. They generate each value where it is used, so that it never appears on the screen or in the shell's history.`,
    fenced('bash', [
      `kubectl create namespace ${shellWord(namespace)} --dry-run=client -o yaml | kubectl apply -f -`,
    ]),
  ];
}

/** Where a Secret that nobody has to make comes from. */
function madeElsewhere(stack: Stack): Markdown {
  const { secret, cluster } = stack.database;
  return table(
    ['Secret', 'made by', 'read by'],
    [[code(secret), md`CloudNativePG, with the Cluster ${code(cluster)}`, md`synapse (${code('password')})`]],
  );
}

/**
 * SECRETS.md: every Secret the stack needs, by namespace, with the command that makes it.
 * Holds nothing secret itself.
 */
export function secretsText(stack: Stack): string {
  return markdownText([
    heading(1, `Secrets of ${stack.name}`),
    ...introduction(stack),
    ...stack.secrets.map((secret) => section(stack, secret)),
    heading(2, 'Made by the cluster'),
    madeElsewhere(stack),
    ...(stack.jitsi?.accountsClaim === undefined ? [] : [jitsiAccounts(stack.namespace)]),
  ]);
}

/** People's accounts are no Secrets, but somebody has to make them. */
function jitsiAccounts(namespace: string): Markdown {
  const kubectl = `kubectl -n ${shellWord(namespace)} exec`;
  return blocks([
    heading(2, 'Jitsi accounts'),
    md`Everybody who may start meetings needs an account in Prosody. This command asks for the password:`,
    fenced('bash', [
      `${kubectl} -it deploy/jitsi-prosody -- prosodyctl --config /run/prosody/config/prosody.cfg.lua adduser NAME@meet.jitsi`,
    ]),
    md`The accounts of Jicofo and the video bridge are kept on the same volume, with the passwords of their first start. After changing ${code('jitsi-secrets')}, remove those two before restarting Prosody:`,
    fenced('bash', [
      `${kubectl} deploy/jitsi-prosody -- prosodyctl --config /run/prosody/config/prosody.cfg.lua deluser focus@auth.meet.jitsi`,
      `${kubectl} deploy/jitsi-prosody -- prosodyctl --config /run/prosody/config/prosody.cfg.lua deluser jvb@auth.meet.jitsi`,
    ]),
  ]);
}
