import { describe, expect, it } from 'vitest';
import { stampChecksums } from '../../src/render/checksums.ts';
import type { Manifest } from '../../src/stack/manifest.ts';
import { dig } from '../stacks.ts';

function configMap(data: Record<string, string>, name = 'config'): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'matrix' }, data };
}

function deployment(podSpec: object): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'matrix' },
    spec: { template: { spec: podSpec } },
  };
}

const MOUNTS_A = deployment({
  volumes: [{ name: 'v', configMap: { name: 'config', items: [{ key: 'a.yaml', path: 'a' }] } }],
});

/** The checksum annotations on the Deployment's pods. */
function stamped(pod: Manifest, ...maps: readonly Manifest[]): unknown {
  const files = stampChecksums([{ path: 'x.yaml', manifests: [...maps, pod] }]);
  return dig(files, 0, 'manifests', maps.length, 'spec', 'template', 'metadata', 'annotations');
}

describe('the checksum of a configuration', () => {
  const before = stamped(MOUNTS_A, configMap({ 'a.yaml': 'one: 1\ntwo: 2\n' }));

  it('stands on the pod template, under the name of the ConfigMap', () => {
    expect(before).toEqual({ 'checksum/config': expect.stringMatching(/^[0-9a-f]{16}$/) });
  });

  it('changes with a value', () => {
    expect(stamped(MOUNTS_A, configMap({ 'a.yaml': 'one: 1\ntwo: 3\n' }))).not.toEqual(before);
  });

  it('changes with the order of a list', () => {
    const list = (text: string): unknown => stamped(MOUNTS_A, configMap({ 'a.yaml': text }));
    expect(list('- 1\n- 2\n')).not.toEqual(list('- 2\n- 1\n'));
  });

  it('stays for a comment, the order of keys, quotes and blank lines', () => {
    expect(stamped(MOUNTS_A, configMap({ 'a.yaml': '# new\n"two": 2\n\none: 1\n' }))).toEqual(before);
  });

  it('stays for a key that the pod does not read', () => {
    expect(stamped(MOUNTS_A, configMap({ 'a.yaml': 'one: 1\ntwo: 2\n', 'b.conf': 'x\n' }))).toEqual(before);
  });

  it('ignores comments and indentation in other texts, but not their words', () => {
    const pod = deployment({ containers: [{ envFrom: [{ configMapRef: { name: 'config' } }] }] });
    const conf = (text: string): unknown => stamped(pod, configMap({ 'x.conf': text }));
    expect(conf('listen 80;\n  root /a;\n')).toEqual(conf('# port\nlisten 80;\n\nroot /a;\n'));
    expect(conf('listen 80;\n')).not.toEqual(conf('listen 81;\n'));
  });

  it('counts environment from a whole map and from a single key', () => {
    const single = deployment({
      containers: [{ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'config', key: 'A' } } }] }],
    });
    expect(stamped(single, configMap({ A: '1', B: '1' }))).toEqual(
      stamped(single, configMap({ A: '1', B: '2' })),
    );
    expect(stamped(single, configMap({ A: '1' }))).not.toEqual(stamped(single, configMap({ A: '2' })));
    const whole = deployment({ initContainers: [{ envFrom: [{ configMapRef: { name: 'config' } }] }] });
    expect(stamped(whole, configMap({ A: '1', B: '1' }))).not.toEqual(
      stamped(whole, configMap({ A: '1', B: '2' })),
    );
  });

  it('leaves a pod alone that reads no rendered ConfigMap', () => {
    expect(
      stamped(
        deployment({ volumes: [{ name: 'v', configMap: { name: 'foreign' } }] }),
        configMap({ a: '1' }),
      ),
    ).toBeUndefined();
  });
});
