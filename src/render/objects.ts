import { chartDelivery, chartStack } from '../../charts/objects.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { includedFiles } from '../include/files.ts';
import { layerOf, type RenderedFile, type RenderedPath } from '../kubernetes/rendered-file.ts';
import { check } from '../rules/index.ts';
import type { Finding } from '../rules/rule.ts';
import type { ManifestFile } from '../stack/manifest.ts';
import type { IncludedFile } from '../system/included.ts';
import type { Override, OverrideProblem } from '../system/overrides.ts';
import { type SecretFile, secretFileName } from '../system/secret-files.ts';
import { type SecretRevisions, stampChecksums } from './checksums.ts';
import type { Applied } from './override-places.ts';
import { applyOverrides, missingTarget } from './overrides.ts';

/** The files of ciphertext, as files of the stack. */
export function copiesOf(stack: Stack): readonly RenderedFile[] {
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

/** What the stack file says beyond its settings. */
export interface Additions {
  readonly overrides: readonly Applied[];
  readonly included: readonly IncludedFile[];
}

/**
 * The stack's objects, as additions and overrides leave them, and those that tell each way of delivery what to apply.
 */
export interface Changed {
  readonly own: readonly RenderedFile[];
  readonly delivery: readonly ManifestFile[];
  readonly problems: readonly OverrideProblem[];
  /** The overrides of each object that has any. */
  readonly applied: ReadonlyMap<string, readonly Applied[]>;
  /** The stack's objects as they were before, without what is included. */
  readonly before: readonly RenderedFile[];
}

export function numbered(overrides: readonly Override[]): readonly Applied[] {
  return overrides.map((override, index) => ({ index, override }));
}

/** Whether the objects are what the charts made of the settings. */
export function isAsCharted({ own, before, applied }: Changed): boolean {
  return applied.size === 0 && own.length === before.length;
}

export function objects(
  stack: Stack,
  copies: readonly RenderedFile[],
  { overrides, included }: Additions,
): Changed {
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

/** What the rules object to in them. */
export function checked(stack: Stack, copies: readonly RenderedFile[], changed: Changed): readonly Finding[] {
  const { own, delivery, before } = changed;
  return check({
    files: [...own, ...copies, ...delivery],
    promisedSecrets: promisedSecrets(stack),
    ...(isAsCharted(changed) ? {} : { before }),
  });
}

/** What the rules object to, overrides included, without any text. */
export function brokenRules(stack: Stack): readonly Finding[] {
  const copies = copiesOf(stack);
  const { included } = stack;
  return checked(stack, copies, objects(stack, copies, { overrides: numbered(stack.overrides), included }));
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
