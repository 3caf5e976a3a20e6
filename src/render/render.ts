import { deliveryLists } from '../../charts/delivery/index.ts';
import { chartDelivery, chartStack } from '../../charts/objects.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { addedTo, isUncheckedKind } from '../include/added.ts';
import { includedFiles } from '../include/files.ts';
import { CONFIG_MAP } from '../kinds/keys.ts';
import { keyOfKind } from '../kinds/kind.ts';
import { layerOf, type RenderedFile, type RenderedPath } from '../kubernetes/rendered-file.ts';
import { compareText } from '../plain/compare.ts';
import { valueAt } from '../plain/data.ts';
import { exposure } from '../rules/exposure.ts';
import { check, rules } from '../rules/index.ts';
import type { Finding } from '../rules/rule.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import { listed } from '../stack/listed.ts';
import { type ManifestFile, objectId, objectKey, objectText } from '../stack/manifest.ts';
import { ownCommand } from '../stack/own-command.ts';
import { extraFilesMap, namedFiles } from '../system/extra-files.ts';
import type { IncludedFile, IncludedObject } from '../system/included.ts';
import type { Override, OverrideProblem } from '../system/overrides.ts';
import { decryptionOf } from '../system/providers/index.ts';
import { type SecretFile, secretFileName } from '../system/secret-files.ts';
import type { StackFault } from '../system/stack-fault.ts';
import { secretsText } from '../texts/secrets.ts';
import { summaryText } from '../texts/summary.ts';
import { type SecretRevisions, stampChecksums } from './checksums.ts';
import { headerLine, headerPath, markdownHeader } from './header.ts';
import { culprits } from './override-culprits.ts';
import { type Applied, placeIn } from './override-places.ts';
import { applyOverrides, missingTarget } from './overrides.ts';
import { manifestsText } from './yaml.ts';

/** What comes of a stack: the files of dist/, and what is wrong with them. */
export interface Rendered {
  /** Text by path below dist/, with forward slashes, sorted. */
  readonly files: ReadonlyMap<string, string>;
  /**
   * The objects in them, in files below the stack's folder, without those of deliveries (Flux's Kustomizations) and without Secrets that
   * have to be decrypted before they are applied (by SOPS).
   */
  readonly objects: readonly ManifestFile[];
  /** What the rules object to; nothing should be written then. */
  readonly findings: readonly Finding[];
  /** Overrides that do not fit the objects; nothing should be written then either. */
  readonly problems: readonly OverrideProblem[];
  /** What else in the stack file leaves objects that break a rule; nothing should be written then either. */
  readonly faults: readonly StackFault[];
  /** What is wrong with objects that are included, at its place in their files; nothing should be written then either. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Renders a stack completely in memory. Pure: no files, clock, environment or chance;
 * the same stack gives the same bytes everywhere.
 */
export function render(stack: Stack): Rendered {
  const secretFiles = stack.secretFiles.map((file) => ({ path: secretPath(stack, file), file }));
  const copies = copiesOf(stack);
  const added = addedTo(() => chartStack(stack), stack.included);
  const changed = objects(stack, copies, { overrides: numbered(stack.overrides), included: added.fresh });
  const { own, delivery, problems } = changed;
  const { accepted, opening, findings, broken, faults, diagnostics } = judge(
    stack,
    copies,
    changed,
    added.fresh,
  );
  // Without overrides and additions the objects open what the stack means.
  const opened = isAsCharted(changed) ? undefined : exposure(own, changed.before);
  const texts = new Map<string, string>();
  const header = (path: string): string => headerLine(path, stack.file, CHANGE_THE_STACK_FILE);
  const sources = new Map(includedFiles(stack.included).map(({ path, source }) => [path, source]));
  for (const { path, manifests } of own) {
    const below = `${stack.name}/${path}`;
    const source = sources.get(path);
    const line =
      source === undefined
        ? header(below)
        : headerLine(
            below,
            stack.file,
            `it is made from ${headerPath(source)}: change that file and run "npm run synth", not this one.`,
          );
    texts.set(below, manifestsText(line, manifests));
  }
  for (const { path, file } of secretFiles) {
    const below = `${stack.name}/${path}`;
    // Byte for byte: a checksum in the file may be over all of it.
    texts.set(
      below,
      `# ${headerLine(below, stack.file, `it is a copy of ${headerPath(file.file)}, which "matrix-gitops secrets" changes.`)}\n${file.text}`,
    );
  }
  for (const { path, resources } of deliveryLists(stack, [...own, ...copies])) {
    const below = `${stack.name}/${path}`;
    const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources };
    texts.set(below, manifestsText(header(below), [kustomization]));
  }
  for (const { path, manifests } of delivery) texts.set(path, manifestsText(header(path), manifests));
  const manifests = own.flatMap((file) => file.manifests);
  for (const [name, text] of [
    ['SECRETS.md', secretsText(stack)],
    ['SUMMARY.md', summaryText(stack, manifests, accepted, opened, opening)],
  ] as const) {
    const below = `${stack.name}/${name}`;
    texts.set(below, `${markdownHeader(below, stack.file, CHANGE_THE_STACK_FILE)}\n\n${text}`);
  }
  return {
    files: new Map([...texts].sort(([a], [b]) => compareText(a, b))),
    objects: decryptionOf(stack.provider) === undefined ? [...own, ...copies] : own,
    findings,
    problems: [...problems, ...broken],
    faults,
    diagnostics: listed([...added.diagnostics, ...diagnostics]),
  };
}

/** What the rules object to, overrides included, without any text. */
export function brokenRules(stack: Stack): readonly Finding[] {
  const copies = copiesOf(stack);
  const { included } = stack;
  return checked(stack, copies, objects(stack, copies, { overrides: numbered(stack.overrides), included }));
}

/** The files of ciphertext, as files of the stack. */
function copiesOf(stack: Stack): readonly RenderedFile[] {
  return stack.secretFiles.map((file) => {
    const path = secretPath(stack, file);
    return { path, layer: layerOf(path), manifests: [file.manifest] };
  });
}

/** Where the copy of a file of ciphertext goes, whatever the file is called. */
export function secretPath({ secrets }: Stack, { name, namespace }: SecretFile): RenderedPath {
  const spec = secrets.find((one) => one.name === name) ?? { name, places: [{ namespace }] };
  return `secrets/${secretFileName(spec, namespace)}`;
}

const CHANGE_THE_STACK_FILE = 'change that file and run "npm run synth", not this one.';
/** Findings whose place within their override is looked for: more are not listed anyway. */
const PLACED = 200;

/** Rules that say what is safe, not what works. */
const POLICIES: ReadonlySet<string> = new Set(
  rules.filter(({ policy }) => policy === true).map(({ code }) => code),
);

/** Rules about what objects open: who includes an object wants that of it, and SUMMARY.md lists it. */
const OPENING: ReadonlySet<string> = new Set(
  rules.filter(({ isAboutOpening }) => isAboutOpening === true).map(({ code }) => code),
);

/** What the stack file says beyond its settings. */
interface Additions {
  readonly overrides: readonly Applied[];
  readonly included: readonly IncludedFile[];
}

/**
 * The stack's objects, as additions and overrides leave them, and those that tell each way of delivery what to apply.
 */
interface Changed {
  readonly own: readonly RenderedFile[];
  readonly delivery: readonly ManifestFile[];
  readonly problems: readonly OverrideProblem[];
  /** The overrides of each object that has any. */
  readonly applied: ReadonlyMap<string, readonly Applied[]>;
  /** The stack's objects as they were before, without what is included. */
  readonly before: readonly RenderedFile[];
}

function numbered(overrides: readonly Override[]): readonly Applied[] {
  return overrides.map((override, index) => ({ index, override }));
}

/** Whether the objects are what the charts made of the settings. */
function isAsCharted({ own, before, applied }: Changed): boolean {
  return applied.size === 0 && own.length === before.length;
}

function objects(stack: Stack, copies: readonly RenderedFile[], { overrides, included }: Additions): Changed {
  const before = chartStack(stack);
  const own = applyOverrides<RenderedFile>([...before, ...includedFiles(included)], overrides);
  // Flux's timeouts follow from the objects as overrides leave them; then overrides may change these too.
  const delivery = applyOverrides(chartDelivery(stack, [...own.files, ...copies]), own.unmatched);
  const all = [...own.files, ...delivery.files].flatMap(({ manifests }) => manifests);
  const missing = delivery.unmatched.map((one) => missingTarget(one, all));
  return {
    before,
    own: stampChecksums(own.files, revisions(stack)),
    delivery: delivery.files,
    applied: new Map([...own.applied, ...delivery.applied]),
    problems: [...own.problems, ...delivery.problems, ...missing].sort((a, b) => a.index - b.index),
  };
}

/** What the rules say of the objects: what a person may decide, what this program did wrong, what others broke. */
function judge(
  stack: Stack,
  copies: readonly RenderedFile[],
  changed: Changed,
  included: readonly IncludedFile[],
): {
  readonly accepted: readonly Finding[];
  readonly opening: readonly Finding[];
  readonly findings: readonly Finding[];
  readonly broken: readonly OverrideProblem[];
  readonly faults: readonly StackFault[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const { applied } = changed;
  const all = checked(stack, copies, changed);
  const added = new Map(
    included.flatMap((file) =>
      file.objects.map(
        (object) => [objectKey(objectId(object.manifest)), { ...file, objects: [object] }] as const,
      ),
    ),
  );
  const isOverridden = ({ object }: Finding): boolean => applied.has(objectKey(object));
  const isAdded = ({ object }: Finding): boolean => added.has(objectKey(object));
  // A policy: who overrides an object answers for it, and SUMMARY.md says so.
  const isAccepted = (one: Finding): boolean => isOverridden(one) && POLICIES.has(one.code);
  const isOpening = (one: Finding): boolean => isAdded(one) && !isOverridden(one) && OPENING.has(one.code);
  const inOrder = [...new Set([...applied.values()].flat())].sort((a, b) => a.index - b.index);
  const after = (overrides: readonly Applied[]): readonly Finding[] =>
    checked(stack, copies, objects(stack, copies, { overrides, included }));
  const overrideAtFault = culprits(inOrder, after);
  const additionAtFault = culprits([...added.values()], (some) =>
    checked(stack, copies, objects(stack, copies, { overrides: [], included: some })),
  );
  let before: ReadonlySet<string> | undefined;
  const keyOf = ({ code, object, path, what }: Finding): string =>
    JSON.stringify([code, objectKey(object), path, what]);
  const isOlder = (one: Finding): boolean => {
    before ??= new Set(after([]).map(keyOf));
    return before.has(keyOf(one));
  };
  const findings: Finding[] = [];
  const broken: OverrideProblem[] = [];
  const faults: StackFault[] = [];
  const diagnostics: Diagnostic[] = [];
  const faultOf = faultsOfFiles(stack, changed);
  for (const one of all.filter((finding) => !isAccepted(finding) && !isOpening(finding))) {
    const fault = faultOf(one);
    if (fault !== undefined) {
      faults.push(fault);
      continue;
    }
    const own = added.get(objectKey(one.object))?.objects[0];
    if (own !== undefined && isUncheckedKind(one.code, own)) continue;
    // What an override has not broken was wrong before.
    if (own !== undefined && (!isOverridden(one) || overrideAtFault(one) === undefined)) {
      diagnostics.push(brokenByAddition(one, own, one.path));
      continue;
    }
    if (isOverridden(one)) {
      // An override of the same object is not at fault for what was wrong before.
      if (isOlder(one)) findings.push(one);
      else broken.push(brokenByOverride(one, applied, broken.length < PLACED));
      continue;
    }
    // An override or an addition can break what another object needs.
    const override = overrideAtFault(one);
    const addition = override === undefined ? additionAtFault(one)?.objects[0] : undefined;
    if (override !== undefined) {
      broken.push({ ...brokenByOverride(one, applied, false), index: override.index });
    } else if (addition !== undefined) diagnostics.push(brokenByAddition(one, addition, []));
    else findings.push(one);
  }
  return {
    accepted: all.filter(isAccepted),
    opening: all.filter(isOpening),
    findings,
    broken,
    faults,
    diagnostics,
  };
}

/**
 * Tells which file that the stack file gives to a program is behind a finding, if one is. What an override made of such
 * a file is the override's.
 */
function faultsOfFiles(
  { extraFiles, topology }: Stack,
  { own, before }: Changed,
): (finding: Finding) => StackFault | undefined {
  const maps = new Map(
    topology.workloads.flatMap(({ id, namespace }) => {
      const files = namedFiles(extraFiles, id);
      return files.length === 0 ? [] : [[`${namespace}/${extraFilesMap(id)}`, files] as const];
    }),
  );
  const isChanged = ({ file, object, path }: Finding): boolean => {
    const [now, then] = [own, before].map((files) =>
      files
        .find((one) => one.path === file)
        ?.manifests.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.name),
    );
    return valueAt(now, path) !== valueAt(then, path);
  };
  return (finding) => {
    const { code, object, path, what } = finding;
    const [part, key] = path;
    if (keyOfKind(object) !== CONFIG_MAP || (part !== 'data' && part !== 'binaryData')) return undefined;
    const file = maps.get(`${object.namespace}/${object.name}`)?.find((one) => one.name === key);
    if (file === undefined || isChanged(finding)) return undefined;
    return {
      at: file.at,
      code: 'MG134',
      what: `${file.path} ${short(what)} (${code})`,
      remedy: `correct the file; if it holds a secret, declare one in secrets.own, enter the whole file with ${ownCommand('secrets create')}, and write {fromSecret: NAME, key: KEY} here`,
    };
  };
}

function checked(stack: Stack, copies: readonly RenderedFile[], changed: Changed): readonly Finding[] {
  const { own, delivery, before } = changed;
  return check({
    files: [...own, ...copies, ...delivery],
    promisedSecrets: promisedSecrets(stack),
    ...(isAsCharted(changed) ? {} : { before }),
  });
}

/** A rule that an override broke, as a mistake in the stack file: that is where to mend it. */
function brokenByOverride(
  { code, object, path, field, what, remedy }: Finding,
  applied: ReadonlyMap<string, readonly Applied[]>,
  isPlaced: boolean,
): OverrideProblem {
  const by = applied.get(objectKey(object)) ?? [];
  const place = path.length === 0 || !isPlaced ? undefined : placeIn(by, path);
  return {
    index: place?.index ?? by.at(-1)?.index ?? 0,
    at: place?.at ?? ['patch'],
    code: 'MG055',
    what: `after this override ${objectText(object)}${field === undefined ? '' : ` ${short(field)}`} ${short(what)} (${code})`,
    remedy: short(remedy),
  };
}

/** A rule that an object of the operator breaks, or by which it breaks another one, at its place in its own file. */
function brokenByAddition(
  { code, object, field, what, remedy }: Finding,
  { at, manifest }: IncludedObject,
  path: Finding['path'],
): Diagnostic {
  const other = objectKey(object) === objectKey(objectId(manifest)) ? '' : 'with this object, ';
  return {
    position: at(path.length === 0 ? ['kind'] : path),
    code: 'MG127',
    what: `${other}${objectText(object)}${field === undefined ? '' : ` ${short(field)}`} ${short(what)} (${code})`,
    remedy: short(remedy),
  };
}

/** Names and values that an override brings can be of any length; a line of the report cannot. */
function short(text: string): string {
  return text.length > 500 ? `${text.slice(0, 497)}...` : text;
}

/** The ids of the values that are in this repository: a new value restarts the pods that read it, sealing it anew does not. */
function revisions({ secretFiles }: Stack): readonly SecretRevisions[] {
  return secretFiles.map(({ namespace, name, keys }) => ({
    namespace,
    name,
    revisions: Object.fromEntries(
      Object.entries(keys).flatMap(([key, { revision }]) =>
        revision === undefined ? [] : [[key, revision]],
      ),
    ),
  }));
}

function promisedSecrets(stack: Stack): { namespace: string; name: string; keys: string[] }[] {
  return stack.secrets.flatMap(({ name, places, keys }) =>
    places.map(({ namespace }) => ({ namespace, name, keys: keys.map(({ key }) => key) })),
  );
}
