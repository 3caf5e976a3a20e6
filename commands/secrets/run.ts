import { ClusterProblem } from '../../cluster/problem.ts';
import { fetchCertificates, rotate as rotateByController } from '../../cluster/sealed-secrets-controller.ts';
import type { Diagnostic } from '../../model/diagnostic.ts';
import { remotePlaces } from '../../model/remote-secrets.ts';
import { keepsCiphertext, type SecretProvider } from '../../model/secret-settings.ts';
import type { SecretKey, SecretSpec } from '../../model/secrets.ts';
import type { Stack } from '../../model/stack.ts';
import { AgeProblem, type Identity } from '../../secrets/age.ts';
import { changeFolder, type FolderChange, keptOf, type Wish } from '../../secrets/change.ts';
import { keyName, planCreate } from '../../secrets/create.ts';
import { CERTIFICATES, escrowFiles, type SecretsState, secretsFolder } from '../../secrets/folder.ts';
import { readSecrets } from '../../secrets/kept.ts';
import { SecretsProblem } from '../../secrets/problem.ts';
import { outdatedKeys, planFromEscrow, resealByController } from '../../secrets/reseal.ts';
import { findKeys, planRotate, type RotatedKey } from '../../secrets/rotate.ts';
import { sealedVault } from '../../secrets/sealed-secrets/vault.ts';
import { readdressSopsFile, readSopsFile } from '../../secrets/sops/file.ts';
import { SopsProblem } from '../../secrets/sops/problem.ts';
import { needIdentity, sopsVault } from '../../secrets/sops/vault.ts';
import { type KeyStatus, statusOf } from '../../secrets/status.ts';
import type { SecretValue } from '../../secrets/value.ts';
import type { Vault } from '../../secrets/vault.ts';
import { createCommand, shellExpression } from '../../summary/secret-commands.ts';
import { problemReading } from '../environment-problem.ts';
import { replaceFile } from '../replace-file.ts';
import { UsageProblem } from '../usage-problem.ts';
import { choose, fromHere, readSecretTexts, readWorkspace } from '../workspace.ts';
import { finishInterruptedWrite, writeOutput } from '../write-output.ts';
import {
  type CertificateOptions,
  controllerOf,
  pinnedCertificate,
  type Sealing,
  sealingCertificate,
} from './certificate.ts';
import {
  askFor,
  fileValue,
  type GivenOptions,
  givenValues,
  type Inputs,
  readIdentityFile,
} from './inputs.ts';

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
  /** The controller's URL. @default - through kubectl */
  readonly controller?: string;
  /** A file with private age keys. @default - what SOPS_AGE_KEY_FILE names */
  readonly identity?: string;
  /** A file with the signing key that is replaced. */
  readonly oldSigningKey?: string;
  /** Take values out of escrow instead of asking the controller. */
  readonly fromEscrow: boolean;
  /** Never ask. */
  readonly yes: boolean;
  readonly now: Date;
}

/** A value that has changed, and what follows. */
export interface ChangedKey {
  readonly secret: string;
  readonly key: string;
  readonly how: 'made' | 'given' | 'restored' | 'sealed anew';
  /** Workloads that start again, in this order, once the change is rendered and applied; none for the same value. */
  readonly restarts: readonly string[];
  /** What people notice then; only where a value was replaced. */
  readonly notice?: string;
  /** What to do by hand before that. */
  readonly before?: string;
}

/** What came of one stack. */
export interface StackSecrets {
  readonly stack: string;
  readonly provider: SecretProvider['kind'];
  /** How each key is; only with `status`. */
  readonly status: readonly KeyStatus[];
  readonly changed: readonly ChangedKey[];
  /** Keys that only the operator knows and that are still missing. */
  readonly missing: readonly string[];
  /** Paths of what was written and removed. */
  readonly written: readonly string[];
  readonly removed: readonly string[];
  /** What the operator should know. */
  readonly notices: readonly string[];
  /** Where somebody else keeps the values: how they are made there. */
  readonly commands?: readonly string[];
  /** Why nothing was done. */
  readonly problem?: { readonly what: string; readonly remedy: string };
}

/** What a run came to. */
export interface SecretsResult {
  /** 0 fine, 1 something is missing, 2 wrong input, 3 something around the program. */
  readonly exitCode: 0 | 1 | 2 | 3;
  readonly diagnostics: readonly Diagnostic[];
  readonly stacks: readonly StackSecrets[];
}

/** A stack, and what there is of its Secrets. */
interface Work {
  readonly stack: Stack;
  readonly folder: string;
  readonly state: SecretsState;
  readonly identities: readonly Identity[];
}

/**
 * Carries out one verb on the Secrets of the stacks, one stack after the other.
 *
 * @throws UsageProblem, EnvironmentProblem
 */
export async function secrets(options: SecretsOptions, inputs: Inputs): Promise<SecretsResult> {
  const { stacks: folder, versions, verb } = options;
  const workspace = await readWorkspace(folder, versions, (stack) =>
    finishInterruptedWrite(secretsFolder(folder, stack.name)),
  );
  const chosen = choose(workspace.entries, options.only);
  const diagnostics = chosen.flatMap((entry) => entry.diagnostics);
  const usable = chosen.flatMap(({ stack }) => (stack === undefined ? [] : [stack]));
  const names = new Set([...options.fromFile, ...options.fromEnv, ...options.ask, ...options.keys]);
  if ((names.size > 0 || options.fromStdin !== undefined) && usable.length > 1) {
    throw new UsageProblem('which stack do these keys belong to? name one with --stack');
  }
  const identities = await readIdentityFile(options.identity, inputs.environment);
  const results: StackSecrets[] = [];
  let worst: 0 | 1 | 2 | 3 = diagnostics.length > 0 ? 2 : 0;
  for (const stack of usable) {
    const { result, exitCode } = await one(stack, identities, options, inputs);
    results.push(result);
    if (exitCode > worst) worst = exitCode;
  }
  for (const identity of identities) identity.wipe();
  return {
    exitCode: verb === 'status' && worst === 0 ? statusCode(results) : worst,
    diagnostics,
    stacks: results,
  };
}

/** States in which pods do not find a value. */
const LACKING = ['missing', 'other-namespace'];

function statusCode(results: readonly StackSecrets[]): 0 | 1 {
  const rows = results.flatMap(({ status }) => status);
  return rows.some(({ states }) => states.some((state) => LACKING.includes(state))) ? 1 : 0;
}

/** One stack; what stops it does not stop the others. */
async function one(
  stack: Stack,
  identities: readonly Identity[],
  options: SecretsOptions,
  inputs: Inputs,
): Promise<{ readonly result: StackSecrets; readonly exitCode: 0 | 1 | 2 | 3 }> {
  const empty: StackSecrets = {
    stack: stack.name,
    provider: stack.provider.kind,
    status: [],
    changed: [],
    missing: [],
    written: [],
    removed: [],
    notices: [],
  };
  try {
    const work = await gather(stack, identities, options);
    const result = { ...empty, ...(await carryOut(work, options, inputs)) };
    return { result, exitCode: result.missing.length > 0 ? 1 : 0 };
  } catch (error) {
    const code = problemCode(error);
    if (code === undefined || !isTold(error)) throw error;
    return { result: { ...empty, problem: { what: error.what, remedy: error.remedy } }, exitCode: code };
  }
}

function isTold(error: unknown): error is { readonly what: string; readonly remedy: string } {
  return (
    error instanceof SecretsProblem ||
    error instanceof AgeProblem ||
    error instanceof SopsProblem ||
    error instanceof ClusterProblem
  );
}

function problemCode(error: unknown): 2 | 3 | undefined {
  if (error instanceof ClusterProblem) return 3;
  return isTold(error) ? 2 : undefined;
}

async function gather(stack: Stack, identities: readonly Identity[], options: SecretsOptions): Promise<Work> {
  const folder = secretsFolder(options.stacks, stack.name);
  const read = readSecrets(stack, await readSecretTexts(options.stacks, stack));
  try {
    return { stack, folder, state: { ...read, escrow: await escrowFiles(folder) }, identities };
  } catch (error) {
    throw problemReading(`the folder ${fromHere(folder)}`, error);
  }
}

async function carryOut(work: Work, options: SecretsOptions, inputs: Inputs): Promise<Partial<StackSecrets>> {
  const { stack } = work;
  if (options.verb === 'status') return { status: await status(work, options) };
  if (!keepsCiphertext(stack.provider)) {
    if (options.verb === 'create') return { commands: commandsFor(stack) };
    throw new SecretsProblem(
      `the values of ${stack.name} are kept ${stack.provider.kind === 'existing' ? 'by you, in the cluster' : 'in a store'}, not here`,
      'change them there; SECRETS.md says what they are and how good ones are made',
    );
  }
  switch (options.verb) {
    case 'create':
      return await create(work, options, inputs);
    case 'rotate':
      return await rotate(work, options, inputs);
    case 'reseal':
      return await reseal(work, options);
  }
}

async function status(
  { stack, state }: Work,
  { stacks, now }: SecretsOptions,
): Promise<readonly KeyStatus[]> {
  const { provider } = stack;
  const newest =
    provider.kind === 'sealed-secrets'
      ? await pinnedCertificate(stack, provider, { stacks, now })
      : undefined;
  const recipients = new Map(
    provider.kind === 'sops' ? state.kept.map(({ name, text }) => [name, readSopsFile(text).recipients]) : [],
  );
  return statusOf(stack, { state, newest, recipients, now });
}

/** What turns values into files, and what comes with it. */
interface Opened {
  readonly vault: Vault;
  readonly escrow: readonly string[];
  readonly sealing: Sealing | undefined;
}

async function openVault(
  { stack, identities }: Work,
  options: SecretsOptions,
  fresh = false,
): Promise<Opened> {
  const { provider } = stack;
  if (provider.kind === 'sops') {
    const { recipients } = provider;
    const vault = sopsVault({ stack: stack.name, recipients, identities, now: options.now });
    return { vault, escrow: [], sealing: undefined };
  }
  if (provider.kind !== 'sealed-secrets') throw new Error(`${provider.kind} keeps nothing here`);
  const sealing = await sealingCertificate(stack, provider, certificateOptions(options), fresh);
  return { vault: sealedVault(stack.name, sealing.certificate), escrow: provider.escrow, sealing };
}

function certificateOptions({ stacks, cert, controller, now }: SecretsOptions): CertificateOptions {
  return { stacks, cert, controller, now };
}

async function create(work: Work, options: SecretsOptions, inputs: Inputs): Promise<Partial<StackSecrets>> {
  const { stack, state, identities } = work;
  const given = await givenValues(stack.secrets, options, inputs);
  const ask = asker(options, inputs);
  const rotated = findKeys(stack.secrets, options.keys);
  const isRotated = (name: string): boolean =>
    rotated.some(({ secret, key }) => keyName(secret, key) === name);
  const missingValues = new Map([...given].filter(([name]) => !isRotated(name)));
  const plan = await planCreate(stack.secrets, state, {
    given: missingValues,
    ask,
    identities,
    now: options.now,
  });
  if (plan.wishes.length === 0 && rotated.length === 0) return { missing: plan.missing };
  const opened = await openVault(work, options);
  const replaced =
    rotated.length === 0
      ? []
      : await planRotate(rotated, state, {
          given,
          ask,
          identities,
          vault: opened.vault,
          oldSigningKey: await oldSigningKey(options),
          now: options.now,
        });
  const wishes = [...plan.wishes, ...replaced];
  const result = await keep(work, wishes, opened, options);
  return {
    ...result,
    changed: [...plan.wishes.map(newKey), ...replaced.map(replacedKey)],
    missing: plan.missing,
    notices: [...(result.notices ?? []), ...adviceOn(stack, plan.wishes)],
  };
}

async function rotate(work: Work, options: SecretsOptions, inputs: Inputs): Promise<Partial<StackSecrets>> {
  const { stack, state, identities } = work;
  if (options.keys.length === 0) {
    const all = stack.secrets.flatMap((secret) => secret.keys.map((key) => keyName(secret, key)));
    throw new UsageProblem(`name the keys to replace; the keys of ${stack.name} are: ${all.join(', ')}`);
  }
  const keys = findKeys(stack.secrets, options.keys);
  await confirm(keys, options, inputs);
  const opened = await openVault(work, options);
  const wishes = await planRotate(keys, state, {
    given: await givenValues(stack.secrets, options, inputs),
    ask: asker(options, inputs),
    identities,
    vault: opened.vault,
    oldSigningKey: await oldSigningKey(options),
    now: options.now,
  });
  return { ...(await keep(work, wishes, opened, options)), changed: wishes.map(replacedKey) };
}

async function reseal(work: Work, options: SecretsOptions): Promise<Partial<StackSecrets>> {
  const { stack, state, identities, folder } = work;
  const { provider } = stack;
  if (provider.kind === 'sops') return await readdress(work, provider.recipients, options);
  if (provider.kind !== 'sealed-secrets') throw new Error(`${provider.kind} keeps nothing here`);
  if (options.fromEscrow) {
    if (identities.length === 0) {
      throw new SecretsProblem(
        'opening escrow needs the private age key of one of its recipients',
        'name the file that holds it in the environment variable SOPS_AGE_KEY_FILE, or with --identity',
      );
    }
    const opened = await openVault(work, options);
    const wanted = stack.secrets.flatMap((secret) =>
      secret.keys
        .filter((key) => needsSealing(secret, key, state, opened.sealing))
        .map((key) => ({ secret, key })),
    );
    const wishes = await planFromEscrow(wanted, state, identities);
    if (wishes.length === 0) return { notices: opened.sealing?.notices ?? [] };
    return { ...(await keep(work, wishes, opened, options)), changed: wishes.map(sealedAnew) };
  }
  if (state.elsewhere.length > 0) {
    throw new SecretsProblem(
      `${state.elsewhere.map(({ file }) => file).join(', ')}: sealed for another namespace, where alone the controller opens it`,
      'put the namespace back, or reseal --from-escrow',
    );
  }
  const sealing = await sealingCertificate(stack, provider, certificateOptions(options), true);
  const outdated = state.kept.filter((kept) => outdatedKeys(kept, sealing.certificate).length > 0);
  const controller = controllerOf(provider, options.controller);
  const change = await resealByController(outdated, sealing.certificate, (values) =>
    rotateByController(controller, values),
  );
  if (outdated.length > 0) await checkSameCertificate(sealing, await fetchCertificates(controller));
  const written = await write(folder, change, sealing);
  const changed = outdated.flatMap(({ name, keys }) =>
    Object.keys(keys).map((key) => ({ secret: name, key, how: 'sealed anew', restarts: [] }) as const),
  );
  return { ...written, changed, notices: sealing.notices };
}

/** The controller may have renewed its key in between: then nobody knows which one its answers are sealed for. */
async function checkSameCertificate(
  { certificate }: Sealing,
  now: readonly { readonly fingerprint: string }[],
): Promise<void> {
  if (now.some(({ fingerprint }) => fingerprint === certificate.fingerprint)) return;
  throw new SecretsProblem(
    'the controller seals for another certificate than the newest that is known here; nothing was changed',
    'run it again; with --cert, give the certificate that the controller has now',
  );
}

function needsSealing(
  secret: SecretSpec,
  { key }: SecretKey,
  state: SecretsState,
  sealing: Sealing | undefined,
): boolean {
  const kept = keptOf(state, secret);
  const record = kept?.keys[key];
  if (record !== undefined) return record.certificate !== sealing?.certificate.fingerprint;
  const moved = state.elsewhere.some(({ name, keys }) => name === secret.name && Object.hasOwn(keys, key));
  return moved || state.escrow.some((copy) => copy.secret === secret.name && copy.key === key);
}

async function readdress(
  { state, identities, folder }: Work,
  recipients: readonly string[],
  { now }: SecretsOptions,
): Promise<Partial<StackSecrets>> {
  const texts = new Map<string, string>();
  const expected = new Map<string, string | undefined>();
  const changed: ChangedKey[] = [];
  for (const { name, file, text, keys } of state.kept) {
    const before = readSopsFile(text).recipients;
    if ([...before].sort().join() === [...new Set(recipients)].sort().join()) continue;
    needIdentity(identities, file);
    const path = file.slice(file.lastIndexOf('/') + 1);
    texts.set(path, await readdressSopsFile(text, identities, recipients, now));
    expected.set(path, text);
    for (const key of Object.keys(keys))
      changed.push({ secret: name, key, how: 'sealed anew', restarts: [] });
  }
  const gone = changed.length > 0;
  return {
    ...(await write(folder, { texts, unwanted: new Set(), expected }, undefined)),
    changed,
    notices: gone
      ? ['who could open the former files still can, in the history of git: rotate what they must not know']
      : [],
  };
}

/** Asks for what only the operator knows, where there is somebody to ask. */
function asker(
  { yes }: SecretsOptions,
  { terminal }: Inputs,
): (secret: SecretSpec, key: SecretKey) => Promise<SecretValue | undefined> {
  return async (secret, key) =>
    yes || terminal === undefined ? undefined : await askFor(secret, key, terminal);
}

async function confirm(
  keys: readonly RotatedKey[],
  { yes }: SecretsOptions,
  { terminal }: Inputs,
): Promise<void> {
  if (yes) return;
  if (terminal === undefined) {
    throw new UsageProblem('rotate asks before it replaces values; run it in a terminal, or add --yes');
  }
  const lines = keys.map(({ secret, key }) => `${keyName(secret, key)}: ${key.rotation}`);
  const answer = await terminal.line(`${lines.join('\n')}\nReplace? (y/N) `);
  if (!/^y(?:es)?$/i.test(answer)) throw new UsageProblem('nothing was changed');
}

async function oldSigningKey({ oldSigningKey: file }: SecretsOptions): Promise<SecretValue | undefined> {
  return file === undefined ? undefined : await fileValue(file, 'the file given with --old-signing-key');
}

/** Encrypts and writes values, then forgets them. */
async function keep(
  { state, folder }: Work,
  wishes: readonly Wish[],
  { vault, escrow, sealing }: Opened,
  { now }: SecretsOptions,
): Promise<Partial<StackSecrets>> {
  try {
    const change = await changeFolder(wishes, { state, vault, escrow, now });
    return { ...(await write(folder, change, sealing)), notices: sealing?.notices ?? [] };
  } finally {
    for (const { value } of wishes) value.wipe();
  }
}

async function write(
  folder: string,
  { texts, unwanted, expected }: FolderChange,
  sealing: Sealing | undefined,
): Promise<{ readonly written: readonly string[]; readonly removed: readonly string[] }> {
  const all = new Map(texts);
  const pin = sealing?.pin;
  const isOwn = pin?.file.endsWith(`.secrets/${CERTIFICATES}`);
  if (pin !== undefined && isOwn) all.set(CERTIFICATES, pin.text);
  if (pin !== undefined && !isOwn) await replaceFile(pin.file, pin.text);
  if (all.size === 0 && unwanted.size === 0) return { written: [], removed: [] };
  const { changed, removed } = await writeOutput(folder, all, { unwanted, expected });
  const shown = (path: string): string => `${fromHere(folder)}/${path}`;
  return {
    written: [...(pin === undefined || isOwn ? [] : [fromHere(pin.file)]), ...changed.map(shown)],
    removed: removed.map(shown),
  };
}

function newKey({ secret, key, origin }: Wish): ChangedKey {
  return { secret: secret.name, key: key.key, how: origin, restarts: key.readers };
}

function replacedKey({ secret, key, origin }: Wish): ChangedKey {
  const { readers: restarts, rotation: notice, afterRotation: before } = key;
  const changed = { secret: secret.name, key: key.key, how: origin, restarts, notice };
  return before === undefined ? changed : { ...changed, before };
}

function sealedAnew({ secret, key }: Wish): ChangedKey {
  return { secret: secret.name, key: key.key, how: 'sealed anew', restarts: [] };
}

/** How the values of a stack come about where somebody else keeps them. */
function commandsFor({ provider, secrets, name }: Stack): readonly string[] {
  if (provider.kind === 'existing') return secrets.flatMap(createCommand);
  if (provider.kind !== 'external-secrets') return [];
  return secrets.flatMap((secret) => {
    const places = remotePlaces(provider.remoteKey, name, secret);
    return secret.keys.map(({ key, form }) => {
      const { key: place = '', property } = places[key] ?? {};
      return `${provider.store.name}: ${place}${property === undefined ? '' : `, property ${property}`}: ${shellExpression(form)}`;
    });
  });
}

/** A new identity for a server that has one already would be a disaster that nobody notices at once. */
function adviceOn({ serverName, name }: Stack, wishes: readonly Wish[]): readonly string[] {
  return wishes.some(({ key, origin }) => key.form.kind === 'synapse-signing-key' && origin === 'made')
    ? [
        `a new signing key was made: if a homeserver has run as ${serverName} before, do not use it, but undo this (git) and import the old one: secrets create --stack ${name} --from-file synapse-signing-key/signing.key=FILE`,
      ]
    : [];
}
