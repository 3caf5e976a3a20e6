import { load } from 'js-yaml';
import type { Stack } from '../../../charts/stack/stack.ts';
import { readEscrowPath } from '../../../src/secrets/escrow-files.ts';
import { withSecrets } from '../../../src/secrets/read-files.ts';
import {
  readCertificates,
  type SealingCertificate,
} from '../../../src/secrets/sealed-secrets/certificates.ts';
import { sealedVault } from '../../../src/secrets/sealed-secrets/vault.ts';
import { openSopsFile } from '../../../src/secrets/sops/file.ts';
import { opensSops, sopsVault } from '../../../src/secrets/sops/vault.ts';
import type { SecretsState } from '../../../src/secrets/state.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import type { Vault } from '../../../src/secrets/vault.ts';
import { changeFolder, type Wish } from '../../../src/secrets/verbs/change.ts';
import { planComposed } from '../../../src/secrets/verbs/compose.ts';
import { planCreate } from '../../../src/secrets/verbs/create.ts';
import { findKeys, planRotate } from '../../../src/secrets/verbs/rotate.ts';
import { type KeyStatus, statusOf } from '../../../src/secrets/verbs/status.ts';
import type { SecretSpec } from '../../../src/system/secrets.ts';
import { dig, stackFrom } from '../../stacks.ts';
import type { FreshKey } from '../keys.ts';
import { unseal } from '../unseal.ts';
import { makeCertificate } from '../x509.ts';

const { pem, privateKey } = makeCertificate();
const certificate = ((): SealingCertificate => {
  const [found] = readCertificates('c.pem', pem).certificates ?? [];
  if (found === undefined) throw new Error('no certificate');
  return found;
})();

const NOW = new Date('2026-02-01T00:00:00.000Z');

/** What a run has beside the folder. */
export interface Given {
  readonly values?: Readonly<Record<string, string>>;
  /** Whether the person gives their private key. @default true */
  readonly identity?: boolean;
}

/** A folder of ciphertext in memory, for stacks that no stack file can say yet. */
export interface Folder {
  readonly files: () => ReadonlyMap<string, string>;
  readonly put: (path: string, text: string) => void;
  readonly remove: (path: string) => void;
  readonly create: (stack: Stack, given?: Given) => Promise<readonly string[]>;
  readonly rotate: (stack: Stack, keys: readonly string[], given?: Given) => Promise<readonly string[]>;
  readonly status: (stack: Stack) => readonly KeyStatus[];
  /** The stack with what lies in the folder. */
  readonly withFiles: (stack: Stack) => Stack;
  /** Values by `NAMESPACE/SECRET/KEY`, as they open where the file is for. */
  readonly values: () => Promise<ReadonlyMap<string, string>>;
  /** Revisions by `NAMESPACE/SECRET/KEY`. */
  readonly revisions: (stack: Stack) => ReadonlyMap<string, string | undefined>;
}

const PROVIDERS = {
  'sealed-secrets': () => '',
  escrow: (recipient: string) => `secrets: {escrow: [${recipient}]}\n`,
  sops: (recipient: string) => `secrets: {provider: sops, recipients: [${recipient}]}\n`,
} as const;

/** Who keeps the values in a test: `escrow` is Sealed Secrets with copies. */
export type Keeper = keyof typeof PROVIDERS;

/** A small stack with these Secrets and no others. */
export function stackWith(keeper: Keeper, key: FreshKey, secrets: readonly SecretSpec[]): Stack {
  const text = `schema: 1
name: lab
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
${PROVIDERS[keeper](key.recipient)}`;
  return { ...stackFrom(text, 'stacks/lab.yaml'), secrets };
}

export function newFolder(key: FreshKey): Folder {
  const texts = new Map<string, string>();
  const stateOf = (stack: Stack): SecretsState => {
    const all = [...texts].flatMap(([file, text]) => (file.endsWith('.yaml') ? [{ file, text }] : []));
    const { secrets, diagnostics } = withSecrets(stack, all);
    if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
    const escrow = [...texts].flatMap(([path, text]) => {
      const read = readEscrowPath(path);
      return read === undefined ? [] : [{ ...read, text }];
    });
    return { ...secrets, escrow };
  };
  const keysOf = ({ provider }: Stack, { identity = true }: Given) => {
    const identities = identity ? key.identities : [];
    return { identities, open: provider.kind === 'sops' ? opensSops(identities) : async () => undefined };
  };
  const given = ({ values = {} }: Given) =>
    new Map(Object.entries(values).map(([name, text]) => [name, SecretValue.of(text)]));
  const apply = async (stack: Stack, wishes: readonly Wish[], options: Given): Promise<readonly string[]> => {
    const { provider } = stack;
    const { identities } = keysOf(stack, options);
    const vault: Vault =
      provider.kind === 'sops'
        ? sopsVault({ stack: stack.name, recipients: provider.recipients, identities, now: NOW })
        : sealedVault(stack.name, certificate);
    const escrow = provider.kind === 'sealed-secrets' ? provider.escrow : [];
    const change = await changeFolder(wishes, { state: stateOf(stack), vault, escrow, now: NOW });
    for (const [path, text] of change.expected) {
      if (texts.get(path) !== text) throw new Error(`${path} is not as expected`);
    }
    for (const path of change.unwanted) texts.delete(path);
    for (const [path, text] of change.texts) texts.set(path, text);
    return wishes.map(({ secret, key: { key: name }, origin }) => `${secret.name}/${name} ${origin}`);
  };
  return {
    files: () => texts,
    put: (path, text) => texts.set(path, text),
    remove: (path) => texts.delete(path),
    create: async (stack, options = {}) => {
      const state = stateOf(stack);
      const keys = keysOf(stack, options);
      const ask = async () => undefined;
      const plan = await planCreate(stack.secrets, state, { given: given(options), ask, now: NOW, ...keys });
      const composed = await planComposed(stack, state, plan.wishes, keys);
      return await apply(stack, [...plan.wishes, ...composed], options);
    },
    rotate: async (stack, names, options = {}) => {
      const state = stateOf(stack);
      const keys = keysOf(stack, options);
      const wishes = await planRotate(findKeys(stack.secrets, names), state, {
        given: given(options),
        ask: async () => undefined,
        oldSigningKey: undefined,
        now: NOW,
        ...keys,
      });
      const composed = await planComposed(stack, state, wishes, keys);
      return await apply(stack, [...wishes, ...composed], options);
    },
    status: (stack) => {
      const recipients = new Map([...texts.keys()].map((path) => [path, [key.recipient]]));
      return statusOf(stack, { state: stateOf(stack), newest: certificateOf(stack), recipients, now: NOW });
    },
    withFiles: (stack) => ({ ...stack, secretFiles: stateOf(stack).needed }),
    values: async () => {
      const found = new Map<string, string>();
      for (const [path, text] of texts) {
        if (!path.endsWith('.yaml')) continue;
        const object = load(text);
        const place = `${String(dig(object, 'metadata', 'namespace'))}/${String(dig(object, 'metadata', 'name'))}`;
        const sealed = dig(object, 'spec', 'encryptedData');
        if (sealed === undefined) {
          for (const [name, value] of await openSopsFile(text, key.identities))
            found.set(`${place}/${name}`, value.text());
        } else {
          for (const [name, one] of Object.entries(Object(sealed)))
            found.set(`${place}/${name}`, unseal(String(one), privateKey, place).toString());
        }
      }
      return found;
    },
    revisions: (stack) =>
      new Map(
        stateOf(stack).needed.flatMap(({ namespace, name, keys }) =>
          Object.entries(keys).map(([one, { revision }]) => [`${namespace}/${name}/${one}`, revision]),
        ),
      ),
  };
}

function certificateOf({ provider }: Stack) {
  return provider.kind === 'sealed-secrets' ? certificate : undefined;
}
