import { type App, Chart } from 'cdk8s';

/**
 * One rendered file: the objects made in it stand in this file, in the order they were made.
 *
 * @example
 * const file = new ChartFile(app, 'components/synapse.yaml');
 * new k8s.KubeService(file, 'service', { metadata: { name: 'synapse', namespace: 'matrix' } });
 */
export class ChartFile extends Chart {
  /**
   * @param app the app of one stack
   * @param path below the stack's folder, with forward slashes; also the construct's id
   */
  constructor(
    app: App,
    readonly path: string,
  ) {
    super(app, path);
  }
}
