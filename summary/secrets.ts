import { jitsiWorkload } from '../model/components/jitsi.ts';
import { sourcesOf } from '../model/composed.ts';
import { databasesOf, readersOf } from '../model/databases.ts';
import { keepsCiphertext } from '../model/secret-settings.ts';
import { certificateHosts, type SecretKey, type SecretSpec } from '../model/secrets.ts';
import { shellWord } from '../model/shell.ts';
import type { Stack } from '../model/stack.ts';
import { workloadOf } from '../model/topology.ts';
import { blocks, code, fenced, heading, joined, type Markdown, markdownText, md, table } from './markdown.ts';
import { introduction, valuesOf } from './providers/index.ts';
import { inOrder } from './secret-commands.ts';

function section(stack: Stack, secret: SecretSpec): Markdown {
  const hosts = certificateHosts(secret);
  return blocks([
    heading(2, code(secret.name)),
    ...(hosts === undefined ? [] : [md`A certificate that you keep, valid for: ${joined(hosts.map(code))}.`]),
    ...notes(stack, secret),
    table(
      ['key', 'what it is', 'read by', 'if it leaks or is lost', 'change it', 'who notices'],
      secret.keys.map((one) => [
        code(one.key),
        one.what,
        readers(stack, secret, one),
        one.loss,
        rotationText(secret, one),
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
    ...composed.map((key) => {
      const sources = sourcesOf(secret, key).map((source) => code(`${source.secret}/${source.key}`));
      return sources.length === 0
        ? md`${code(key.key)} holds nothing secret: its value follows from the stack file.`
        : md`${code(key.key)} is a file composed of the values of ${joined(sources)}. It changes with them, and is never given.`;
    }),
  ];
}

function rotationText(secret: SecretSpec, key: SecretKey): string {
  const { form, rotateAfterDays } = key;
  if (form.kind === 'given') return 'before it ends';
  if (form.kind === 'composed') {
    return sourcesOf(secret, key).length === 0 ? 'never' : 'with what it is composed of';
  }
  return rotateAfterDays === undefined ? 'when it has leaked' : `every ${rotateAfterDays} days`;
}

/** Where a Secret that nobody has to make comes from. */
function madeElsewhere(stack: Stack): Markdown {
  const { secret, cluster } = stack.database;
  const readers = readersOf(stack.topology, databasesOf(stack).first).map(({ id }) => id);
  return table(
    ['Secret', 'made by', 'read by'],
    [
      [
        code(secret),
        md`CloudNativePG, with the Cluster ${code(cluster)}`,
        md`${joined(readers)} (${code('password')})`,
      ],
    ],
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
