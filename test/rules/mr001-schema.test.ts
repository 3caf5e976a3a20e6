import { describe, expect, it } from 'vitest';
import { schemaRule } from '../../src/rules/mr001-schema.ts';
import { changed, found, goodStack, yaml } from './stack.ts';

const synapse = 'Deployment/app/synapse';
const container = 'spec.template.spec.containers[synapse]';
const db = 'Cluster/app/db';

describe('MR001 schema', () => {
  it('passes what fits', () => {
    expect(found(schemaRule, goodStack())).toEqual([]);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    [
      'an unknown field with the nearest known one',
      synapse,
      { 'spec.replica': 1 },
      'spec.replica: is not a known field; did you mean "replicas"? else remove it',
    ],
    ['another case', synapse, { 'spec.template.spec.hostnetwork': true }, 'did you mean "hostNetwork"?'],
    ['a longer word', db, { 'spec.storage.storageClassName': 'x' }, 'did you mean "storageClass"?'],
    [
      'a misspelt field, not a shorter known one',
      synapse,
      { [`${container}.imagePullPolcy`]: 'Always' },
      'did you mean "imagePullPolicy"?',
    ],
    [
      'an unknown field like no other',
      'TunnelBinding/app/app',
      { spec: {} },
      'spec: is not a known field; remove it; known here: apiVersion, kind, metadata, subjects, tunnelRef',
    ],
    ['a field of status', synapse, { status: {} }, 'status: is not a known field'],
    [
      'a wrong type',
      synapse,
      { 'spec.replicas': '2' },
      'spec.replicas: is a string, but an integer is expected; remove the quotes, or correct the value',
    ],
    [
      'a number where a string belongs',
      db,
      { 'spec.postgresql.parameters.max_connections': 100 },
      'spec.postgresql.parameters.max_connections: is an integer, but a string is expected; put the value in quotes',
    ],
    ['a fraction', synapse, { 'spec.replicas': 1.5 }, 'is a fraction, but an integer is expected'],
    ['a list for a mapping', synapse, { 'spec.selector': [] }, 'is a list, but a mapping is expected'],
    ['a mapping for a list', synapse, { [`${container}.args`]: {} }, 'is a mapping, but a list is expected'],
    ['null', synapse, { 'metadata.annotations': null }, 'metadata.annotations: is null; remove the field'],
    ['a label that is no string', db, { 'metadata.labels': { a: 1 } }, 'metadata.labels.a: is an integer'],
    [
      'a missing field',
      'Certificate/app/synapse-tls',
      { 'spec.secretName': undefined },
      'spec.secretName: is required, but missing; add secretName',
    ],
    [
      'a missing field further down',
      'Kustomization/flux-system/app-data',
      { 'spec.sourceRef.name': undefined },
      'spec.sourceRef.name: is required, but missing',
    ],
    [
      'a wrong word, with the nearest allowed one',
      'TunnelBinding/app/app',
      { 'tunnelRef.kind': 'clustertunnel' },
      'tunnelRef.kind: is "clustertunnel"; did you mean "ClusterTunnel"? write one of "ClusterTunnel", "Tunnel"',
    ],
    [
      'a wrong word in a built-in kind',
      synapse,
      { [`${container}.ports[http].protocol`]: 'QUIC' },
      'ports[http].protocol: is "QUIC"; write one of "SCTP", "TCP", "UDP"',
    ],
    [
      'a pattern',
      'Kustomization/flux-system/app-data',
      { 'spec.interval': '10 minutes' },
      'spec.interval: is "10 minutes"; write something that matches',
    ],
    ['a number too small', db, { 'spec.instances': 0 }, 'spec.instances: is 0; write at least 1'],
    [
      'a number too large',
      synapse,
      { [`${container}.ports[http].containerPort`]: 80_000 },
      'write at most 65535',
    ],
    [
      'a file mode that was meant octal',
      synapse,
      { 'spec.template.spec.volumes[tls].secret.defaultMode': 644 },
      'defaultMode: is 644; write at most 511',
    ],
    [
      'a wrong word in a certificate',
      'Certificate/app/synapse-tls',
      { 'spec.privateKey': { size: 1, algorithm: 'ED' } },
      'is "ED"',
    ],
    [
      'neither number nor text',
      'Service/app/synapse',
      { 'spec.ports[http].targetPort': true },
      'spec.ports[http].targetPort: is a boolean, but an integer or a string is expected',
    ],
    [
      'a quantity',
      synapse,
      { [`${container}.resources.limits.memory`]: '2 GB' },
      'resources.limits.memory: is a string, but a quantity is expected; write a number and a unit without space',
    ],
    ['a quantity of a custom kind', db, { 'spec.resources.limits.memory': '1 GB' }, 'such as 500m or 4Gi'],
    [
      'base64',
      'ConfigMap/app/synapse-config',
      { binaryData: { a: '%' } },
      'binaryData.a: is "%"; write base64',
    ],
    [
      'two handlers of one probe',
      synapse,
      { [`${container}.livenessProbe.tcpSocket`]: { port: 1 } },
      'livenessProbe: has httpGet and tcpSocket together; give exactly one of exec, grpc, httpGet, tcpSocket',
    ],
    [
      'no handler of a probe',
      synapse,
      { [`${container}.livenessProbe`]: { periodSeconds: 1 } },
      'needs one of exec',
    ],
    [
      'value beside valueFrom',
      synapse,
      { [`${container}.env[PGPASSWORD].value`]: 'x' },
      'env[PGPASSWORD]: has value and valueFrom together; keep one of them',
    ],
    [
      'a port twice',
      synapse,
      { [`${container}.ports[metrics].containerPort`]: 8008 },
      'ports[metrics]: repeats an earlier member of the list (same containerPort and protocol)',
    ],
    [
      'a wrong word in a database',
      db,
      { 'spec.primaryUpdateStrategy': 'auto' },
      'write one of "unsupervised", "supervised"',
    ],
  ])('objects to %s', (_, id, fields, expected) => {
    const result = found(schemaRule, changed(id, fields));
    expect(
      result.filter((line) => line.includes(expected)),
      result.join('\n'),
    ).toHaveLength(1);
  });

  it('accepts what the API server fills in or lets through', () => {
    const good = [
      // required and defaulted
      changed(db, { 'spec.instances': undefined }),
      changed(db, { 'spec.resources.limits': { cpu: 1, memory: '1.5Gi', 'hugepages-2Mi': '1e3' } }),
      changed(synapse, { [`${container}.resources.limits`]: { cpu: 0.5, memory: 1_073_741_824 } }),
      // x-kubernetes-preserve-unknown-fields
      changed('Middleware/app/headers', { spec: { plugin: { mine: { anything: [1, { a: true }] } } } }),
      changed(synapse, {
        'spec.strategy': { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 0 } },
      }),
      // the same number for TCP and UDP
      changed(synapse, {
        [`${container}.ports[metrics]`]: { name: 'metrics', containerPort: 8008, protocol: 'UDP' },
      }),
    ];
    for (const stack of good) expect(found(schemaRule, stack)).toEqual([]);
  });

  it('refuses a fraction in a custom kind, where quantities are integers or text', () => {
    const result = found(schemaRule, changed(db, { 'spec.resources.limits.cpu': 0.5 }));
    expect(result[0]).toContain('is a fraction, but an integer or a string is expected');
  });

  it.each([
    ['apps/v1beta1', 'Deployment', 'write apiVersion: apps/v1'],
    ['apps/v1', 'Deploymnt', 'did you mean apps/v1/Deployment?'],
    [
      'example.org/v1',
      'Foo',
      'check the spelling of apiVersion and kind; an unknown kind cannot be checked, so apply the object from a file of your own',
    ],
  ])('objects to a kind without schema: %s %s', (apiVersion, kind, remedy) => {
    const result = found(schemaRule, yaml(`{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: a}}`));
    expect(result).toEqual([expect.stringContaining(`and there is no schema for that; ${remedy}`)]);
  });

  it('reports every problem of an object, not the first', () => {
    expect(
      found(schemaRule, changed(synapse, { 'spec.replica': 1, 'spec.paused': 'no', extra: 1 })),
    ).toHaveLength(3);
  });
});
