import { describe, expect, it } from 'vitest';
import { hardeningRule } from '../../src/rules/mr006-hardening.ts';
import { changed, found, goodStack, yaml } from './stack.ts';

const synapse = 'Deployment/app/synapse';
const bridge = 'Deployment/calls/bridge';
const pod = 'spec.template.spec';
const container = `${pod}.containers[synapse]`;
const own = `${container}.securityContext`;
const media = `${pod}.containers[bridge].ports[media]`;

describe('MR006 hardening', () => {
  it('passes hardened pods', () => {
    expect(found(hardeningRule, goodStack())).toEqual([]);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    [
      'service links',
      synapse,
      { [`${pod}.enableServiceLinks`]: undefined },
      'enableServiceLinks: is not set',
    ],
    [
      'an API token',
      synapse,
      { [`${pod}.automountServiceAccountToken`]: true },
      'automountServiceAccountToken: is true',
    ],
    [
      'another seccomp profile',
      synapse,
      { [`${own}.seccompProfile`]: { type: 'Unconfined' } },
      'seccompProfile.type: is "Unconfined"',
    ],
    [
      'escalation',
      synapse,
      { [`${own}.allowPrivilegeEscalation`]: undefined },
      'allowPrivilegeEscalation: is not set',
    ],
    [
      'kept capabilities',
      synapse,
      { [`${own}.capabilities.drop`]: ['NET_RAW'] },
      'capabilities.drop: is ["NET_RAW"]; write drop: [ALL]',
    ],
    [
      'added capabilities',
      synapse,
      { [`${own}.capabilities.add`]: ['NET_ADMIN', 'NET_BIND_SERVICE'] },
      'capabilities.add: adds NET_ADMIN; add at most NET_BIND_SERVICE',
    ],
    [
      'a writable root',
      synapse,
      { [`${own}.readOnlyRootFilesystem`]: false },
      'readOnlyRootFilesystem: is false',
    ],
    [
      'root by omission',
      bridge,
      { [`${pod}.securityContext.runAsNonRoot`]: undefined },
      'runAsNonRoot: is not set',
    ],
    ['root by number', synapse, { [`${own}.runAsUser`]: 0 }, 'runAsUser: is 0'],
    ['no user', bridge, { [`${pod}.securityContext.runAsUser`]: undefined }, 'runAsUser: is not set'],
    ['no group', bridge, { [`${pod}.securityContext.runAsGroup`]: undefined }, 'runAsGroup: is not set'],
    [
      'no cpu request',
      synapse,
      { [`${container}.resources.requests.cpu`]: undefined },
      'resources.requests.cpu: is not set',
    ],
    [
      'no memory request',
      synapse,
      { [`${container}.resources.requests.memory`]: undefined },
      'resources.requests.memory: is not set',
    ],
    [
      'no memory limit',
      synapse,
      { [`${container}.resources.limits`]: undefined },
      'resources.limits.memory: is not set: a leak',
    ],
    [
      'a request above the limit',
      synapse,
      { [`${container}.resources.requests.memory`]: '3Gi' },
      'resources.requests.memory: is "3Gi", more than the limit "2Gi"',
    ],
    [
      'no limit on an init container',
      synapse,
      { [`${pod}.initContainers[migrate].resources.limits`]: undefined },
      'initContainers[migrate].resources.limits.memory: is not set',
    ],
    [
      'no tag',
      synapse,
      { [`${container}.image`]: 'registry.example:5000/synapse' },
      'image: is "registry.example:5000/synapse", without tag',
    ],
    [
      'a broken digest',
      synapse,
      { [`${container}.image`]: 'example/synapse@sha256:0123' },
      'image: is "example/synapse@sha256:0123", without tag or digest',
    ],
    [
      'latest',
      synapse,
      { [`${container}.image`]: 'example/synapse:latest' },
      'image: is "example/synapse:latest"',
    ],
    [
      'no probe',
      synapse,
      { [`${container}.livenessProbe`]: undefined },
      'containers[synapse]: has neither livenessProbe nor readinessProbe',
    ],
    [
      'a port of a probe',
      synapse,
      { [`${container}.livenessProbe.httpGet.port`]: 'htp' },
      'livenessProbe.httpGet.port: names port "htp", which the container does not have; did you mean "http"?',
    ],
    [
      'a port of a hook',
      synapse,
      { [`${container}.lifecycle`]: { preStop: { tcpSocket: { port: 'x' } } } },
      'lifecycle.preStop.tcpSocket.port',
    ],
    [
      'DNS of the node',
      bridge,
      { [`${pod}.dnsPolicy`]: undefined },
      'dnsPolicy: is not set on the host network',
    ],
    [
      'rolling updates on the host network',
      bridge,
      { 'spec.strategy': undefined },
      'spec.strategy.type: is not set: a new pod could not bind ports of the node',
    ],
    [
      'rolling updates with a host port',
      synapse,
      {
        [`${container}.ports[http].hostPort`]: 80,
        'spec.strategy.type': 'RollingUpdate',
        [`${pod}.volumes[media]`]: { name: 'media', emptyDir: {} },
      },
      'spec.strategy.type: is "RollingUpdate": a new pod could not bind ports',
    ],
    [
      'rolling updates with a claim for one node',
      synapse,
      { 'spec.strategy.type': 'RollingUpdate' },
      'a new pod on another node could not mount claim "media"',
    ],
    [
      'host ports unlike the port',
      bridge,
      { [`${media}.hostPort`]: 1 },
      'hostPort: is 1, but on the host network it must equal',
    ],
    [
      'two pods on one host port',
      synapse,
      { [`${container}.ports[metrics]`]: { containerPort: 9, hostPort: 10_000, protocol: 'UDP' } },
      'binds port 10000/UDP of the node, as container "synapse" of Deployment/app/synapse does',
    ],
  ])('objects to %s', (_, id, fields, expected) => {
    const result = found(hardeningRule, changed(id, fields));
    expect(
      result.filter((line) => line.includes(expected)),
      result.join('\n'),
    ).toHaveLength(1);
  });

  it.each<[string, string, Record<string, unknown>]>([
    [
      'another protocol on a host port',
      synapse,
      { [`${container}.ports[metrics]`]: { containerPort: 9, hostPort: 10_000 } },
    ],
    [
      'rolling updates that never surge',
      bridge,
      { 'spec.strategy': { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0 } } },
    ],
    [
      'settings of the container alone',
      bridge,
      {
        [`${pod}.securityContext`]: undefined,
        [`${pod}.containers[bridge].securityContext.runAsNonRoot`]: true,
        [`${pod}.containers[bridge].securityContext.runAsUser`]: 1,
        [`${pod}.containers[bridge].securityContext.runAsGroup`]: 1,
        [`${pod}.containers[bridge].securityContext.seccompProfile`]: { type: 'RuntimeDefault' },
      },
    ],
    ['probes by number', synapse, { [`${container}.livenessProbe.httpGet.port`]: 8008 }],
    [
      'an image by digest alone',
      synapse,
      { [`${container}.image`]: `example/synapse@sha256:${'0'.repeat(64)}` },
    ],
    [
      'a claim that many nodes may mount',
      'PersistentVolumeClaim/app/media',
      { 'spec.accessModes': ['ReadWriteMany'] },
    ],
  ])('passes %s', (_, id, fields) => {
    expect(found(hardeningRule, changed(id, fields))).toEqual([]);
  });

  it('passes rolling updates with a claim that many nodes may mount', () => {
    const claim = changed('PersistentVolumeClaim/app/media', { 'spec.accessModes': ['ReadWriteMany'] });
    const rolling = changed(synapse, { 'spec.strategy': undefined });
    const stack = rolling.map((it) =>
      it.kind === 'PersistentVolumeClaim' ? (claim.find((c) => c.kind === it.kind) ?? it) : it,
    );
    expect(found(hardeningRule, stack)).toEqual([]);
  });

  it('passes surge settings on what is no Deployment', () => {
    const ports = `${pod}.containers[redis].ports[redis].hostPort`;
    expect(found(hardeningRule, changed('StatefulSet/app/redis', { [ports]: 6379 }))).toEqual([]);
  });

  it('looks for a claim in the namespace of the pod', () => {
    const rolling = changed(synapse, { 'spec.strategy': undefined, 'metadata.namespace': 'other' });
    expect(found(hardeningRule, rolling)).toEqual([]);
  });

  it('counts host ports of sidecars, not of init containers that end', () => {
    const stack = (restartPolicy: string | undefined) =>
      changed(synapse, {
        [`${pod}.initContainers[migrate].ports`]: [{ containerPort: 1, hostPort: 10_000, protocol: 'UDP' }],
        [`${pod}.initContainers[migrate].restartPolicy`]: restartPolicy,
      });
    expect(found(hardeningRule, stack(undefined))).toEqual([]);
    expect(found(hardeningRule, stack('Always'))).toEqual([expect.stringContaining('binds port 10000/UDP')]);
  });

  it('tells addresses of the node apart', () => {
    const ports = (hostIP: string) =>
      yaml(`
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: app}
spec: {containers: [{name: a, ports: [{containerPort: 1, hostPort: 1, hostIP: 10.0.0.1}]}, {name: b, ports: [{containerPort: 2, hostPort: 1, hostIP: ${hostIP}}]}]}`);
    const clashes = (hostIP: string) =>
      found(hardeningRule, ports(hostIP)).filter((it) => it.includes('binds port'));
    expect(clashes('10.0.0.2')).toEqual([]);
    expect(clashes('10.0.0.1')).toHaveLength(1);
    expect(clashes('0.0.0.0')).toHaveLength(1);
  });

  it('tells nodes apart that ask for different values of one label, and no others', () => {
    const pods = (selector: string) =>
      yaml(
        ['{kubernetes.io/hostname: a}', selector]
          .map(
            (nodes, index) => `
apiVersion: v1
kind: Pod
metadata: {name: p${index}, namespace: app}
spec: {nodeSelector: ${nodes}, containers: [{name: a, ports: [{containerPort: 1, hostPort: 1}]}]}`,
          )
          .join('\n---'),
      );
    const clashes = (selector: string) =>
      found(hardeningRule, pods(selector)).filter((it) => it.includes('binds port'));
    expect(clashes('{kubernetes.io/hostname: b}')).toEqual([]);
    expect(clashes('{kubernetes.io/hostname: a, more: b}')).toHaveLength(1);
    expect(clashes('{more: b}')).toHaveLength(1);
    expect(clashes('{}')).toHaveLength(1);
  });
});
