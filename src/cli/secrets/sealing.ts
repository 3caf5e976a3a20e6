import type { Stack } from '../../../charts/stack/stack.ts';
import type { Controller } from '../../cluster/sealed-secrets-controller.ts';
import type { SealingCertificate } from '../../secrets/sealed-secrets/certificates.ts';
import type { SecretsState } from '../../secrets/state.ts';
import type { Acceptance } from './acceptance.ts';
import type { Companion } from './work.ts';

export type { SealedSecrets } from '../../system/providers/sealed-secrets.ts';

/** The stack that is sealed for, and what is known of it. */
export interface SealedStack {
  readonly stack: Stack;
  /** The stack file. */
  readonly file: string;
  readonly state: SecretsState;
  readonly acceptance: Acceptance;
}

/** Where certificates come from, as the command line says it. */
export interface CertificateOptions {
  readonly stacks: string;
  /** A file with one, from `--cert`. */
  readonly cert: string | undefined;
  /** The controller's address, from `--controller`; default: what the stack file says. */
  readonly controller: string | undefined;
  /** Of the kubeconfig, from `--context`; default: the current one. */
  readonly context: string | undefined;
  readonly now: Date;
}

/** The certificate to seal for. */
export interface Sealing {
  readonly certificate: SealingCertificate;
  /** What the file of pinned certificates is to hold; undefined where it holds that already. */
  readonly pin: Companion | undefined;
  /** The controller that gave it; undefined where none was asked. */
  readonly controller: Controller | undefined;
  readonly notices: readonly string[];
}
