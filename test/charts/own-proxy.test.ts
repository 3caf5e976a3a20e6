import { describe, expect, it } from 'vitest';
import { withCallsIn } from '../parts.ts';
import { dig, objectsOf, renderedOf, stackFrom } from '../stacks.ts';

const PORTS = '{synapse: 30808, well-known: 30809, element: 30810, lk-jwt-service: 30811, livekit: 30812}';

function behind(settings: string, more = '') {
  return stackFrom(
    `schema: 1\nserverName: example.org\nexpose: {public: {via: own-proxy, ownProxy: ${settings}}}\nelement: {}\nlivekit: {}\ncallNodes: {addresses: {public: 198.51.100.7}}\n${more}`,
  );
}

const nodePorts = (stack: ReturnType<typeof behind>) =>
  objectsOf(stack)
    .map(({ manifest }) => manifest)
    .filter((one) => one.kind === 'Service' && dig(one, 'spec', 'type') === 'NodePort');

const summary = (stack: ReturnType<typeof behind>): string =>
  renderedOf(stack).files.get(`${stack.name}/SUMMARY.md`) ?? '';

describe('a proxy outside the cluster', () => {
  const stack = behind(`{address: 192.0.2.10, ports: ${PORTS}}`);

  it('reaches each Service through a port of the nodes, and the others stay as they are', () => {
    expect(
      nodePorts(stack).map((one) => [one.metadata.name, dig(one, 'spec', 'ports', 0, 'nodePort')]),
    ).toEqual([
      ['synapse-node-port', 30808],
      ['well-known-node-port', 30809],
      ['element-node-port', 30810],
      ['lk-jwt-service-node-port', 30811],
      ['livekit-node-port', 30812],
    ]);
    const other = behind('{}');
    expect(nodePorts(other)).toEqual([]);
    const plain = (of: typeof stack) =>
      objectsOf(of).filter(
        ({ manifest }) => manifest.kind === 'Service' && dig(manifest, 'spec', 'type') !== 'NodePort',
      );
    expect(plain(stack)).toEqual(plain(other));
  });

  it('is told the names of Services where it needs no ports', () => {
    expect(summary(behind('{}'))).toContain('proxy_pass http://synapse.test.svc.cluster.local:8008; }');
    expect(summary(stack)).toContain('location ^~ /_matrix/ { proxy_pass http://192.0.2.10:30808; }');
  });

  it('is still said to lead there with an override, which opens nothing by itself', () => {
    const patch = '{metadata: {annotations: {a.example.org/b: c}}}';
    const changed = behind(
      `{address: 192.0.2.10, ports: ${PORTS}}`,
      `overrides: [{target: {kind: Deployment, name: element}, why: a test, patch: ${patch}}]\n`,
    );
    const { findings, problems } = renderedOf(changed);
    expect([...findings, ...problems]).toEqual([]);
    const text = summary(changed);
    expect(text).toContain(
      '| `matrix.example.org` | `/_matrix/…`, `/_synapse/client/…` | Synapse | Your own proxy |',
    );
    expect(text.match(/\| 30808\/tcp \|.*/g)).toEqual([
      '| 30808/tcp | your proxy only | every node | the Service `synapse`, unencrypted |',
    ]);
  });

  it('finds a Service that an override gives a port of the nodes', () => {
    const opened = behind(
      '{}',
      'overrides: [{target: {kind: Service, name: synapse}, why: a test, patch: {spec: {type: NodePort}}}]\n',
    );
    expect(summary(opened)).toContain('is NodePort: the Service can then be reached without the entrances');
  });

  it('leads to call pods in their own namespace', () => {
    const apart = withCallsIn('calls', stack);
    const { findings, problems } = renderedOf(apart);
    expect([...findings, ...problems]).toEqual([]);
    const livekit = nodePorts(apart).find(({ metadata }) => metadata.name === 'livekit-node-port');
    expect(livekit?.metadata.namespace).toBe('calls');
  });
});
