import { describe, expect, it } from 'vitest';
import { namesRule } from '../../src/rules/mr003-names.ts';
import { changed, found, goodStack, yaml } from './stack.ts';

const synapse = 'Deployment/app/synapse';
const pod = 'spec.template.spec';
const container = `${pod}.containers[synapse]`;
const long = 'x'.repeat(64);

describe('MR003 names', () => {
  it('passes legal names', () => {
    expect(found(namesRule, goodStack())).toEqual([]);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    ['a missing name', synapse, { 'metadata.name': undefined }, 'metadata.name: is missing; add a name'],
    [
      'capitals in a name',
      synapse,
      { 'metadata.name': 'Synapse' },
      'metadata.name: "Synapse" is not a valid name here',
    ],
    ['a name too long', synapse, { 'metadata.name': 'x'.repeat(254) }, 'has 254 characters; use at most 253'],
    [
      'a digit first in a Service',
      'Service/app/synapse',
      { 'metadata.name': '1a' },
      'use lower-case letters, digits and hyphens, beginning with a letter',
    ],
    [
      'a dot in a Service',
      'Service/app/synapse',
      { 'metadata.name': 'a.b' },
      '"a.b" is not a valid name here',
    ],
    ['a dot in a Namespace', 'Namespace/app', { 'metadata.name': 'a.b' }, '"a.b" is not a valid name here'],
    [
      'a StatefulSet too long for its pods',
      'StatefulSet/app/redis',
      { 'metadata.name': 'x'.repeat(53) },
      'at most 52',
    ],
    ['a Cluster too long', 'Cluster/app/db', { 'metadata.name': 'x'.repeat(51) }, 'use at most 50'],
    ['a missing namespace', synapse, { 'metadata.namespace': undefined }, 'metadata.namespace: is missing'],
    [
      'an illegal namespace',
      synapse,
      { 'metadata.namespace': 'a.b' },
      'metadata.namespace: "a.b" is not a valid',
    ],
    [
      'a namespace on what has none',
      'Namespace/app',
      { 'metadata.namespace': 'app' },
      'metadata.namespace: is "app" on an object that applies to the whole cluster; remove it',
    ],
    [
      'a label key',
      synapse,
      { 'metadata.labels': { 'a b': 'c' } },
      'metadata.labels["a b"]: "a b" is not a valid name',
    ],
    ['a label prefix', synapse, { 'metadata.labels': { 'A_/b': 'c' } }, '"A_" is not a valid name here'],
    ['a label key too long', synapse, { 'metadata.labels': { [`a/${long}`]: 'c' } }, 'use at most 63'],
    [
      'a label value',
      synapse,
      { 'metadata.labels': { a: 'b c' } },
      'metadata.labels.a: "b c" is not a valid',
    ],
    [
      'a label value too long',
      synapse,
      { 'metadata.labels': { a: long } },
      'has 64 characters; use at most 63',
    ],
    [
      'a label of the pods',
      synapse,
      { 'spec.template.metadata.labels': { app: '-' } },
      'template.metadata.labels.app',
    ],
    [
      'a label selector',
      synapse,
      { 'spec.selector.matchLabels': { app: '/' } },
      'spec.selector.matchLabels.app',
    ],
    ['a Service selector', 'Service/app/synapse', { 'spec.selector': { app: '/' } }, 'spec.selector.app'],
    ['a node selector', synapse, { [`${pod}.nodeSelector`]: { '/': 'a' } }, 'nodeSelector["/"]'],
    [
      'inherited labels',
      'Cluster/app/db',
      { 'spec.inheritedMetadata.labels': { a: ' ' } },
      'inheritedMetadata.labels.a',
    ],
    [
      'an annotation key',
      synapse,
      { 'metadata.annotations': { 'a/b/c': 'd' } },
      'annotations["a/b/c"]: "b/c" is no',
    ],
    [
      'a container name',
      synapse,
      { [`${container}.name`]: 'a_b' },
      'containers[a_b].name: "a_b" is not a valid',
    ],
    ['a container name twice', synapse, { [`${container}.name`]: 'migrate' }, '"migrate" is used twice'],
    ['a volume name', synapse, { [`${pod}.volumes[media].name`]: 'A' }, 'volumes[A].name'],
    ['a volume name twice', synapse, { [`${pod}.volumes[media].name`]: 'tls' }, '"tls" is used twice'],
    [
      'a port name too long',
      synapse,
      { [`${container}.ports[http].name`]: 'x'.repeat(16) },
      'use at most 15',
    ],
    [
      'a port name without letter',
      synapse,
      { [`${container}.ports[http].name`]: '80' },
      'with at least one letter',
    ],
    [
      'a port name with two hyphens',
      synapse,
      { [`${container}.ports[http].name`]: 'a--b' },
      '"a--b" is not a valid',
    ],
    [
      'a port name twice',
      synapse,
      { [`${container}.ports[http].name`]: 'metrics' },
      '"metrics" is used twice',
    ],
    ['a variable', synapse, { [`${container}.env[LEVEL].name`]: '1A' }, 'env[1A].name: "1A" is not a valid'],
    [
      'a key of a ConfigMap',
      'ConfigMap/app/synapse-config',
      { data: { 'a/b': '' } },
      'data["a/b"]: "a/b" is not a valid',
    ],
    [
      'a key with two dots first',
      'ConfigMap/app/synapse-config',
      { data: { '..a': '' } },
      '"..a" is not a valid',
    ],
    [
      'a key in data and binaryData',
      'ConfigMap/app/synapse-config',
      { data: { a: '' }, binaryData: { a: '' } },
      'binaryData.a: is in data too',
    ],
    [
      'a Service port without name',
      'Service/app/synapse',
      { 'spec.ports[http].name': undefined },
      'spec.ports: has several ports, and one has no name; name every port',
    ],
    [
      'a Service port name',
      'Service/app/synapse',
      { 'spec.ports[http].name': 'H' },
      '"H" is not a valid name here',
    ],
    [
      'a Service port name twice',
      'Service/app/synapse',
      { 'spec.ports[http].name': 'metrics' },
      'is used twice',
    ],
  ])('objects to %s', (_, id, fields, expected) => {
    const result = found(namesRule, changed(id, fields));
    expect(
      result.filter((line) => line.includes(expected)),
      result.join('\n'),
    ).toHaveLength(1);
  });

  it('leaves the scope of unknown kinds alone', () => {
    expect(found(namesRule, yaml('{apiVersion: example.org/v1, kind: Foo, metadata: {name: a}}'))).toEqual(
      [],
    );
  });
});
