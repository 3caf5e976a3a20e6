import type { Folder, RenderedFile } from '../../src/kubernetes/rendered-file.ts';
import { compareText } from '../../src/plain/compare.ts';
import { deliveries } from '../../src/system/delivery/index.ts';
import { decryptionOf } from '../../src/system/providers/index.ts';
import type { Stack } from '../stack/stack.ts';
import { layersOf } from './layers.ts';

/** Folders with files of ciphertext. */
const ENCRYPTED: readonly string[] = ['secrets' satisfies Folder];

/** A kustomization.yaml and what it lists. */
export interface KustomizationFile {
  /** Path below the stack's folder. */
  readonly path: string;
  readonly resources: readonly string[];
}

/**
 * The kustomization.yaml files of a stack: one in each folder, one at the top, one for each layer.
 *
 * The one at the top leaves out what would be applied encrypted, since kustomize opens nothing: the ciphertext would be
 * the value.
 *
 * @param files the stack's other files
 */
export function kustomizations(
  { provider }: Pick<Stack, 'provider'>,
  files: readonly Pick<RenderedFile, 'path' | 'layer'>[],
): readonly KustomizationFile[] {
  const isLeftOut = decryptionOf(provider) !== undefined && !deliveries.kustomize.decrypts;
  const leftOut = isLeftOut ? ENCRYPTED : [];
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
    resources: [...names].filter((name) => folder !== '' || !leftOut.includes(name)).sort(compareText),
  }));
  const layers = layersOf(files).map(({ layer, folders: held }) => ({
    path: `layers/${layer}/kustomization.yaml`,
    resources: held.map((folder) => `../../${folder}`),
  }));
  return [...folders, ...layers].sort((a, b) => compareText(a.path, b.path));
}
