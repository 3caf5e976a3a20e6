import jsonPatch, { type Operation } from 'fast-json-patch';
import { isManifest, type Manifest, type ManifestFile } from '../model/manifest.ts';
import { mergePatch } from '../model/merge-patch.ts';
import { suggestion } from '../model/nearest.ts';
import type { Override, OverrideProblem } from '../model/overrides.ts';

/** Files after overrides, and what is wrong with the overrides. */
export interface Overridden {
  readonly files: readonly ManifestFile[];
  readonly problems: readonly OverrideProblem[];
}

/**
 * Changes rendered objects as the stack file asks, in the order it asks. What an override adds always survives:
 * no typed class sees the objects after this.
 */
export function applyOverrides(files: readonly ManifestFile[], overrides: readonly Override[]): Overridden {
  const problems: OverrideProblem[] = [];
  let current = files;
  for (const [index, override] of overrides.entries()) {
    const matches = current.flatMap(({ manifests }) => manifests.filter((one) => isTarget(one, override)));
    const [target] = matches;
    const result =
      target === undefined || matches.length > 1
        ? { problem: unclearTarget(override, current, matches) }
        : patched(target, override);
    if ('problem' in result) {
      problems.push({ index, ...result.problem });
      continue;
    }
    current = current.map((file) => ({
      ...file,
      manifests: file.manifests.map((one) => (one === target ? result.value : one)),
    }));
  }
  return { files: current, problems };
}

/** True for the object an override names. */
export function isTarget({ kind, metadata }: Manifest, { target }: Override): boolean {
  return (
    kind === target.kind &&
    metadata.name === target.name &&
    (target.namespace === undefined || metadata.namespace === target.namespace)
  );
}

type Problem = Omit<OverrideProblem, 'index'>;
type Result<T> = { readonly value: T } | { readonly problem: Problem };

/** An override that names no object, or more than one. */
function unclearTarget(
  { target }: Override,
  files: readonly ManifestFile[],
  matches: readonly Manifest[],
): Problem {
  const { kind, name, namespace } = target;
  if (matches.length > 1) {
    const namespaces = matches.map(({ metadata }) => metadata.namespace ?? 'none').join(', ');
    const what = `${matches.length} objects are called ${kind} ${name}`;
    return { code: 'MG051', at: ['target'], what, remedy: `add namespace: with one of ${namespaces}` };
  }
  const all = files.flatMap(({ manifests }) => manifests);
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

/** The object after the patch, or why the patch does not fit it. */
function patched(target: Manifest, override: Override): Result<Manifest> {
  const result: Result<unknown> = Array.isArray(override.patch)
    ? steps(target, override.patch)
    : { value: mergePatch(target, override.patch) };
  if ('problem' in result) return result;
  const { value } = result;
  if (
    isManifest(value) &&
    value.kind === target.kind &&
    value.apiVersion === target.apiVersion &&
    value.metadata.name === target.metadata.name &&
    value.metadata.namespace === target.metadata.namespace
  ) {
    return { value };
  }
  const what = `the patch changes what ${target.kind} ${target.metadata.name} is: its kind, apiVersion, name or namespace`;
  const remedy = 'leave these alone; other objects refer to them';
  return { problem: { code: 'MG053', at: ['patch'], what, remedy } };
}

/** Applies RFC 6902 steps one by one; each has to fit what the ones before it left. */
function steps(target: Manifest, operations: readonly object[]): Result<unknown> {
  const copy: unknown = structuredClone(target);
  for (const [index, operation] of operations.entries()) {
    if (!isOperation(operation)) continue;
    const error = jsonPatch.validate([operation], copy);
    if (error !== undefined) {
      const what = `"${operation.op} ${operation.path}" does not fit ${target.kind} ${target.metadata.name} (${error.name})`;
      const remedy =
        'look the path up in the rendered file; items of a list are counted from 0, and - adds at its end';
      return { problem: { code: 'MG052', at: ['patch', index], what, remedy } };
    }
    jsonPatch.applyOperation(copy, operation);
  }
  return { value: copy };
}

function isOperation(step: object): step is Operation {
  return 'op' in step && 'path' in step;
}
