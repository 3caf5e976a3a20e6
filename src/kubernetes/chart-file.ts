import { type App, Chart } from 'cdk8s';
import type { RenderedPath } from './rendered-file.ts';

/** One file of objects anywhere below dist/, in the order in which they were created. */
export class ObjectFile extends Chart {
  /** @param path with forward slashes; also the construct's id */
  constructor(
    app: App,
    readonly path: string,
  ) {
    super(app, path);
  }
}

/**
 * One rendered file of a stack.
 *
 * @example
 * const file = new ChartFile(app, 'components/synapse.yaml');
 * new k8s.KubeService(file, 'service', { metadata: { name: 'synapse', namespace: 'matrix' } });
 */
export class ChartFile extends ObjectFile {
  /**
   * @param app the app of one stack
   * @param path below the stack's folder, in a folder that a layer lists
   */
  constructor(app: App, path: RenderedPath) {
    super(app, path);
  }
}

/** The file at a path, for charts that each bring some of its objects: those of the first come first. */
export function chartFile(app: App, path: RenderedPath): ChartFile {
  const known = app.node.tryFindChild(path);
  return isChartFile(known) ? known : new ChartFile(app, path);
}

function isChartFile(node: unknown): node is ChartFile {
  return node instanceof ChartFile;
}
