import { keysOf } from '../plain/records.ts';
import {
  type CiphertextKind,
  keepsCiphertext,
  type ProviderOf,
  type SecretProvider,
} from '../system/providers/index.ts';
import type { Format, NamedRecipients } from './format.ts';
import { sealedFormat } from './sealed-secrets/format.ts';
import { sopsFormat } from './sops/format.ts';

/** The files of each provider that keeps ciphertext in the repository. */
const FORMATS: { readonly [K in CiphertextKind]: Format<ProviderOf<K>> } = {
  'sealed-secrets': sealedFormat,
  sops: sopsFormat,
};

type AnyFormat = Format<ProviderOf<CiphertextKind>>;

const known: Readonly<Record<CiphertextKind, AnyFormat>> = FORMATS;

/** The files of one provider. */
export function formatOf({ kind }: ProviderOf<CiphertextKind>): AnyFormat {
  return known[kind];
}

/** The other provider whose file a text is, if it is one. */
export function otherFormat(
  { kind }: ProviderOf<CiphertextKind>,
  text: string,
): { readonly kind: CiphertextKind; readonly format: AnyFormat } | undefined {
  const other = keysOf(known).find((one) => one !== kind && known[one].isOne(text));
  return other === undefined ? undefined : { kind: other, format: known[other] };
}

/** The age recipients that a stack file names; none where values are elsewhere. */
export function namedRecipients(provider: SecretProvider): NamedRecipients {
  return keepsCiphertext(provider)
    ? known[provider.kind].recipients(provider)
    : { files: undefined, escrow: [] };
}
