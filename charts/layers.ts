/** A part of a stack that Flux applies as one, after the part before it is there. */
export type Layer = 'namespace' | 'data' | 'apps' | 'edge';

/** What each layer holds: folders only, since kustomize refuses files outside its own folder. */
interface LayerSpec {
  readonly layer: Layer;
  readonly folders: readonly string[];
  /** The layer it waits for. */
  readonly after?: Layer;
}

/**
 * In the order they are applied. The edge waits for the namespace alone, so that one sick pod
 * never holds up a certificate or a route.
 */
export const LAYERS: readonly LayerSpec[] = [
  { layer: 'namespace', folders: ['namespace'] },
  { layer: 'data', folders: ['data'], after: 'namespace' },
  { layer: 'apps', folders: ['components', 'config'], after: 'data' },
  { layer: 'edge', folders: ['networking'], after: 'namespace' },
];
