import { describe, expect, it } from 'vitest';
import { duplicatesRule } from '../../src/rules/mr002-duplicates.ts';
import { found, goodStack, lines, yaml } from './stack.ts';

const map = (name: string, namespace: string, apiVersion = 'v1', kind = 'ConfigMap') =>
  yaml(`{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: ${name}, namespace: ${namespace}}}`);

describe('MR002 duplicates', () => {
  it('passes a stack in which every object stands once', () => {
    expect(found(duplicatesRule, goodStack())).toEqual([]);
  });

  it('passes the same name in another namespace, kind or group', () => {
    const others = [map('a', 'x'), map('a', 'y'), map('a', 'x', 'v1', 'Secret'), map('a', 'x', 'z.org/v1')];
    expect(found(duplicatesRule, others.flat())).toEqual([]);
  });

  it('objects to the second one in a file', () => {
    expect(found(duplicatesRule, [...map('a', 'x'), ...map('a', 'x')])).toEqual([
      expect.stringContaining('ConfigMap/x/a metadata.name: is also defined earlier in the same file'),
    ]);
  });

  it('objects over files and versions, naming the other file', () => {
    const files = [
      { path: 'a.yaml', manifests: map('a', 'x', 'apps/v1', 'Deployment') },
      { path: 'b.yaml', manifests: map('a', 'x', 'apps/v1beta1', 'Deployment') },
    ];
    const findings = duplicatesRule.check({ files, promisedSecrets: [] });
    expect(findings.map((it) => it.file)).toEqual(['b.yaml']);
    expect(lines(findings)[0]).toContain('is also defined in a.yaml');
  });

  it('passes over kustomization.yaml files', () => {
    const file = yaml('{apiVersion: kustomize.config.k8s.io/v1beta1, kind: Kustomization}');
    expect(found(duplicatesRule, [...file, ...file])).toEqual([]);
  });
});
