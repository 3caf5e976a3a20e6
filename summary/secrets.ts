import { sourcesOf } from '../model/composed.ts';
import { remotePlaces } from '../model/remote-secrets.ts';
import { isMadeByOthers } from '../model/secret-files.ts';
import { keepsCiphertext } from '../model/secret-settings.ts';
import type { SecretKey, SecretSpec } from '../model/secrets.ts';
import { shellWord } from '../model/shell.ts';
import type { Stack } from '../model/stack.ts';
import { includedReaders } from './included-readers.ts';
import { blocks, code, fenced, heading, joined, type Markdown, markdownText, md, table } from './markdown.ts';
import { createCommand, shellExpression } from './secret-commands.ts';

function section(stack: Stack, secret: SecretSpec): Markdown {
  return blocks([
    heading(2, code(secret.name)),
    ...(secret.certificateFor === undefined
      ? []
      : [md`A certificate that you keep, valid for: ${joined(secret.certificateFor.map(code))}.`]),
    ...notes(stack, secret),
    table(
      ['key', 'what it is', 'read by', 'if it leaks or is lost', 'change it', 'who notices'],
      secret.keys.map((one) => [
        code(one.key),
        one.what,
        readers(stack, secret, one),
        one.loss,
        rotationText(one),
        one.rotation,
      ]),
    ),
    ...origin(stack, secret),
  ]);
}

/** Workloads that read it, or the files that it is a part of. */
function readers(stack: Stack, secret: SecretSpec, { key, readers }: SecretKey): string | Markdown {
  const { name } = secret;
  const all = [...readers, ...includedReaders(stack, secret, key)];
  if (all.length > 0) return all.join(', ');
  const files = stack.secrets.flatMap((other) =>
    other.keys.flatMap((one) =>
      sourcesOf(other, one).some((source) => source.secret === name && source.key === key)
        ? [code(`${other.name}/${one.key}`)]
        : [],
    ),
  );
  return files.length === 0 ? 'what you mount it in' : joined(files);
}

/** In the order in which they can be made: what is composed of others after those. */
function inOrder(secrets: readonly SecretSpec[]): readonly SecretSpec[] {
  const needsOthers = (secret: SecretSpec): boolean =>
    secret.keys.some((key) => sourcesOf(secret, key).some((source) => source.secret !== secret.name));
  return [...secrets.filter((one) => !needsOthers(one)), ...secrets.filter(needsOthers)];
}

/** Where it is needed, if in more than one namespace, who enters it, and what its files are composed of. */
function notes({ provider }: Stack, secret: SecretSpec): readonly Markdown[] {
  const { places } = secret;
  const isCiphertext = keepsCiphertext(provider);
  const composed = secret.keys.filter(({ form }) => form.kind === 'composed');
  return [
    ...(places.length === 1
      ? []
      : [
          md`Needed in the namespaces ${joined(places.map(({ namespace }) => code(namespace)))}, with the same values in each.`,
        ]),
    ...(secret.keys.some(({ form }) => form.kind === 'entered') && !isCiphertext
      ? [
          md`A Secret of your own: ${code('FILE')} holds the value, without a line break at the end where that is not a part of it.`,
        ]
      : []),
    ...composed.map(
      (key) =>
        md`${code(key.key)} is a file composed of the values of ${joined(sourcesOf(secret, key).map((source) => code(`${source.secret}/${source.key}`)))}. It changes with them, and is never given.`,
    ),
  ];
}

function rotationText({ form, rotateAfterDays }: SecretKey): string {
  if (form.kind === 'given') return 'before it ends';
  if (form.kind === 'composed') return 'with what it is composed of';
  return rotateAfterDays === undefined ? 'when it has leaked' : `every ${rotateAfterDays} days`;
}

/** How the values of one Secret come about, with its provider. */
function origin(stack: Stack, secret: SecretSpec): readonly Markdown[] {
  const { provider } = stack;
  if (provider.kind === 'existing') return [fenced('bash', createCommand(secret, stack.secrets))];
  if (keepsCiphertext(provider) && isMadeByOthers(stack.secretFiles, secret)) return byOthers(stack, secret);
  if (provider.kind !== 'external-secrets') return [];
  const places = remotePlaces(provider.remoteKey, stack.name, secret);
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
}

/** A certificate that is not kept here: nobody else says who has to make it. */
function byOthers({ name, secrets }: Stack, secret: SecretSpec): readonly Markdown[] {
  const files = secret.keys.map(({ key }) => shellWord(`${secret.name}/${key}=FILE`)).join(' ');
  return [
    md`It is not kept in this repository: put it into the cluster yourself, and renew it before it ends, by hand or with whatever makes your certificates:`,
    fenced('bash', createCommand(secret, secrets)),
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
  const namespaces = [
    ...new Set([namespace, ...stack.secrets.flatMap(({ places }) => places.map((place) => place.namespace))]),
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
    ...inOrder(stack.secrets).map((secret) => section(stack, secret)),
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
