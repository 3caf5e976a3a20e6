import type { Diagnostic } from '../stack/diagnostic.ts';
import { type ManifestFile, objectId, objectKey, objectText } from '../stack/manifest.ts';
import type { IncludedFile, IncludedObject } from '../system/included.ts';
import { isChecked } from './kinds.ts';

/** What is included and is not rendered already. */
interface Added {
  readonly fresh: readonly IncludedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * What a stack includes beside what is rendered of it: an object that is both is a mistake.
 *
 * @param rendered the objects without what is included
 */
export function addedTo(rendered: () => readonly ManifestFile[], included: readonly IncludedFile[]): Added {
  if (included.length === 0) return { fresh: [], diagnostics: [] };
  const there = new Set(
    rendered().flatMap(({ manifests }) => manifests.map((one) => objectKey(objectId(one)))),
  );
  const isThere = ({ manifest }: IncludedObject): boolean => there.has(objectKey(objectId(manifest)));
  return {
    fresh: included.map(({ file, objects }) => ({ file, objects: objects.filter((one) => !isThere(one)) })),
    diagnostics: included.flatMap(({ objects }) =>
      objects.filter(isThere).map(({ manifest, at }): Diagnostic => {
        const { kind, metadata } = manifest;
        return {
          position: at(['metadata', 'name']),
          code: 'MG126',
          what: `${objectText(objectId(manifest))} is already rendered from the stack's settings`,
          remedy: `give it a different name; to change the rendered one, write overrides: [{target: {kind: ${kind}, name: ${metadata.name}}, …}]`,
        };
      }),
    ),
  };
}

/** True where all that a rule says is that no schema of the kind is known, which the stack file has agreed to. */
export function isUncheckedKind(code: string, { manifest }: IncludedObject): boolean {
  return code === 'MR001' && !isChecked(manifest);
}
