import { isRecord } from '../plain/data.ts';
import { suggestion } from '../plain/nearest.ts';
import { LIMITS } from '../stack/limits.ts';
import { isManifest, type Manifest, type ManifestFile, objectId, objectKey } from '../stack/manifest.ts';
import type { Operation, Override, OverrideProblem } from '../system/overrides.ts';
import { type Allowance, type Draft, draftOf, mergeInto } from './draft.ts';
import { applyStep } from './json-patch.ts';
import { flaws } from './override-flaws.ts';
import { type Applied, placeIn } from './override-places.ts';

/** Files after overrides, and what is wrong with the overrides. */
export interface Overridden<File extends ManifestFile> {
  readonly files: readonly File[];
  readonly problems: readonly OverrideProblem[];
  /** The overrides of each object that has any, by its {@link objectKey}. */
  readonly applied: ReadonlyMap<string, readonly Applied[]>;
  /** Overrides whose target is not in these files. */
  readonly unmatched: readonly Applied[];
}

/** An object that overrides may change. */
interface Target {
  readonly original: Manifest;
  /** Undefined until an override changes it. */
  draft: Draft | undefined;
  /** The overrides that fit it. */
  readonly by: Applied[];
}

/**
 * Changes rendered objects as the stack file asks, in the order it asks. What an override adds always survives:
 * no typed class sees the objects after this. An object that nothing can read after its overrides is reported, and
 * stays as it was.
 */
export function applyOverrides<File extends ManifestFile>(
  files: readonly File[],
  overrides: readonly Applied[],
): Overridden<File> {
  const targets = files.map(({ manifests }) =>
    manifests.map((original): Target => ({ original, draft: undefined, by: [] })),
  );
  const byName = new Map<string, Target[]>();
  for (const target of targets.flat()) {
    const { kind, metadata } = target.original;
    const same = byName.get(nameKey(kind, metadata.name));
    if (same === undefined) byName.set(nameKey(kind, metadata.name), [target]);
    else same.push(target);
  }
  const problems: OverrideProblem[] = [];
  const allowance: Allowance = { left: LIMITS.nodes };
  const unmatched: Applied[] = [];
  for (const { index, override } of overrides) {
    const { kind, name, namespace } = override.target;
    const matches = (byName.get(nameKey(kind, name)) ?? []).filter(
      ({ original }) => namespace === undefined || original.metadata.namespace === namespace,
    );
    const [target] = matches;
    if (target === undefined) {
      unmatched.push({ index, override });
      continue;
    }
    const problem =
      matches.length > 1 ? severalTargets(override, matches) : change(target, override, allowance);
    if (problem !== undefined) problems.push({ index, ...problem });
    else target.by.push({ index, override });
  }
  const overridden = targets.flat().filter(({ by }) => by.length > 0);
  const changed = targets.map((ofFile) => ofFile.map((target) => result(target, problems)));
  return {
    files: files.map((file, index) => ({ ...file, manifests: changed[index] ?? file.manifests })),
    problems,
    applied: new Map(overridden.map(({ original, by }) => [objectKey(objectId(original)), by])),
    unmatched,
  };
}

function nameKey(kind: string, name: string): string {
  return JSON.stringify([kind, name]);
}

/** The object after all its overrides; as it was where something is wrong with what they leave. */
function result({ original, draft, by }: Target, problems: OverrideProblem[]): Manifest {
  const value = draft?.value();
  const last = by.at(-1);
  if (value === undefined || last === undefined || !isManifest(value)) return original;
  const found = flaws(value, original);
  for (const { path, code, what, remedy } of found) {
    const { index, at } = placeIn(by, path) ?? { index: last.index, at: ['patch'] };
    problems.push({ index, at, code, what: `${original.kind} ${original.metadata.name}: ${what}`, remedy });
  }
  return found.length === 0 ? value : original;
}

type Problem = Omit<OverrideProblem, 'index'>;

/** An override that fits more than one object. */
function severalTargets({ target: { kind, name } }: Override, matches: readonly Target[]): Problem {
  const namespaces = matches.map(({ original }) => original.metadata.namespace ?? 'none').join(', ');
  const what = `${matches.length} objects are called ${kind} ${name}`;
  return { code: 'MG051', at: ['target'], what, remedy: `add namespace: with one of ${namespaces}` };
}

/** What is wrong with an override whose target is not among all objects of a stack. */
export function missingTarget(
  { index, override: { target } }: Applied,
  all: readonly Manifest[],
): OverrideProblem {
  return { index, ...missing(target, all) };
}

function missing({ kind, name, namespace }: Override['target'], all: readonly Manifest[]): Problem {
  const ofKind = all.filter((one) => one.kind === kind);
  if (ofKind.length === 0) {
    const kinds = distinct(all.map((one) => one.kind));
    const remedy = `${suggestion(kind, kinds)}its kinds are ${kinds.join(', ')}`;
    return {
      code: 'MG050',
      at: ['target', 'kind'],
      what: `this stack has no object of kind "${kind}"`,
      remedy,
    };
  }
  const named = ofKind.filter(({ metadata }) => metadata.name === name);
  if (named.length > 0) {
    const namespaces = distinct(named.map(({ metadata }) => metadata.namespace ?? 'none'));
    const what = `${kind} ${name} is not in namespace "${namespace}"`;
    const remedy = `write ${namespaces.join(' or ')}, or leave namespace out`;
    return { code: 'MG050', at: ['target', 'namespace'], what, remedy };
  }
  const names = distinct(ofKind.map(({ metadata }) => metadata.name));
  const remedy = `${suggestion(name, names)}it has ${names.join(', ')}`;
  return {
    code: 'MG050',
    at: ['target', 'name'],
    what: `this stack has no ${kind} called "${name}"`,
    remedy,
  };
}

function distinct(words: readonly string[]): readonly string[] {
  return [...new Set(words)].sort();
}

/** Changes the object, or says why the patch does not fit it; it is then as before. */
function change(target: Target, { patch }: Override, allowance: Allowance): Problem | undefined {
  const { original } = target;
  if (changesNothing(patch, original)) {
    const what = `the patch of ${original.kind} ${original.metadata.name} changes nothing`;
    return { code: 'MG110', at: ['patch'], what, remedy: 'write what to change, or remove the override' };
  }
  const draft = target.draft ?? draftOf(original, allowance);
  target.draft = draft;
  const problem = Array.isArray(patch) ? steps(draft, original, patch) : merge(draft, patch);
  if (problem !== undefined) {
    draft.undo();
    return problem;
  }
  const value = draft.value();
  if (
    isManifest(value) &&
    value.kind === original.kind &&
    value.apiVersion === original.apiVersion &&
    value.metadata.name === original.metadata.name &&
    value.metadata.namespace === original.metadata.namespace
  ) {
    draft.keep();
    return undefined;
  }
  draft.undo();
  const what = `the patch changes what ${original.kind} ${original.metadata.name} is: its kind, apiVersion, name or namespace`;
  return { code: 'MG053', at: ['patch'], what, remedy: 'leave these alone; other objects refer to them' };
}

/** True for a patch in which nothing is written: neither a value nor a key to remove. */
function changesNothing(patch: Override['patch'], target: unknown): boolean {
  return Array.isArray(patch) ? patch.every(({ op }) => op === 'test') : mergesNothing(patch, target);
}

function mergesNothing(patch: unknown, target: unknown): boolean {
  if (!isRecord(patch) || !isRecord(target)) return false;
  return Object.entries(patch).every(
    ([key, value]) => Object.hasOwn(target, key) && mergesNothing(value, target[key]),
  );
}

function merge(draft: Draft, patch: Exclude<Override['patch'], readonly Operation[]>): undefined {
  mergeInto(draft, draft.root(), patch);
}

/** Applies RFC 6902 steps one by one; each has to fit what the ones before it left. */
function steps(draft: Draft, target: Manifest, operations: readonly Operation[]): Problem | undefined {
  for (const [index, operation] of operations.entries()) {
    const misfit = applyStep(draft, operation);
    if (misfit === undefined) continue;
    const what = `op: ${operation.op} at "${operation.path.slice(0, 200)}" does not fit ${target.kind} ${target.metadata.name}: ${misfit.what}`;
    return { code: 'MG052', at: ['patch', index, misfit.key], what, remedy: misfit.remedy };
  }
  return undefined;
}
