import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { load } from 'js-yaml';
import { afterEach, beforeEach } from 'vitest';
import type { Inputs } from '../../../src/cli/secrets/inputs.ts';
import type { SecretsOptions } from '../../../src/cli/secrets/options.ts';
import type { SecretsResult, StackSecrets } from '../../../src/cli/secrets/result.ts';
import { secrets } from '../../../src/cli/secrets/run.ts';
import { type SynthOptions, type SynthResult, synth } from '../../../src/cli/synth.ts';
import type { Identity } from '../../../src/secrets/age.ts';
import { openSopsFile } from '../../../src/secrets/sops/file.ts';
import type { FreshKey } from '../../secrets/keys.ts';
import { unseal } from '../../secrets/unseal.ts';
import { type MadeCertificate, makeCertificate } from '../../secrets/x509.ts';
import { dig } from '../../stacks.ts';

/** The controller's certificate in most tests; making one takes a while. */
export const HOME = makeCertificate({ notBefore: new Date(Date.now() - 20 * 86_400_000) });

/** A stack on the local network with every kind of value that can be made. */
export const CHAT = `schema: 1
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
livekit: {}
jitsi: {access: anyone}
callNodes: {addresses: {discover: stun}}
`;

/** What {@link CHAT} needs: each key, by the name of its Secret. */
export const CHAT_KEYS = [
  'jitsi-secrets/jicofo-auth-password',
  'jitsi-secrets/jvb-auth-password',
  'livekit-keys/keys.yaml',
  'synapse-secrets/form-secret',
  'synapse-secrets/macaroon-secret-key',
  'synapse-secrets/registration-shared-secret',
  'synapse-signing-key/signing.key',
];

/** A smaller stack beside it. */
export const LAB = `schema: 1
serverName: example.net
expose: {lan: {tls: {issuer: {name: home-ca}}}}
`;

/** What a run is to do otherwise than most. */
export type RunOptions = Partial<Omit<SecretsOptions, 'cert'>> & {
  /** A file with the certificate to seal for; null to give none. @default - the file `home.pem`, with {@link HOME} */
  readonly cert?: string | null;
};

/** A repository in a temporary folder, another one for each test. */
export interface Repository {
  /** Its top. */
  readonly top: () => string;
  /** Where the person at the computer keeps what they have accepted: `XDG_STATE_HOME`, outside of the repository. */
  readonly stateHome: () => string;
  /** The path of a file in it. */
  readonly at: (path: string) => string;
  readonly put: (path: string, text: string) => Promise<string>;
  readonly read: (path: string) => Promise<string>;
  readonly remove: (path: string) => Promise<void>;
  /**
   * A verb of `secrets`, for all stacks and without questions. Age recipients that stack files name are accepted,
   * unless `acceptRecipients` says otherwise.
   */
  readonly run: (
    verb: SecretsOptions['verb'],
    options?: RunOptions,
    inputs?: Partial<Inputs>,
  ) => Promise<SecretsResult>;
  readonly synth: (options?: Partial<SynthOptions>) => Promise<SynthResult>;
  /** Every file below a folder of it, by path from there; none where there is no such folder. */
  readonly files: (below: string) => Promise<ReadonlyMap<string, string>>;
}

/** A new repository before each test, without a stack. */
export function useRepository(): Repository {
  let top = '';
  let stateHome = '';
  const at = (path: string): string => join(top, path);
  const put = async (path: string, text: string): Promise<string> => {
    await mkdir(dirname(at(path)), { recursive: true });
    await writeFile(at(path), text);
    return at(path);
  };
  beforeEach(async () => {
    top = await mkdtemp(join(tmpdir(), 'secrets-'));
    stateHome = await mkdtemp(join(tmpdir(), 'state-'));
    await put('versions.yaml', await readFile('versions.yaml', 'utf8'));
    await put('home.pem', HOME.pem);
    await mkdir(at('stacks'));
  });
  afterEach(async () => {
    await rm(top, { recursive: true, force: true });
    await rm(stateHome, { recursive: true, force: true });
  });
  return {
    top: () => top,
    stateHome: () => stateHome,
    at,
    put,
    read: (path) => readFile(at(path), 'utf8'),
    remove: (path) => rm(at(path), { recursive: true }),
    run: async (verb, { cert = at('home.pem'), ...options } = {}, inputs = {}) =>
      secrets(
        {
          verb,
          stacks: at('stacks'),
          versions: at('versions.yaml'),
          only: [],
          keys: [],
          fromFile: [],
          fromEnv: [],
          fromStdin: undefined,
          ask: [],
          fromEscrow: false,
          yes: true,
          now: new Date(),
          ...(cert === null ? {} : { cert }),
          acceptRecipients: await namedRecipients(options.stacks ?? at('stacks'), options.only ?? []),
          ...options,
        },
        {
          stdin: nothing(),
          terminal: undefined,
          ...inputs,
          environment: withStateHome(inputs.environment ?? {}, stateHome),
        },
      ),
    synth: (options = {}) =>
      synth({ stacks: at('stacks'), versions: at('versions.yaml'), out: at('dist'), ...options }),
    files: (below) => filesIn(at(below)),
  };
}

/** The same object, since variables are taken out of it; where the state is kept does not show in it. */
function withStateHome(environment: NodeJS.ProcessEnv, value: string): NodeJS.ProcessEnv {
  if ('XDG_STATE_HOME' in environment) return environment;
  return Object.defineProperty(environment, 'XDG_STATE_HOME', { value, configurable: true });
}

/** Age recipients that the stack files name. */
async function namedRecipients(stacks: string, only: readonly string[]): Promise<readonly string[]> {
  const names = (await readdir(stacks).catch(() => [])).filter((name) => name.endsWith('.yaml'));
  const wanted = names.filter((name) => only.length === 0 || only.includes(name.replace('.yaml', '')));
  const texts = await Promise.all(wanted.map((name) => readFile(join(stacks, name), 'utf8').catch(() => '')));
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/age1[a-z0-9]+/g)].map(([found]) => found)))];
}

async function* nothing(): AsyncGenerator<Buffer> {}

/** Every file below a folder with its text, by path. */
export async function filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found = new Map<string, string>();
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    found.set(path.slice(folder.length + 1), await readFile(path, 'utf8'));
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The result of the only stack, which nothing stopped. */
export function done(result: SecretsResult): StackSecrets {
  const [stack, ...others] = result.stacks;
  if (stack === undefined || others.length > 0 || stack.problem !== undefined) {
    throw new Error(JSON.stringify(result, undefined, 2));
  }
  return stack;
}

/** Why nothing was done for the only stack, as one sentence; fails where something was. */
export function stopped(result: SecretsResult): string {
  const [stack, ...others] = result.stacks;
  if (stack?.problem === undefined || others.length > 0 || stack.written.length + stack.changed.length > 0) {
    throw new Error(JSON.stringify(result, undefined, 2));
  }
  return `${stack.problem.what}; ${stack.problem.remedy}`;
}

/** Names of the keys that a run changed, sorted. */
export function changedKeys({ changed }: StackSecrets): readonly string[] {
  return changed.map(({ secret, key }) => `${secret}/${key}`).sort();
}

/** Sealed values as they stand in the files of a stack, by the name of their key. */
export async function sealedIn(
  { files }: Repository,
  stack = 'chat',
): Promise<ReadonlyMap<string, { readonly sealed: string; readonly label: string }>> {
  const found = new Map<string, { sealed: string; label: string }>();
  for (const [path, text] of await files(`stacks/${stack}.secrets`)) {
    if (!path.endsWith('.yaml')) continue;
    const object = load(text);
    const name = String(dig(object, 'metadata', 'name'));
    const label = `${String(dig(object, 'metadata', 'namespace'))}/${name}`;
    for (const [key, sealed] of Object.entries(Object(dig(object, 'spec', 'encryptedData')))) {
      found.set(`${name}/${key}`, { sealed: String(sealed), label });
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The values of a stack as the cluster's controller opens them, by the name of their key. */
export async function valuesOf(
  repository: Repository,
  stack = 'chat',
  { privateKey }: MadeCertificate = HOME,
): Promise<ReadonlyMap<string, string>> {
  const sealed = await sealedIn(repository, stack);
  return new Map(
    [...sealed].map(([name, { sealed: text, label }]) => [name, unseal(text, privateKey, label).toString()]),
  );
}

/** The values of a stack that SOPS keeps, by the name of their key. */
export async function sopsValues(
  { files }: Repository,
  identities: readonly Identity[],
  stack = 'chat',
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const [path, text] of await files(`stacks/${stack}.secrets`)) {
    if (!path.endsWith('.yaml')) continue;
    const name = String(dig(load(text), 'metadata', 'name'));
    for (const [key, value] of await openSopsFile(text, identities))
      found.set(`${name}/${key}`, value.text());
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What stands on the ciphertext of a stack about its keys: `revision.matrix-gitops/…` and so on, by Secret. */
export async function factsOf(
  { files }: Repository,
  stack = 'chat',
): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const facts: Record<string, Record<string, string>> = {};
  for (const [path, text] of await files(`stacks/${stack}.secrets`)) {
    if (!path.endsWith('.yaml')) continue;
    const annotations = Object.entries(Object(dig(load(text), 'metadata', 'annotations')));
    facts[path.replace('.yaml', '')] = Object.fromEntries(
      annotations.map(([name, value]) => [name, String(value)]),
    );
  }
  return facts;
}

/** The revision of each key, by its name. */
export async function revisionsOf(
  repository: Repository,
  stack = 'chat',
): Promise<ReadonlyMap<string, string>> {
  const facts = await factsOf(repository, stack);
  return new Map(
    Object.entries(facts).flatMap(([secret, annotations]) =>
      Object.entries(annotations).flatMap(([name, value]) =>
        name.startsWith('revision.matrix-gitops/')
          ? [[`${secret}/${name.slice(name.indexOf('/') + 1)}`, value] as const]
          : [],
      ),
    ),
  );
}

/** The restart annotations of every workload in the rendered files, by its name. */
export async function restartsOf(
  { files }: Repository,
  stack = 'chat',
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  const found = new Map<string, Record<string, unknown>>();
  for (const [, text] of await files(`dist/${stack}/components`)) {
    for (const document of text.split(/^---$/m)) {
      const object = load(document);
      const template = dig(object, 'spec', 'template', 'metadata', 'annotations');
      if (template === undefined) continue;
      found.set(String(dig(object, 'metadata', 'name')), { ...Object(template) });
    }
  }
  return found;
}

/** The names of workloads whose pods start again between two looks. */
export function restarted(
  before: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  after: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
): readonly string[] {
  return [...after.keys()].filter(
    (name) => JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name)),
  );
}

/** The entries of two maps of texts that differ, by name. */
export function differing(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort();
}

/** Lines of Synapse's configuration that publish old keys, as data. */
export async function oldSigningKeysOf({ read }: Repository, stack = 'chat'): Promise<unknown> {
  const text = await read(`dist/${stack}/config/synapse-config.yaml`);
  const maps = text.split(/^---$/m).map((document) => load(document));
  const homeserver = maps.map((map) => dig(map, 'data', 'homeserver.yaml')).find((one) => one !== undefined);
  return dig(load(String(homeserver)), 'old_signing_keys');
}

/** What a stack file says of a provider that keeps ciphertext which this key opens, and the values it then keeps. */
export function providedBy(
  provider: 'sealed-secrets' | 'sops',
  repository: Repository,
  key: FreshKey,
): { readonly settings: string; readonly values: () => Promise<ReadonlyMap<string, string>> } {
  if (provider === 'sops') {
    return {
      settings: `provider: sops\n  recipients: [${key.recipient}]`,
      values: () => sopsValues(repository, key.identities),
    };
  }
  return { settings: `escrow: [${key.recipient}]`, values: () => valuesOf(repository) };
}
