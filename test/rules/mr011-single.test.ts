import { describe, expect, it } from 'vitest';
import { singleRule } from '../../src/rules/mr011-single.ts';
import type { Manifest } from '../../src/stack/manifest.ts';
import { found, goodStack, yaml } from './stack.ts';

const scaler = (most: number, target: string): readonly Manifest[] =>
  yaml(`apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: more, namespace: app}
spec: {scaleTargetRef: ${target}, maxReplicas: ${most}}
`);

describe('MR011 what scales a workload', () => {
  it('objects where it is for a program that must run once', () => {
    const result = found(singleRule, [...goodStack(), ...scaler(3, '{kind: Deployment, name: synapse}')]);
    expect(result).toEqual([
      expect.stringMatching(
        /^HorizontalPodAutoscaler\/app\/more spec\.maxReplicas: is 3 for Deployment\/app\/synapse, but .*; remove/,
      ),
    ]);
  });

  it.each([
    ['that never makes two pods', 1, '{kind: Deployment, name: synapse}'],
    ['of another kind', 3, '{kind: StatefulSet, name: synapse}'],
    ['that is not there', 3, '{kind: Deployment, name: other}'],
  ])('passes one %s', (_, most, target) => {
    expect(found(singleRule, [...goodStack(), ...scaler(most, target)])).toEqual([]);
  });
});
