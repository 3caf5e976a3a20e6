import type { RenderedFile } from '../constructs/rendered-file.ts';
import { compareText } from '../model/diagnostic.ts';
import { layersOf } from './layers.ts';

/** A kustomization.yaml and what it lists. */
export interface KustomizationFile {
  /** Path below the stack's folder. */
  readonly path: string;
  readonly resources: readonly string[];
}

/**
 * The kustomization.yaml files of a stack: one in each folder, one at the top, one for each layer.
 *
 * @param files the stack's other files
 * @param onlyFlux folders that the one at the top leaves out, since only Flux can apply them
 */
export function kustomizations(
  files: readonly Pick<RenderedFile, 'path' | 'layer'>[],
  onlyFlux: readonly string[] = [],
): readonly KustomizationFile[] {
  const children = new Map<string, Set<string>>();
  for (const { path } of files) {
    const steps = path.split('/');
    for (let depth = steps.length - 1; depth >= 0; depth--) {
      const folder = steps.slice(0, depth).join('/');
      children.set(folder, (children.get(folder) ?? new Set()).add(steps[depth] ?? ''));
    }
  }
  const folders = [...children].map(([folder, names]) => ({
    path: folder === '' ? 'kustomization.yaml' : `${folder}/kustomization.yaml`,
    resources: [...names].filter((name) => folder !== '' || !onlyFlux.includes(name)).sort(compareText),
  }));
  const layers = layersOf(files).map(({ layer, folders: held }) => ({
    path: `layers/${layer}/kustomization.yaml`,
    resources: held.map((folder) => `../../${folder}`),
  }));
  return [...folders, ...layers].sort((a, b) => compareText(a.path, b.path));
}
