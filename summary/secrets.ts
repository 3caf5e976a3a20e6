import type { SecretSpec } from '../model/secrets.ts';
import type { Stack } from '../model/stack.ts';
import { fenced, table } from './markdown.ts';

/** The command that makes a Secret. Values are made where it runs and stand nowhere else. */
function createCommand(secret: SecretSpec): readonly string[] {
  const { namespace, name } = secret;
  if (secret.certificateFor !== undefined) {
    return [`kubectl -n ${namespace} create secret tls ${name} --cert=CHAIN.pem --key=KEY.pem`];
  }
  return [
    `kubectl -n ${namespace} create secret generic ${name} \\`,
    ...secret.keys.map(
      ({ key, make }, index) =>
        `  --from-file=${key}=<(${make})${index === secret.keys.length - 1 ? '' : ' \\'}`,
    ),
  ];
}

function section(secret: SecretSpec): string {
  return [
    `## \`${secret.name}\``,
    secret.certificateFor === undefined
      ? undefined
      : `A certificate that you keep, valid for: ${secret.certificateFor.map((host) => `\`${host}\``).join(', ')}.`,
    table(
      ['key', 'what it is', 'read by', 'if it is lost or changed'],
      secret.keys.map(({ key, what, readers, loss }) => [`\`${key}\``, what, readers.join(', '), loss]),
    ),
    fenced('bash', createCommand(secret)),
  ]
    .filter((part) => part !== undefined)
    .join('\n\n');
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
    `Rendered from \`${stack.file}\`. Make these once, in namespace \`${stack.namespace}\`, before the first apply. The commands are for bash: each value is made on the spot, is never shown and lands in no history.`,
    fenced('bash', [
      `kubectl create namespace ${stack.namespace} --dry-run=client -o yaml | kubectl apply -f -`,
    ]),
    ...stack.secrets.map(section),
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
