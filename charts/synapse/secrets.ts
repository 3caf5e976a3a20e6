import { composedFile, secretText } from '../../src/system/composed-file.ts';
import { secretConfigSecret } from '../../src/system/secret-config.ts';
import { RANDOM_HEX_32, type SecretSpec } from '../../src/system/secrets.ts';
import type { TurnLogin } from '../../src/system/topics.ts';

/** Names of Synapse's Secrets and their keys, as the deployment guide fixed them (docs/corrections.md). */
export const SYNAPSE_SECRETS = {
  name: 'synapse-secrets',
  registration: 'registration-shared-secret',
  macaroon: 'macaroon-secret-key',
  form: 'form-secret',
  signingKey: { name: 'synapse-signing-key', key: 'signing.key' },
} as const;

/** The Secret with options of homeserver.yaml that hold values of Secrets, and the file in it. */
export const SYNAPSE_SECRET_CONFIG = { name: 'synapse-secret-config', file: 'secret-config.yaml' } as const;

/** The Secret with a login for TURN that is the same for everybody, and the file in it. */
export const SYNAPSE_TURN = { name: 'synapse-turn', file: 'turn.yaml' } as const;

/**
 * The Secret with the login for TURN that Synapse gives everybody; none where it makes the logins itself.
 *
 * @see https://github.com/element-hq/synapse/blob/v1.163.2/synapse/config/voip.py
 */
export function synapseTurn(namespace: string, logins: readonly TurnLogin[]): readonly SecretSpec[] {
  const [login] = logins;
  if (login?.by !== 'password') return [];
  return [
    {
      places: [{ namespace }],
      name: SYNAPSE_TURN.name,
      keys: [
        {
          key: SYNAPSE_TURN.file,
          what: 'the login for TURN, as one more configuration file',
          readers: ['synapse'],
          form: {
            kind: 'composed',
            parts: composedFile({
              turn_username: secretText(login.username),
              turn_password: secretText(login.password),
            }),
          },
          loss: 'every client gets the login in it anyway; replace it where it comes from',
          rotation: 'it changes together with the values in it',
        },
      ],
    },
  ];
}

/**
 * The Secrets that Synapse reads.
 *
 * @param secretConfig options with values of Secrets; undefined where there are none
 */
export function synapseSecrets(
  namespace: string,
  secretConfig: Readonly<Record<string, unknown>> | undefined,
): readonly SecretSpec[] {
  return [
    {
      places: [{ namespace }],
      name: SYNAPSE_SECRETS.name,
      keys: [
        {
          key: SYNAPSE_SECRETS.registration,
          what: 'lets an administrator create accounts (register_new_matrix_user)',
          readers: ['synapse'],
          form: RANDOM_HEX_32,
          loss: 'anyone who has it can create accounts, including administrators; create a new one',
          rotation: 'nobody notices; programs that create accounts need the new value',
          rotateAfterDays: 365,
        },
        {
          key: SYNAPSE_SECRETS.macaroon,
          what: 'signs short-lived login tokens and unsubscribe links',
          readers: ['synapse'],
          form: RANDOM_HEX_32,
          loss: 'anyone who has it can forge short-lived login tokens; create a new one',
          rotation: 'older links and half-finished logins stop working',
          rotateAfterDays: 365,
        },
        {
          key: SYNAPSE_SECRETS.form,
          what: 'protects the forms Synapse shows',
          readers: ['synapse'],
          form: RANDOM_HEX_32,
          loss: 'anyone who has it can forge those forms; create a new one',
          rotation: 'people with a form open at that moment have to open it again',
          rotateAfterDays: 365,
        },
      ],
    },
    {
      places: [{ namespace }],
      name: SYNAPSE_SECRETS.signingKey.name,
      irreplaceable: true,
      keys: [
        {
          key: SYNAPSE_SECRETS.signingKey.key,
          what: "the homeserver's identity: signs every event and request to other servers",
          readers: ['synapse'],
          form: { kind: 'synapse-signing-key' },
          loss: 'other servers treat this one as an impostor; keep a copy outside the cluster',
          rotation:
            'nobody, as long as the old public key stays published: other servers fetch the new one by themselves',
        },
      ],
    },
    ...(secretConfig === undefined
      ? []
      : [
          secretConfigSecret(secretConfig, {
            ...SYNAPSE_SECRET_CONFIG,
            namespace,
            reader: 'synapse',
          }),
        ]),
  ];
}
