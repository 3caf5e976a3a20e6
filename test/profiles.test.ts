import { load, loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { stampChecksums } from '../src/render/checksums.ts';
import type { Manifest } from '../src/stack/manifest.ts';
import { allProfiles, chartedOf, dig, digList, objectsOf, renderedOf } from './stacks.ts';

// What must hold for every rendered object, asserted here directly: the rules in rules/ are tested elsewhere,
// and a rule that forgets to look must not take this with it.

const profiles = allProfiles();
// What is included is in the words of whoever wrote it.
const all = profiles.flatMap((stack) =>
  objectsOf(stack)
    .filter(({ path }) => !path.includes('/own/'))
    .map((object) => ({ ...object, stack })),
);
const workloads = all.filter(({ manifest }) => manifest.kind === 'Deployment');

it('covers the shipped stacks and at least eight profiles', () => {
  expect(profiles.length).toBeGreaterThanOrEqual(10);
  expect(workloads.length).toBeGreaterThan(40);
});

describe.each(all)('$path $manifest.kind $manifest.metadata.name', ({ manifest, stack }) => {
  const { metadata } = manifest;

  it('has a legal name and the labels of the house', () => {
    expect(metadata.name).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);
    expect(metadata.labels).toMatchObject({
      'app.kubernetes.io/name': expect.stringMatching(/^[a-z0-9-]+$/),
      'app.kubernetes.io/instance': stack.name,
      'app.kubernetes.io/component': expect.stringMatching(/^[a-z0-9-]+$/),
      'app.kubernetes.io/part-of': 'matrix',
      'app.kubernetes.io/managed-by': 'matrix-gitops',
    });
  });

  it('says its namespace, unless it has none', () => {
    const allowed =
      manifest.kind === 'Namespace'
        ? [undefined]
        : manifest.kind === 'Kustomization'
          ? [stack.flux.namespace]
          : stack.topology.namespaces.map(({ name }) => name);
    expect(allowed).toContain(metadata.namespace);
  });

  it('is kept by Flux when it cannot be replaced', () => {
    const irreplaceable =
      ['Namespace', 'PersistentVolumeClaim', 'Cluster', 'Database'].includes(manifest.kind) ||
      metadata.name === 'synapse-signing-key';
    const mark = metadata.annotations?.['kustomize.toolkit.fluxcd.io/prune'];
    expect(mark).toBe(irreplaceable ? 'disabled' : undefined);
  });
});

describe.each(workloads)('$path $manifest.metadata.name', ({ manifest }) => {
  const pod = dig(manifest, 'spec', 'template', 'spec');
  const containers = digList(pod, 'containers');

  it('selects its own pods by name and instance only', () => {
    const labels = manifest.metadata.labels ?? {};
    expect(dig(manifest, 'spec', 'selector', 'matchLabels')).toEqual({
      'app.kubernetes.io/name': manifest.metadata.name,
      'app.kubernetes.io/instance': labels['app.kubernetes.io/instance'],
    });
    expect(dig(manifest, 'spec', 'template', 'metadata', 'labels')).toEqual(labels);
  });

  it('gets no service links and no token, and runs as an ordinary user', () => {
    expect(pod).toMatchObject({ enableServiceLinks: false, automountServiceAccountToken: false });
    expect(dig(pod, 'securityContext')).toMatchObject({
      runAsNonRoot: true,
      runAsUser: expect.any(Number),
      runAsGroup: expect.any(Number),
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(Number(dig(pod, 'securityContext', 'runAsUser'))).toBeGreaterThan(0);
  });

  it('has locked down, sized and probed containers', () => {
    expect(containers).toHaveLength(1);
    for (const container of containers) {
      expect(dig(container, 'securityContext')).toEqual({
        allowPrivilegeEscalation: false,
        capabilities: expect.objectContaining({ drop: ['ALL'] }),
        readOnlyRootFilesystem: true,
      });
      // The only one that Pod Security admits at the level `restricted`.
      expect(['NET_BIND_SERVICE']).toEqual(
        expect.arrayContaining([...digList(container, 'securityContext', 'capabilities', 'add')]),
      );
      expect(dig(container, 'resources', 'requests')).toMatchObject({
        cpu: expect.anything(),
        memory: expect.anything(),
      });
      expect(dig(container, 'resources', 'limits', 'memory')).toBeDefined();
      expect(dig(container, 'livenessProbe')).toBeDefined();
      expect(dig(container, 'readinessProbe')).toBeDefined();
      expect(dig(container, 'image')).toMatch(
        /^[a-z0-9.]+\/.+:(?!latest)[A-Za-z0-9._-]+(@sha256:[0-9a-f]{64})?$/,
      );
    }
  });

  it('is replaced one at a time when it holds a node port or a volume', () => {
    const holdsNode = dig(pod, 'hostNetwork') === true || JSON.stringify(containers).includes('"hostPort"');
    const holdsVolume = JSON.stringify(pod).includes('"persistentVolumeClaim"');
    if (holdsNode || holdsVolume) expect(dig(manifest, 'spec', 'strategy', 'type')).toBe('Recreate');
    if (dig(pod, 'hostNetwork') === true) expect(dig(pod, 'dnsPolicy')).toBe('ClusterFirstWithHostNet');
  });

  it('is given up on later than it may take to start', () => {
    const deadline = Number(dig(manifest, 'spec', 'progressDeadlineSeconds'));
    const startup = dig(containers[0], 'startupProbe');
    const start = Number(dig(startup, 'periodSeconds') ?? 0) * Number(dig(startup, 'failureThreshold') ?? 0);
    const stop = Number(dig(pod, 'terminationGracePeriodSeconds'));
    expect(deadline).toBeGreaterThan(start + stop);
  });
});

describe.each(profiles)('$file', (stack) => {
  it('holds no secret and no text that Flux would replace unasked', () => {
    for (const [path, text] of renderedOf(stack).files) {
      expect(text, path).not.toMatch(/PRIVATE KEY|kind: Secret$/m);
      if (!path.endsWith('.yaml')) continue;
      for (const object of loadAll(text)) {
        if (!/\$\{|\$\$/.test(JSON.stringify(object))) continue;
        expect(dig(object, 'metadata', 'annotations', 'kustomize.toolkit.fluxcd.io/substitute'), path).toBe(
          'disabled',
        );
      }
    }
  });

  it('reads back the same with YAML 1.1 and YAML 1.2', () => {
    const charted = new Map<string, readonly Manifest[]>(
      stampChecksums(chartedOf(stack)).map(({ path, manifests }) => [path, manifests]),
    );
    for (const [path, text] of renderedOf(stack).files) {
      if (!path.endsWith('.yaml')) continue;
      const byVersion = (['1.1', '1.2'] as const).map((version) =>
        parseAllDocuments(text, { version }).map((document): unknown => document.toJS()),
      );
      expect(byVersion[0], path).toEqual(byVersion[1]);
      expect(loadAll(text), path).toEqual(byVersion[1]);
      const made = charted.get(path.slice(stack.name.length + 1));
      if (made !== undefined) expect(byVersion[1], path).toEqual(JSON.parse(JSON.stringify(made)));
    }
  });

  it('keeps configuration texts as blocks that a reviewer can read', () => {
    for (const { manifest } of objectsOf(stack).filter(({ manifest: { kind } }) => kind === 'ConfigMap')) {
      for (const [key, text] of Object.entries(dig(manifest, 'data') ?? {})) {
        expect(String(text), key).not.toMatch(/[\t\r]| \n/);
        if (key.endsWith('.yaml') || key.endsWith('.json'))
          expect(() => load(String(text)), key).not.toThrow();
      }
    }
  });
});
