import { RANDOM_HEX_32, type SecretSpec } from '../../src/system/secrets.ts';
import { HOMESERVER, type Offered } from '../../src/system/topics.ts';

/** The Secret with what coturn and the homeserver share. */
export const TURN_SECRETS = { name: 'turn-secrets', shared: 'shared-secret' } as const;

/** coturn's workload. */
export const COTURN = 'coturn';

/** The Secrets that coturn reads. Its homeserver reads the same, so that both have to start again with a new value. */
export function coturnSecrets(
  { namespace }: { readonly namespace: string },
  offers: readonly Offered[],
): readonly SecretSpec[] {
  const readers = [COTURN, ...HOMESERVER.of(offers).map(({ workload }) => workload)];
  return [
    {
      places: [{ namespace }],
      name: TURN_SECRETS.name,
      keys: [
        {
          key: TURN_SECRETS.shared,
          what: 'the secret of which the homeserver makes logins for TURN, and with which coturn checks them',
          readers,
          form: RANDOM_HEX_32,
          loss: 'anyone who has it can relay traffic through your call node; create a new one',
          rotation:
            'relayed calls end, and clients that were given a login before get a new one within an hour',
          rotateAfterDays: 365,
        },
      ],
    },
  ];
}
