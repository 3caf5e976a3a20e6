import { remotePlaces } from '../model/remote-secrets.ts';
import { keepsCiphertext } from '../model/secret-settings.ts';
import type { SecretKey, SecretSpec } from '../model/secrets.ts';
import type { Stack } from '../model/stack.ts';
import { fenced, table } from './markdown.ts';
import { createCommand, shellExpression } from './secret-commands.ts';

function section(stack: Stack, secret: SecretSpec): string {
  return [
    `## \`${secret.name}\``,
    secret.certificateFor === undefined
      ? undefined
      : `A certificate that you keep, valid for: ${secret.certificateFor.map((host) => `\`${host}\``).join(', ')}.`,
    table(
      ['key', 'what it is', 'read by', 'if it leaks or is lost', 'change it', 'who notices'],
      secret.keys.map((one) => [
        `\`${one.key}\``,
        one.what,
        one.readers.join(', '),
        one.loss,
        rotationText(one),
        one.rotation,
      ]),
    ),
    ...origin(stack, secret),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
}

function rotationText({ form, rotateAfterDays }: SecretKey): string {
  if (form.kind === 'given') return 'before it ends';
  return rotateAfterDays === undefined ? 'when it has leaked' : `every ${rotateAfterDays} days`;
}

/** How the values of one Secret come about, with its provider. */
function origin(stack: Stack, secret: SecretSpec): readonly string[] {
  const { provider } = stack;
  if (provider.kind === 'existing') return [fenced('bash', createCommand(secret))];
  if (provider.kind !== 'external-secrets') return [];
  const places = remotePlaces(provider.remoteKey, stack.name, secret);
  return [
    table(
      ['key', 'in the store at', 'property', 'made by'],
      secret.keys.map(({ key, form }) => [
        `\`${key}\``,
        `\`${places[key]?.key ?? ''}\``,
        places[key]?.property === undefined ? 'the whole value' : `\`${places[key].property}\``,
        `\`${shellExpression(form)}\``,
      ]),
    ),
  ];
}

/** What to do once, before the first apply. */
function introduction(stack: Stack): readonly string[] {
  const { provider, namespace, name, file } = stack;
  const from = `Rendered from \`${file}\`.`;
  if (keepsCiphertext(provider)) {
    return [
      `${from} The values are kept as ciphertext beside it, in \`${name}.secrets/\`. What is missing there is made, encrypted and written by:`,
      fenced('bash', [`npx matrix-gitops secrets create --stack ${name}`]),
      'Then run synth and commit both folders. The same command with `status` tells what is missing or old, with `rotate SECRET/KEY` it makes a new value.',
    ];
  }
  if (provider.kind === 'external-secrets') {
    return [
      `${from} The values are in the ${provider.store.kind} \`${provider.store.name}\`; put them there before the first apply. The commands below make good ones, for bash.`,
    ];
  }
  return [
    `${from} Make these once, in namespace \`${namespace}\`, before the first apply. The commands are for bash: each value is made on the spot, is never shown and lands in no history.`,
    fenced('bash', [`kubectl create namespace ${namespace} --dry-run=client -o yaml | kubectl apply -f -`]),
  ];
}

/** Where a Secret that nobody has to make comes from. */
function madeElsewhere(stack: Stack): string {
  const { secret, cluster } = stack.database;
  return table(
    ['Secret', 'made by', 'read by'],
    [[`\`${secret}\``, `CloudNativePG, with the Cluster \`${cluster}\``, 'synapse (`password`)']],
  );
}

/**
 * SECRETS.md: every Secret the stack needs, by namespace, with the command that makes it.
 * Holds nothing secret itself.
 */
export function secretsText(stack: Stack): string {
  return `${[
    `# Secrets of ${stack.name}`,
    ...introduction(stack),
    ...stack.secrets.map((secret) => section(stack, secret)),
    '## Made by the cluster',
    madeElsewhere(stack),
    ...(stack.jitsi?.accountsClaim === undefined ? [] : [jitsiAccounts(stack.namespace)]),
  ].join('\n\n')}\n`;
}

/** People's accounts are no Secrets, but somebody has to make them. */
function jitsiAccounts(namespace: string): string {
  return [
    '## Jitsi accounts',
    'Who may open meetings needs an account in Prosody. The command asks for the password:',
    fenced('bash', [
      `kubectl -n ${namespace} exec -it deploy/jitsi-prosody -- prosodyctl --config /run/prosody/config/prosody.cfg.lua adduser NAME@meet.jitsi`,
    ]),
    'The accounts of Jicofo and the video bridge are kept on the same volume, with the passwords they were first made with. After changing `jitsi-secrets`, remove those two before restarting Prosody:',
    fenced('bash', [
      `kubectl -n ${namespace} exec deploy/jitsi-prosody -- prosodyctl --config /run/prosody/config/prosody.cfg.lua deluser focus@auth.meet.jitsi`,
      `kubectl -n ${namespace} exec deploy/jitsi-prosody -- prosodyctl --config /run/prosody/config/prosody.cfg.lua deluser jvb@auth.meet.jitsi`,
    ]),
  ].join('\n\n');
}
