import { jitsiWorkload } from '../model/components/jitsi.ts';
import { sourcesOf } from '../model/composed.ts';
import { keepsCiphertext } from '../model/secret-settings.ts';
import type { SecretKey, SecretSpec } from '../model/secrets.ts';
import { shellWord } from '../model/shell.ts';
import type { Stack } from '../model/stack.ts';
import { workloadOf } from '../model/topology.ts';
import { blocks, code, fenced, heading, joined, type Markdown, markdownText, md, table } from './markdown.ts';
import { introduction, valuesOf } from './providers/index.ts';

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
    ...valuesOf(stack, secret),
  ]);
}

/** Workloads that read it, or the files that it is a part of. */
function readers({ secrets }: Stack, { name }: SecretSpec, { key, readers }: SecretKey): string | Markdown {
  if (readers.length > 0) return readers.join(', ');
  const files = secrets.flatMap((other) =>
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
    ...(stack.jitsi?.accountsClaim === undefined
      ? []
      : [jitsiAccounts(workloadOf(stack.topology, jitsiWorkload('prosody')).namespace)]),
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
