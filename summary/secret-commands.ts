import type { SecretSpec, ValueForm } from '../model/secrets.ts';
import { inDoubleQuotes, shellWord } from '../model/shell.ts';

/** The shell expression, run by bash, whose output becomes the value. Holds nothing secret itself. */
export function shellExpression(form: ValueForm): string {
  switch (form.kind) {
    case 'hex':
      // Without a newline: in an environment variable it would be a part of the password.
      return `openssl rand -hex ${form.bytes} | tr -d '\\n'`;
    case 'synapse-signing-key':
      // The seed of an Ed25519 key is any 32 random bytes; Synapse wants them in unpadded base64.
      return 'echo "ed25519 a_$(openssl rand -hex 2) $(openssl rand 32 | openssl base64 -A | tr -d =)"';
    case 'livekit-keys':
      return `echo "${inDoubleQuotes(form.apiKey)}: $(openssl rand -hex 32)"`;
    case 'private-key':
      return form.algorithm === 'rsa-3072'
        ? 'openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072'
        : 'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256';
    case 'given':
      return form.pem === 'certificate' ? 'cat CHAIN.pem' : 'cat KEY.pem';
  }
}

/** The command that makes a Secret in the cluster. Values are made where it runs and stand nowhere else. */
export function createCommand(secret: SecretSpec): readonly string[] {
  const namespace = shellWord(secret.namespace);
  const name = shellWord(secret.name);
  if (secret.certificateFor !== undefined) {
    return [`kubectl -n ${namespace} create secret tls ${name} --cert=CHAIN.pem --key=KEY.pem`];
  }
  return [
    `kubectl -n ${namespace} create secret generic ${name} \\`,
    ...secret.keys.map(
      ({ key, form }, index) =>
        `  --from-file=${shellWord(key)}=<(${shellExpression(form)})${index === secret.keys.length - 1 ? '' : ' \\'}`,
    ),
  ];
}
