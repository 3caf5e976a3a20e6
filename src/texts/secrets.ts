import type { Stack } from '../../charts/stack/stack.ts';
import { sourcesOf } from '../system/composed.ts';
import { keepsCiphertext } from '../system/secret-settings.ts';
import { certificateHosts, type SecretKey, type SecretSpec } from '../system/secrets.ts';
import { includedReaders } from './included-readers.ts';
import { blocks, code, heading, joined, type Markdown, markdownText, md, phrase, table } from './markdown.ts';
import { sectionsOf } from './notes.ts';
import { introduction, valuesOf } from './providers/index.ts';
import { inOrder } from './secret-commands.ts';

function section(stack: Stack, secret: SecretSpec): Markdown {
  const hosts = certificateHosts(secret);
  return blocks([
    heading(2, code(secret.name)),
    ...(hosts === undefined ? [] : [md`A certificate of your own, valid for: ${joined(hosts.map(code))}.`]),
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

/** Workloads that read it, and the files that it is a part of. */
function readers(stack: Stack, secret: SecretSpec, { key, readers }: SecretKey): string | Markdown {
  const { name } = secret;
  const all = [...readers, ...includedReaders(stack, secret, key)];
  const files = stack.secrets.flatMap((other) =>
    other.keys.flatMap((one) =>
      sourcesOf(other, one).some((source) => source.secret === name && source.key === key)
        ? [code(`${other.name}/${one.key}`)]
        : [],
    ),
  );
  const found = [...all, ...files];
  return found.length === 0 ? 'the pods you mount it in' : joined(found);
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
          md`A Secret of your own: ${code('FILE')} holds the value, without a line break at the end unless that is part of it.`,
        ]
      : []),
    ...composed.map((key) => {
      const sources = sourcesOf(secret, key).map((source) => code(`${source.secret}/${source.key}`));
      return sources.length === 0
        ? md`${code(key.key)} is not secret: its value follows from the stack file.`
        : md`${code(key.key)} is a file composed of the values of ${joined(sources)}. It changes with them, and is never entered.`;
    }),
  ];
}

function rotationText(secret: SecretSpec, key: SecretKey): string {
  const { form, rotateAfterDays } = key;
  if (form.kind === 'given') return 'before it expires';
  if (form.kind === 'composed') {
    return sourcesOf(secret, key).length === 0 ? 'never' : 'together with its parts';
  }
  return rotateAfterDays === undefined ? 'when it has leaked' : `every ${rotateAfterDays} days`;
}

/** Where the Secrets that nobody has to make come from. */
function madeElsewhere({ made }: Stack): Markdown {
  return table(
    ['Secret', 'made by', 'read by'],
    made.flatMap(({ name, by, readers }) =>
      readers === undefined ? [] : [[code(name), phrase(by), phrase(readers)]],
    ),
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
    ...sectionsOf(stack, 'secrets'),
  ]);
}
