import { keysOf } from '../plain/records.ts';
import type { ManifestFile } from '../stack/manifest.ts';

/** A part of a stack that Flux applies as one, after the part before it is there. */
export type Layer = 'namespace' | 'secrets' | 'data' | 'apps' | 'edge';

/**
 * Every folder of a rendered stack, and the layer that it is applied with. A layer lists folders only, since kustomize
 * refuses files outside its own one; a file in a folder that no layer lists would never reach the cluster, so a path
 * outside of these does not compile.
 */
export const FOLDERS = {
  namespace: 'namespace',
  secrets: 'secrets',
  data: 'data',
  components: 'apps',
  config: 'apps',
  networking: 'edge',
} as const satisfies Readonly<Record<string, Layer>>;

/** One of {@link FOLDERS}. */
export type Folder = keyof typeof FOLDERS;

/** Path of a rendered file below the stack's folder, with forward slashes. */
export type RenderedPath = `${Folder}/${string}.yaml`;

/** A rendered file, and the layer that brings it to the cluster. */
export interface RenderedFile extends ManifestFile {
  readonly path: RenderedPath;
  readonly layer: Layer;
}

/** The layer that a file is applied with; undefined for a path outside of {@link FOLDERS}. */
export function layerOf(path: RenderedPath): Layer;
export function layerOf(path: string): Layer | undefined;
export function layerOf(path: string): Layer | undefined {
  return keysOf(FOLDERS)
    .filter((folder) => path.startsWith(`${folder}/`))
    .map((folder) => FOLDERS[folder])[0];
}

/** True for a path that some layer brings to the cluster. */
export function isRenderedPath(path: string): path is RenderedPath {
  return layerOf(path) !== undefined && path.endsWith('.yaml');
}
