import { layerOf, type RenderedFile, type RenderedPath } from '../kubernetes/rendered-file.ts';
import type { IncludedFile } from '../system/included.ts';
import { folderOf } from './kinds.ts';

/** The folder within each folder of a stack that holds what the operator adds: no chart renders there. */
const OWN = 'own';

/** The name of an included file below each folder of the stack that its objects go to: `backup.yaml`. */
export function ownName(file: string): `${string}.yaml` {
  return `${file.slice(file.lastIndexOf('/') + 1).replace(/\.ya?ml$/, '')}.yaml`;
}

/** What a stack includes, by the files of the stack that it goes to: one for each folder that its objects need. */
export function includedFiles(included: readonly IncludedFile[]): readonly (RenderedFile & {
  /** The file that it comes from. */
  readonly source: string;
})[] {
  return included.flatMap(({ file, objects }) => {
    const manifests = objects.map(({ manifest }) => manifest);
    return [...new Set(manifests.map(folderOf))].map((folder) => {
      const path: RenderedPath = `${folder}/${OWN}/${ownName(file)}`;
      return {
        path,
        layer: layerOf(path),
        manifests: manifests.filter((one) => folderOf(one) === folder),
        source: file,
      };
    });
  });
}
