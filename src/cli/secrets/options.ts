import type { GivenOptions } from './inputs.ts';

/** What to do with the Secrets of which stacks. */
export interface SecretsOptions extends GivenOptions {
  readonly verb: 'status' | 'create' | 'rotate' | 'reseal';
  readonly stacks: string;
  readonly versions?: string;
  /** Names of the stacks; all when there are none. */
  readonly only: readonly string[];
  /** Keys to replace. */
  readonly keys: readonly string[];
  /** A file with the controller's certificate. */
  readonly cert?: string;
  /** The controller's URL, or its Service as `NAMESPACE/NAME`. @default - what the stack file says */
  readonly controller?: string;
  /** Context of the kubeconfig. @default - the current one */
  readonly context?: string;
  /** Seal for the certificate that `cert` names also where another one is pinned or was accepted. @default false */
  readonly newCert?: boolean;
  /** A file with private age keys. @default - what SOPS_AGE_KEY_FILE names */
  readonly identity?: string;
  /** A file with the signing key that is replaced. */
  readonly oldSigningKey?: string;
  /** SHA-256 of certificates that may be sealed for, as the person wrote them. @default none */
  readonly acceptCertificates?: readonly string[];
  /** Age recipients that values may be encrypted for. @default none */
  readonly acceptRecipients?: readonly string[];
  /** Take values out of escrow instead of asking the controller. */
  readonly fromEscrow: boolean;
  /** Never ask. */
  readonly yes: boolean;
  readonly now: Date;
}
