import { describe, expect, it } from 'vitest';
import { dig, objectOf, renderedOf, stackFrom } from './stacks.ts';

const HEAD = `
schema: 1
serverName: example.org
expose: {lan: {tls: {secret: tls}}}
element: {}
`;

describe('overrides of a stack', () => {
  const stack = stackFrom(`${HEAD}
overrides:
  - target: {kind: Deployment, name: synapse}
    patch: {metadata: {annotations: {backup/volumes: media}}}
    why: the backup agent looks for it
  - target: {kind: Service, name: element}
    patch: {spec: {trafficDistribution: PreferClose}}
    why: a field newer than any typed class here
  - target: {kind: ConfigMap, name: element-config}
    patch: {data: {config.json: "{}\\n"}}
    why: emptied by hand
  - target: {kind: Deployment, name: element}
    patch: [{op: remove, path: /spec/template/spec/containers/0/securityContext/readOnlyRootFilesystem}]
    why: a module writes beside itself
  - target: {kind: Kustomization, name: test-apps}
    patch: {spec: {timeout: 90m}}
    why: a slow registry
`);
  const { files, findings, problems } = renderedOf(stack);
  const summary = files.get('test/SUMMARY.md') ?? '';

  it('survive into the text, typed class or not', () => {
    expect(problems).toEqual([]);
    expect(findings).toEqual([]);
    expect(objectOf(stack, 'Deployment', 'synapse').metadata.annotations).toEqual({
      'backup/volumes': 'media',
    });
    expect(dig(objectOf(stack, 'Service', 'element'), 'spec', 'trafficDistribution')).toBe('PreferClose');
    expect(dig(objectOf(stack, 'Kustomization', 'test-apps'), 'spec', 'timeout')).toBe('90m');
  });

  it('count in the checksums of the pods that read what they change', () => {
    const checksum = (one: typeof stack): unknown =>
      dig(
        objectOf(one, 'Deployment', 'element'),
        'spec',
        'template',
        'metadata',
        'annotations',
        'checksum/element-config',
      );
    expect(checksum(stack)).not.toBe(checksum(stackFrom(HEAD)));
  });

  it('stand in SUMMARY.md with their reasons, and with what they weaken', () => {
    for (const why of ['the backup agent looks for it', 'a slow registry', 'emptied by hand']) {
      expect(summary).toContain(why);
    }
    expect(summary.split('## What the overrides weaken')[1]).toContain('readOnlyRootFilesystem');
  });

  it('are at fault themselves when they break a rule', () => {
    const broken = renderedOf(
      stackFrom(`${HEAD}
overrides:
  - target: {kind: Deployment, name: element}
    patch: {spec: {template: {spec: {containerz: []}}}}
    why: a slip
`),
    );
    expect(broken.findings).toEqual([]);
    expect(broken.problems).toEqual([
      expect.objectContaining({ index: 0, code: 'MG055', what: expect.stringContaining('(MR001)') }),
    ]);
  });

  it('raise the timeout of the layer when they lengthen a rollout', () => {
    const slow = stackFrom(`${HEAD}
overrides:
  - target: {kind: Deployment, name: element}
    patch: {spec: {progressDeadlineSeconds: 7200}}
    why: a slow registry
`);
    expect(dig(objectOf(slow, 'Kustomization', 'test-apps'), 'spec', 'timeout')).toBe('125m');
  });
});
