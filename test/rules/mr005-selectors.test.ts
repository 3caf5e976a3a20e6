import { describe, expect, it } from 'vitest';
import { selectorsRule } from '../../src/rules/mr005-selectors.ts';
import type { Manifest } from '../../src/stack/manifest.ts';
import { changed, found, goodStack, lines, promisedSecrets, yaml } from './stack.ts';

const synapse = 'Deployment/app/synapse';
const service = 'Service/app/synapse';
const policy = 'NetworkPolicy/app/synapse';

describe('MR005 selectors', () => {
  it('passes selectors that match', () => {
    expect(found(selectorsRule, goodStack())).toEqual([]);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    [
      'a workload that does not select its own pods',
      synapse,
      { 'spec.selector.matchLabels.app': 'x' },
      'spec.selector: does not match the labels of the pod template (app=x)',
    ],
    [
      'an expression that does not',
      synapse,
      { 'spec.selector': { matchExpressions: [{ key: 'x', operator: 'Exists' }] } },
      'spec.selector: does not match the labels of the pod template (x Exists)',
    ],
    [
      'workloads that share pods',
      'StatefulSet/app/redis',
      {
        'spec.selector': { matchExpressions: [{ key: 'app', operator: 'In', values: ['redis', 'synapse'] }] },
      },
      'spec.selector: also selects the pods of Deployment/app/synapse: both would count and delete them',
    ],
    [
      'a Service without pods',
      service,
      { 'spec.selector.app': 'x' },
      'spec.selector: matches no pod in namespace app (app=x)',
    ],
    [
      'a Service whose pods are elsewhere',
      service,
      { 'spec.selector.app': 'bridge' },
      'matches no pod in namespace app',
    ],
    [
      'a named target port',
      service,
      { 'spec.ports[http].targetPort': 'htpp' },
      'spec.ports[http].targetPort: is htpp/TCP, a port that the pods of Deployment/app/synapse do not declare; did you mean "http"?',
    ],
    [
      'a target port by number',
      service,
      { 'spec.ports[http].targetPort': 80 },
      'ports[http].targetPort: is 80/TCP',
    ],
    [
      'a port that is its own target',
      service,
      { 'spec.ports[metrics].port': 9001 },
      'spec.ports[metrics].port: is 9001/TCP',
    ],
    ['a protocol', service, { 'spec.ports[http].protocol': 'UDP' }, 'ports[http].targetPort: is http/UDP'],
    [
      'a policy without pods',
      policy,
      { 'spec.podSelector.matchLabels': { component: 'x' } },
      'spec.podSelector: matches no pod in namespace app (component=x)',
    ],
    [
      'a peer of a policy',
      policy,
      { 'spec.ingress[0].from[0].podSelector.matchLabels.app': 'x' },
      'spec.ingress[0].from[0].podSelector: matches no pod in namespace app (app=x)',
    ],
    [
      'a database that is not there',
      policy,
      { 'spec.egress[0].to[0].podSelector.matchLabels': { 'cnpg.io/cluster': 'x' } },
      'spec.egress[0].to[0].podSelector: matches no pod',
    ],
    [
      'a disruption budget',
      'PodDisruptionBudget/app/redis',
      { 'spec.selector.matchExpressions[0].values': ['x'] },
      'spec.selector: matches no pod in namespace app (app In (x))',
    ],
  ])('objects to %s', (_, id, fields, expected) => {
    const result = found(selectorsRule, changed(id, fields));
    expect(
      result.filter((line) => line.includes(expected)),
      result.join('\n'),
    ).toHaveLength(1);
  });

  it('asks every selected pod for the target port', () => {
    const stack = changed(service, { 'spec.selector': {}, 'spec.ports[metrics]': undefined });
    expect(found(selectorsRule, stack)).toEqual([
      expect.stringContaining(
        'ports[http].targetPort: is http/TCP, a port that the pods of StatefulSet/app/redis do not',
      ),
    ]);
  });

  it('objects to a bare pod that a workload would adopt', () => {
    const pod = yaml(
      '{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: app, labels: {app: synapse}}, spec: {}}',
    );
    expect(found(selectorsRule, [...goodStack(), ...pod])[0]).toContain('also selects the pods of Pod/app/p');
  });

  it('takes role for a label like any other on pods that are no database', () => {
    const stack = changed(policy, { 'spec.podSelector.matchLabels': { app: 'synapse', role: 'x' } });
    expect(found(selectorsRule, stack)).toEqual([expect.stringContaining('matches no pod in namespace app')]);
  });

  it('passes a policy for every pod of a namespace without pods', () => {
    const stack = changed('NetworkPolicy/app/default-deny', { 'metadata.namespace': 'empty' });
    expect(found(selectorsRule, stack)).toEqual([]);
  });

  it('leaves a missing selector to the schema', () => {
    expect(found(selectorsRule, changed(synapse, { 'spec.selector': undefined }))).toEqual([]);
  });

  it('passes Services without selector, and those of a database', () => {
    for (const selector of [undefined, { 'cnpg.io/cluster': 'db' }]) {
      expect(found(selectorsRule, changed(service, { 'spec.selector': selector }))).toEqual([]);
    }
  });
});

describe('MR005 objects that were added', () => {
  const added = (labels: string, selector: string): readonly Manifest[] =>
    yaml(`apiVersion: apps/v1
kind: Deployment
metadata: {name: page, namespace: app}
spec:
  selector: {matchLabels: {app: page}}
  template:
    metadata: {labels: ${labels}}
    spec: {containers: [{name: web, ports: [{name: http, containerPort: 8008}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: page, namespace: app}
spec: {selector: ${selector}, ports: [{name: http, port: 80, targetPort: http}]}
`);
  const capturedBy = (manifests: readonly Manifest[]): readonly string[] =>
    lines(
      selectorsRule.check({
        files: [{ path: 'all.yaml', manifests: [...goodStack(), ...manifests] }],
        promisedSecrets,
        before: [{ path: 'all.yaml', manifests: goodStack() }],
      }),
    ).filter((line) => /requests that are meant for others|bypassing the entrances/.test(line));

  it('may find each other', () => {
    expect(capturedBy(added('{app: page}', '{app: page}'))).toEqual([]);
  });

  it('may not get requests that are for others', () => {
    expect(capturedBy(added('{app: synapse}', '{app: page}'))).toEqual([
      expect.stringMatching(
        /^Deployment\/app\/page spec\.template\.metadata\.labels: .* Service\/app\/synapse: /,
      ),
    ]);
  });

  it('may not lead past the entrances', () => {
    expect(capturedBy(added('{app: page}', '{app: synapse}'))).toEqual([
      expect.stringMatching(
        /^Service\/app\/page spec\.selector: leads to the pods of Deployment\/app\/synapse, /,
      ),
    ]);
  });
});
