import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { at, texts } from '../../src/plain/data.ts';

// Plain JavaScript without types: imported by address.
const compact = await import(new URL('../../scripts/import/compact.mjs', import.meta.url).href);

const version = (name: string, flags: object) => ({
  name,
  served: true,
  storage: false,
  ...flags,
  schema: {
    openAPIV3Schema: {
      type: 'object',
      description: 'prose',
      properties: {
        status: { type: 'object' },
        spec: {
          type: 'object',
          description: 'prose',
          default: { description: 'data' },
          properties: { description: { type: 'string', description: 'prose' } },
          'x-kubernetes-validations': [{ rule: 'true' }],
        },
      },
    },
  },
});
const crd = (...versions: object[]) => ({
  metadata: { name: 'foos.example.org' },
  spec: {
    group: 'example.org',
    names: { kind: 'Foo', plural: 'foos', singular: 'foo', listKind: 'FooList' },
    scope: 'Cluster',
    versions,
  },
});

describe('compact schemas', () => {
  it('come from the storage version, without prose and status', () => {
    const old = version('v1alpha1', { deprecated: true });
    const kind = compact.compactCustomKind(crd(old, version('v1', { storage: true })));
    expect(kind).toEqual({
      apiVersion: 'example.org/v1',
      kind: 'Foo',
      plural: 'foos',
      scope: 'Cluster',
      crd: { names: { listKind: 'FooList', singular: 'foo' } },
      schema: {
        type: 'object',
        properties: {
          spec: {
            type: 'object',
            // A field that is called description, and data that has one, are no prose.
            default: { description: 'data' },
            properties: { description: { type: 'string' } },
            'x-kubernetes-validations': [{ rule: 'true' }],
          },
        },
      },
    });
  });

  it.each([{ served: false }, { deprecated: true }])('refuse a storage version that is %j', (flags) => {
    const definition = crd(version('v1', { storage: true, ...flags }));
    expect(() => compact.compactCustomKind(definition)).toThrow('foos.example.org: its storage version');
  });

  it('refuse a constraint on a type or field that Kubernetes does not have', () => {
    const definitions = {
      'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta': { type: 'object', properties: {} },
    };
    expect(() => compact.compactDefinitions(definitions, [])).toThrow('constraints.mjs: no type');
    const container = { type: 'object', properties: { name: {} } };
    const broken = { ...definitions, 'io.k8s.api.core.v1.Container': container };
    expect(() => compact.compactDefinitions(broken, ['core.v1.Container'])).toThrow('Container has no field');
    expect(() => compact.compactDefinitions(definitions, ['core.v1.Foo'])).toThrow('is called core.v1.Foo');
  });
});

describe('cdk8s.yaml', () => {
  const config = load(readFileSync(new URL('../../cdk8s.yaml', import.meta.url), 'utf8'));

  it('pins every definition to a release', () => {
    const urls = texts(at(config, 'imports'));
    expect(urls.length).toBeGreaterThan(0);
    for (const url of urls)
      expect(url).toMatch(/^https:\/\/raw\.githubusercontent\.com\/[\w-]+\/[\w-]+\/v\d+\.\d+\.\d+\//);
  });

  it('never lets the CLI empty dist/', () => {
    expect(at(config, 'language')).toBe('typescript');
    expect(at(config, 'output')).toBe('build/cdk8s');
  });
});
