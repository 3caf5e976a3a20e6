import { App } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { kustomizations } from '../../charts/delivery/kustomizations.ts';
import { ChartFile } from '../../src/kubernetes/chart-file.ts';
import { FOLDERS, isRenderedPath, layerOf } from '../../src/kubernetes/rendered-file.ts';
import { allProfiles, chartedOf } from '../stacks.ts';

describe('every rendered file', () => {
  it('is listed by exactly one layer', () => {
    for (const stack of allProfiles()) {
      const files = chartedOf(stack);
      const listed = kustomizations(stack, files)
        .filter(({ path }) => path.startsWith('layers/'))
        .flatMap(({ resources }) => resources);
      const folders = new Set(files.map(({ path }) => `../../${path.slice(0, path.indexOf('/'))}`));
      expect([...listed].sort()).toEqual([...folders].sort());
    }
  });

  it('has a path that compiles only in a folder of a layer', () => {
    const app = new App();
    new ChartFile(app, 'networking/policies/synapse.yaml');
    // @ts-expect-error no layer lists this folder
    new ChartFile(app, 'monitors/synapse.yaml');
    expect(layerOf('networking/policies/synapse.yaml')).toBe(FOLDERS.networking);
    expect(['monitors/x.yaml', 'x.yaml', 'dataset/x.yaml', 'data/x.md'].filter(isRenderedPath)).toEqual([]);
  });
});
