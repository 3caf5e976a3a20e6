import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../src/continuity/facts.ts';
import { KINDS, knowledgeOf } from '../../src/kinds/index.ts';
import { SECRET } from '../../src/kinds/keys.ts';
import { stampChecksums } from '../../src/render/checksums.ts';
import { referencesRule } from '../../src/rules/mr004-references.ts';
import { selectorsRule } from '../../src/rules/mr005-selectors.ts';
import type { Manifest } from '../../src/stack/manifest.ts';
import { volumes, workloadAmounts } from '../../src/texts/totals.ts';
import { found, goodStack, yaml } from '../rules/stack.ts';
import { dig, publicStack } from '../stacks.ts';

/** What rules say when one more object is in the good stack. */
function withObject(rule: typeof referencesRule, text: string): readonly string[] {
  return found(rule, [...goodStack(), ...yaml(text)]);
}

describe('MR004, from the entries of kinds', () => {
  it.each<[string, string, string]>([
    [
      'a CronJob',
      '{apiVersion: batch/v1, kind: CronJob, metadata: {name: c, namespace: app}, spec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, envFrom: [{secretRef: {name: x}}]}]}}}}}}',
      'spec.jobTemplate.spec.template.spec.containers[a].envFrom[0].secretRef.name: names Secret "x"',
    ],
    [
      'a database of a Cluster that is not there',
      '{apiVersion: postgresql.cnpg.io/v1, kind: Database, metadata: {name: d, namespace: app}, spec: {name: d, owner: d, cluster: {name: bd}}}',
      'spec.cluster.name: names Cluster "bd", which does not exist in namespace app; did you mean "db"?',
    ],
    [
      'an object store that a Cluster archives to',
      '{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: other, namespace: app}, spec: {plugins: [{name: p, parameters: {barmanObjectName: x}}]}}',
      'spec.plugins[p].parameters.barmanObjectName: names ObjectStore "x"',
    ],
    [
      'credentials of an object store',
      '{apiVersion: barmancloud.cnpg.io/v1, kind: ObjectStore, metadata: {name: s, namespace: app}, spec: {configuration: {s3Credentials: {accessKeyId: {name: mas-login, key: x}}}}}',
      'spec.configuration.s3Credentials.accessKeyId.key: names key "x", which Secret "mas-login" does not have',
    ],
    [
      'a port of an Ingress, by number',
      '{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: app}, spec: {rules: [{http: {paths: [{backend: {service: {name: synapse, port: {number: 80}}}}]}}]}}',
      'spec.rules[0].http.paths[0].backend.service.port.number: is 80, which Service "synapse" does not offer',
    ],
    [
      'a port of an Ingress, by name',
      '{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: app}, spec: {defaultBackend: {service: {name: synapse, port: {name: x}}}}}',
      'spec.defaultBackend.service.port.name: is x, which Service',
    ],
    [
      'a Service of an HTTPRoute',
      '{apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute, metadata: {name: h, namespace: app}, spec: {rules: [{backendRefs: [{name: x, port: 1}, {name: y, kind: Bucket}, {name: z, namespace: elsewhere}]}]}}',
      'spec.rules[0].backendRefs[x].name: names Service "x"',
    ],
    [
      'a Service of a route for TCP',
      '{apiVersion: traefik.io/v1alpha1, kind: IngressRouteTCP, metadata: {name: t, namespace: app}, spec: {routes: [{match: x, services: [{name: x, port: 1}]}]}}',
      'spec.routes[0].services[x].name: names Service "x"',
    ],
    [
      'what an autoscaler scales',
      '{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: a, namespace: app}, spec: {scaleTargetRef: {kind: Deployment, name: redis}}}',
      'spec.scaleTargetRef.name: names Deployment "redis"',
    ],
  ])('objects to %s', (_, text, expected) => {
    expect(withObject(referencesRule, text)).toEqual([expect.stringContaining(expected)]);
  });

  it('tells nobody to write `optional` where Kubernetes does not know it', () => {
    const text =
      '{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: o, namespace: app}, spec: {bootstrap: {initdb: {secret: {name: x}}}}}';
    const [line] = withObject(referencesRule, text);
    expect(line).toContain('names Secret "x"');
    expect(line).not.toContain('optional');
  });
});

describe('MR005, from the entries of kinds', () => {
  it('asks a ServiceMonitor for Services, and a PodMonitor for pods, those of databases included', () => {
    const monitor = (kind: string, labels: string): string =>
      `{apiVersion: monitoring.coreos.com/v1, kind: ${kind}, metadata: {name: m, namespace: app}, spec: {selector: {matchLabels: ${labels}}}}`;
    const says = (kind: string, labels: string): readonly string[] =>
      withObject(selectorsRule, monitor(kind, labels));
    expect(says('ServiceMonitor', '{app: nobody}')).toEqual([
      expect.stringContaining('matches no Service in namespace app'),
    ]);
    expect(says('PodMonitor', '{app: nobody}')).toEqual([
      expect.stringContaining('matches no pod in namespace app'),
    ]);
    expect(says('PodMonitor', '{app: synapse}')).toEqual([]);
    expect(says('PodMonitor', '{cnpg.io/cluster: db, cnpg.io/instanceRole: primary}')).toEqual([]);
  });
});

describe('checksums, from the entries of kinds', () => {
  const template = { spec: { containers: [{ name: 'a', envFrom: [{ configMapRef: { name: 'config' } }] }] } };
  const stamped = (kind: string, group: string): unknown => {
    const manifest: Manifest = {
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name: 'a', namespace: 'b' },
      spec: { template },
    };
    const config: Manifest = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'config', namespace: 'b' },
      data: { A: '1' },
    };
    const files = stampChecksums([{ path: 'x.yaml', manifests: [config, manifest] }]);
    return dig(files, 0, 'manifests', 1, 'spec', 'template', 'metadata', 'annotations');
  };

  it.each(['Deployment', 'StatefulSet', 'DaemonSet'])('restart the pods of a %s', (kind) => {
    expect(stamped(kind, 'apps')).toHaveProperty(['checksum/config']);
  });

  it('change no Job, of which Kubernetes refuses a change', () => {
    expect(stamped('Job', 'batch')).toBeUndefined();
  });
});

describe('continuity, from the entries of kinds', () => {
  it('takes no object of another group for one that it knows', () => {
    const [cluster] = yaml(
      '{apiVersion: cluster.x-k8s.io/v1, kind: Cluster, metadata: {name: c}, spec: {storage: {size: 1Gi}}}',
    );
    expect(cluster && factsOf(cluster)).toEqual([]);
    expect(cluster && [workloadAmounts([cluster]), volumes([cluster])]).toEqual([[], []]);
  });
});

describe('sums, from the entries of kinds', () => {
  it('count the pods and volumes of a StatefulSet', () => {
    const set = yaml(
      '{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {replicas: 3, template: {spec: {containers: [{name: a, resources: {requests: {memory: 1Gi}}}]}}, volumeClaimTemplates: [{spec: {resources: {requests: {storage: 2Gi}}}}]}}',
    );
    expect(workloadAmounts(set)).toMatchObject([{ name: 's', requestMemory: 3 * 1024 ** 3 }]);
    expect(volumes(set)).toEqual([{ name: 's', size: '3 × 2Gi' }]);
  });
});

describe('who makes Secrets in the namespace of a stack', () => {
  it('is said in the same way to those who write them', () => {
    const stack = publicStack();
    const object = { metadata: { name: stack.database.cluster }, spec: { enableSuperuserAccess: true } };
    const made = knowledgeOf('postgresql.cnpg.io', 'Cluster')?.makes?.(object) ?? [];
    const names = made.flatMap(({ kind, name }) => (kind === SECRET ? [name] : []));
    expect(names).toHaveLength(3);
    expect(stack.made.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
  });
});

describe('readers of manifests', () => {
  it('do not compare kinds themselves: what is special about one is in kinds/', () => {
    const names = [...new Set(KINDS.map(({ kind }) => kind))].join('|');
    const compares = new RegExp(`\\bkind\\b[^\\n]*[!=]== '(?:${names})'`);
    const against = ['rules', 'render', 'disk', 'continuity', 'texts'].flatMap((room) =>
      readdirSync(join('src', room), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .map((path) => join('src', room, path))
        .filter((path) => compares.test(readFileSync(path, 'utf8'))),
    );
    expect(against).toEqual([]);
  });
});
