import { SecretsProblem } from '../../secrets/problem.ts';
import { type Acceptance, acceptsRecipient, strayFlag } from './acceptance.ts';

/** Age recipients that a stack file names. */
export interface NamedRecipients {
  readonly recipients: readonly string[];
  /** The setting that names them. */
  readonly setting: 'secrets.recipients' | 'secrets.escrow';
  /** The stack file. */
  readonly file: string;
  /** Those that open the files that are there; undefined where files do not say so. */
  readonly present: readonly string[] | undefined;
}

/**
 * Lets nobody be encrypted for whom the person at the computer has not accepted: the stack file belongs to
 * everybody who writes to the repository.
 *
 * @throws SecretsProblem
 */
export async function acceptRecipients(
  acceptance: Acceptance,
  { recipients, setting, file, present }: NamedRecipients,
): Promise<void> {
  const stray = strayFlag(acceptance.flags.recipients, recipients, acceptance);
  if (stray !== undefined) {
    throw new SecretsProblem(
      `--accept-recipient ${stray}: ${file} does not name it`,
      'write it there first, or leave the option out',
      'MG065',
    );
  }
  const strange = recipients.filter((one) => !acceptsRecipient(acceptance, one));
  if (strange.length > 0) {
    const what = `${file}: ${setting} names age recipients that have not been accepted on this computer: ${strange.join(', ')}${presentText(strange, present)}`;
    const accepted = await acceptance.confirm?.(
      what,
      'Whoever has one of these keys can open the values. Encrypt for them?',
    );
    if (accepted !== true) {
      throw new SecretsProblem(
        what,
        `if they belong to your cluster and your people, add ${strange.map((one) => `--accept-recipient ${one}`).join(' ')}; if not, remove them from the stack file`,
        'MG065',
      );
    }
  }
  acceptance.remember({ recipients });
}

function presentText(strange: readonly string[], present: readonly string[] | undefined): string {
  if (present === undefined) return '';
  if (present.length === 0) return '; nothing is encrypted yet';
  const fresh = strange.filter((one) => !present.includes(one));
  if (fresh.length === 0) return '; the files that are there name them too';
  return `; the files that are there are encrypted for ${present.join(', ')}, so that ${fresh.join(', ')} would be new`;
}
