/** A part of a stack that Flux applies as one, after the part before it is there. */
export type Layer = 'namespace' | 'secrets' | 'data' | 'apps' | 'edge';

/** What each layer holds: folders only, since kustomize refuses files outside its own folder. */
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
const LAYERS: readonly LayerSpec[] = [
  { layer: 'namespace', folders: ['namespace'] },
  { layer: 'secrets', folders: ['secrets'], after: 'namespace' },
  { layer: 'data', folders: ['data'], after: 'secrets' },
  { layer: 'apps', folders: ['components', 'config'], after: 'data' },
  { layer: 'edge', folders: ['networking'], after: 'namespace' },
];

/**
 * The layers of a stack with these files: only those that hold something, each with those of its folders that are
 * there, and waiting for the nearest one before it.
 *
 * @param paths the stack's files, below its folder
 */
export function layersOf(paths: readonly string[]): readonly LayerSpec[] {
  const there = new Set(paths.map((path) => path.slice(0, path.indexOf('/'))));
  const present = LAYERS.map((spec) => ({
    ...spec,
    folders: spec.folders.filter((folder) => there.has(folder)),
  })).filter(({ folders }) => folders.length > 0);
  const nearest = (layer: Layer | undefined): Layer | undefined =>
    layer === undefined || present.some((spec) => spec.layer === layer)
      ? layer
      : nearest(LAYERS.find((spec) => spec.layer === layer)?.after);
  return present.map(({ layer, folders, after }) => {
    const waitsFor = nearest(after);
    return { layer, folders, ...(waitsFor === undefined ? {} : { after: waitsFor }) };
  });
}
