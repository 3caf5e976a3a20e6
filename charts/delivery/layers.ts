import { FOLDERS, type Layer, type RenderedFile } from '../../src/kubernetes/rendered-file.ts';
import { keysOf } from '../../src/plain/records.ts';

/** What each layer holds, and what it waits for. */
export interface LayerSpec {
  readonly layer: Layer;
  readonly folders: readonly string[];
  /** The layer it waits for. */
  readonly after?: Layer;
}

/**
 * In the order they are applied. The edge waits for the namespace alone, so that one sick pod
 * never holds up a certificate or a route.
 */
const ORDER: Readonly<Record<Layer, { readonly after?: Layer }>> = {
  namespace: {},
  secrets: { after: 'namespace' },
  data: { after: 'secrets' },
  apps: { after: 'data' },
  edge: { after: 'namespace' },
};

/**
 * The layers of a stack with these files: only those that hold something, each with those of its folders that are
 * there, and waiting for the nearest one before it.
 */
export function layersOf(files: readonly Pick<RenderedFile, 'path' | 'layer'>[]): readonly LayerSpec[] {
  const there = new Set(files.map(({ layer }) => layer));
  const nearest = (layer: Layer | undefined): Layer | undefined =>
    layer === undefined || there.has(layer) ? layer : nearest(ORDER[layer].after);
  return keysOf(ORDER)
    .filter((layer) => there.has(layer))
    .map((layer) => {
      const after = nearest(ORDER[layer].after);
      const folders = keysOf(FOLDERS).filter(
        (folder) => FOLDERS[folder] === layer && files.some(({ path }) => path.startsWith(`${folder}/`)),
      );
      return { layer, folders, ...(after === undefined ? {} : { after }) };
    });
}
