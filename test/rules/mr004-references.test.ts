import { describe, expect, it } from 'vitest';
import { referencesRule } from '../../src/rules/mr004-references.ts';
import type { Manifest } from '../../src/stack/manifest.ts';
import { changed, found, goodStack, without, yaml } from './stack.ts';

const synapse = 'Deployment/app/synapse';
const pod = 'spec.template.spec';
const container = `${pod}.containers[synapse]`;
const binding = 'TunnelBinding/app/app';
const route = 'IngressRoute/app/synapse';
const db = 'Cluster/app/db';

describe('MR004 references', () => {
  it('passes when everything named exists', () => {
    expect(found(referencesRule, goodStack())).toEqual([]);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    [
      'a Secret of a variable',
      synapse,
      { [`${container}.env[PGPASSWORD].valueFrom.secretKeyRef.name`]: 'db-ap' },
      'env[PGPASSWORD].valueFrom.secretKeyRef.name: names Secret "db-ap", which does not exist in namespace app; did you mean "db-app"?',
    ],
    [
      'a key of a generated Secret',
      synapse,
      { [`${container}.env[PGPASSWORD].valueFrom.secretKeyRef.key`]: 'passwd' },
      'secretKeyRef.key: names key "passwd", which Secret "db-app" does not have; did you mean "password"?',
    ],
    [
      'a key of the CA Secret',
      synapse,
      { [`${container}.env[PGPASSWORD].valueFrom.secretKeyRef`]: { name: 'db-ca', key: 'tls.crt' } },
      'Secret "db-ca" does not have',
    ],
    [
      'a superuser Secret that is not made',
      synapse,
      { [`${container}.env[PGPASSWORD].valueFrom.secretKeyRef.name`]: 'db-superuser' },
      'names Secret "db-superuser"',
    ],
    [
      'a Secret of envFrom',
      synapse,
      { [`${container}.envFrom`]: [{ secretRef: { name: 'x' } }] },
      'envFrom[0].secretRef.name: names Secret "x"',
    ],
    [
      'a Secret volume',
      synapse,
      { [`${pod}.volumes[tls].secret.secretName`]: 'synapse-tl' },
      'volumes[tls].secret.secretName: names Secret "synapse-tl"',
    ],
    [
      'a key of a certificate',
      synapse,
      { [`${pod}.volumes[tls].secret.items`]: [{ key: 'tls.pem', path: 'a' }] },
      'volumes[tls].secret.items[0].key: names key "tls.pem", which Secret "synapse-tls" does not have',
    ],
    [
      'a key of a projected Secret',
      synapse,
      { [`${pod}.volumes[secrets].projected.sources[0].secret.items[0].key`]: 'form' },
      'projected.sources[0].secret.items[0].key: names key "form", which Secret "synapse-secrets" does not have',
    ],
    [
      'a projected ConfigMap',
      synapse,
      { [`${pod}.volumes[secrets].projected.sources[1].configMap.name`]: 'x' },
      'projected.sources[1].configMap.name: names ConfigMap "x"',
    ],
    [
      'a pull secret',
      synapse,
      { [`${pod}.imagePullSecrets`]: [{ name: 'x' }] },
      'imagePullSecrets[x]: names Secret "x"',
    ],
    [
      'a pull secret of an account',
      'ServiceAccount/app/synapse',
      { imagePullSecrets: [{ name: 'x' }] },
      'names Secret "x"',
    ],
    [
      'a ConfigMap of a variable',
      synapse,
      { [`${container}.env[LEVEL].valueFrom.configMapKeyRef.name`]: 'x' },
      'configMapKeyRef.name: names ConfigMap "x"',
    ],
    [
      'a key of a ConfigMap',
      synapse,
      { [`${container}.env[LEVEL].valueFrom.configMapKeyRef.key`]: 'log.conf' },
      'names key "log.conf", which ConfigMap "synapse-config" does not have; did you mean "log.config"?',
    ],
    [
      'a ConfigMap of envFrom',
      synapse,
      { [`${container}.envFrom`]: [{ configMapRef: { name: 'x' } }] },
      'names ConfigMap "x"',
    ],
    [
      'a ConfigMap volume',
      synapse,
      { [`${pod}.volumes[config].configMap`]: { name: 'synapse-conf' } },
      'did you mean "synapse-config"?',
    ],
    [
      'an item of a ConfigMap',
      synapse,
      { [`${pod}.volumes[config].configMap.items[0].key`]: 'x' },
      'names key "x"',
    ],
    [
      'a subPath',
      synapse,
      { [`${container}.volumeMounts[config].subPath`]: 'homeserver.yml' },
      'volumeMounts[config].subPath: is "homeserver.yml", which volume "config" does not hold',
    ],
    [
      'a subPath of a Secret',
      synapse,
      { [`${container}.volumeMounts[secrets].subPath`]: 'registration' },
      'it holds: homeserver.yaml, log.config, macaroon',
    ],
    [
      'a claim',
      synapse,
      { [`${pod}.volumes[media].persistentVolumeClaim.claimName`]: 'medium' },
      'volumes[media].persistentVolumeClaim.claimName: names PersistentVolumeClaim "medium"',
    ],
    [
      'a volume',
      synapse,
      { [`${container}.volumeMounts[media].name`]: 'medai' },
      'volumeMounts[medai].name: names volume "medai", which the pod does not have; did you mean "media"?',
    ],
    [
      'a volume of a StatefulSet',
      'StatefulSet/app/redis',
      { 'spec.volumeClaimTemplates[0].metadata.name': 'x' },
      'volumeMounts[data].name: names volume "data"',
    ],
    [
      'the Service of a StatefulSet',
      'StatefulSet/app/redis',
      { 'spec.serviceName': 'x' },
      'spec.serviceName: names Service "x"',
    ],
    [
      'an account',
      synapse,
      { [`${pod}.serviceAccountName`]: 'synaps' },
      'serviceAccountName: names ServiceAccount "synaps", which does not exist in namespace app; did you mean "synapse"?',
    ],
    [
      'a certificate of a route',
      route,
      { 'spec.tls.secretName': 'x' },
      'spec.tls.secretName: names Secret "x"',
    ],
    [
      'a Service of a route',
      route,
      { 'spec.routes[0].services[synapse].name': 'x' },
      'spec.routes[0].services[x].name: names Service "x", which does not exist in namespace app',
    ],
    [
      'a port of a route',
      route,
      { 'spec.routes[0].services[synapse].port': 80 },
      'services[synapse].port: is 80, which Service "synapse" does not offer; its ports: 8008, 9000, http, metrics',
    ],
    [
      'a named port of a route',
      route,
      { 'spec.routes[1].services[synapse].port': 'x' },
      'is x, which Service "synapse"',
    ],
    [
      'no port of a route',
      route,
      { 'spec.routes[0].services[synapse].port': undefined },
      'names no port of Service "synapse"',
    ],
    [
      'a middleware',
      route,
      { 'spec.routes[0].middlewares[chain].name': 'chian' },
      'middlewares[chian].name: names Middleware "chian", which does not exist in namespace app; did you mean "chain"?',
    ],
    [
      'a middleware of a chain',
      'Middleware/app/chain',
      { 'spec.chain.middlewares[headers].name': 'x' },
      'names Middleware "x"',
    ],
    [
      'a Secret of a middleware',
      'Middleware/app/headers',
      { spec: { basicAuth: { secret: 'x' } } },
      'spec.basicAuth.secret: names Secret "x"',
    ],
    [
      'error pages',
      'Middleware/app/headers',
      { spec: { errors: { service: { name: 'x', port: 1 } } } },
      'spec.errors.service.name: names Service "x"',
    ],
    [
      'a subject of a tunnel',
      binding,
      { 'subjects[synapse].name': 'x' },
      'subjects[x].name: names Service "x"',
    ],
    [
      'a port of a tunnel target',
      binding,
      { 'subjects[synapse].spec.target': 'http://synapse.app.svc.cluster.local:80' },
      'subjects[synapse].spec.target: is 80, which Service "synapse" does not offer',
    ],
    [
      'a target without port',
      binding,
      { 'subjects[synapse].spec.target': 'https://synapse.app.svc' },
      'is 443, which Service',
    ],
    [
      'a Service of a tunnel target',
      binding,
      { 'subjects[synapse].spec.target': 'http://x.app.svc.cluster.local:80' },
      'spec.target: names Service "x"',
    ],
    [
      'an Issuer by default',
      'Certificate/app/synapse-tls',
      { 'spec.issuerRef.kind': undefined },
      'spec.issuerRef: says no kind',
    ],
    [
      'the owner Secret of a database',
      db,
      { 'spec.bootstrap.initdb.secret': { name: 'x' } },
      'initdb.secret.name: names Secret "x"',
    ],
    [
      'the generated Secret, when the owner has another',
      db,
      { 'spec.bootstrap.initdb.secret': { name: 'mas-login' } },
      'names Secret "db-app"',
    ],
    [
      'the Secret of a role',
      db,
      { 'spec.managed.roles[mas].passwordSecret.name': 'x' },
      'roles[mas].passwordSecret.name: names Secret "x"',
    ],
    [
      'the Secret of the superuser',
      db,
      { 'spec.superuserSecret': { name: 'x' } },
      'spec.superuserSecret.name: names Secret "x"',
    ],
    ['pull secrets of a database', db, { 'spec.imagePullSecrets': [{ name: 'x' }] }, 'names Secret "x"'],
    [
      'the password of another database',
      db,
      { 'spec.externalClusters': [{ name: 'a', password: { name: 'mas-login', key: 'x' } }] },
      'externalClusters[a].password.key: names key "x"',
    ],
  ])('objects to %s', (_, id, fields, expected) => {
    const result = found(referencesRule, changed(id, fields));
    expect(
      result.filter((line) => line.includes(expected)),
      result.join('\n'),
    ).toHaveLength(1);
  });

  it.each<[string, string, Record<string, unknown>]>([
    [
      'optional references',
      synapse,
      { [`${container}.envFrom`]: [{ secretRef: { name: 'x', optional: true } }] },
    ],
    [
      'a folder as subPath',
      synapse,
      {
        [`${pod}.volumes[config].configMap.items[0].path`]: 'dir/homeserver.yaml',
        [`${container}.volumeMounts[config].subPath`]: 'dir',
      },
    ],
    ['the account default', synapse, { [`${pod}.serviceAccountName`]: 'default' }],
    [
      'the CA of the cluster',
      synapse,
      { [`${container}.envFrom`]: [{ configMapRef: { name: 'kube-root-ca.crt' } }] },
    ],
    ['the account of a database', synapse, { [`${pod}.serviceAccountName`]: 'db' }],
    ['the superuser of a database, when asked for', db, { 'spec.enableSuperuserAccess': true }],
    ['Services of a database', route, { 'spec.routes[0].services[synapse]': { name: 'db-rw', port: 5432 } }],
    [
      'Services of other providers and namespaces',
      route,
      {
        'spec.routes[0].services': [
          { name: 'api@internal' },
          { name: 'x', namespace: 'other', port: 1 },
          { name: 'x', kind: 'TraefikService' },
        ],
      },
    ],
    ['tunnel targets outside', binding, { 'subjects[synapse].spec.target': 'http_status:404' }],
    [
      'tunnel targets in other namespaces',
      binding,
      { 'subjects[synapse].spec.target': 'http://a.other.svc.cluster.local:1' },
    ],
  ])('passes %s', (_, id, fields) => {
    expect(found(referencesRule, changed(id, fields))).toEqual([]);
  });

  it('counts a disabled Service of a database as absent', () => {
    const stack = [
      ...changed(db, { 'spec.managed.services': { disabledDefaultServices: ['ro'] } }),
      ...yaml(
        '{apiVersion: networking.cfargotunnel.com/v1alpha1, kind: TunnelBinding, metadata: {name: b, namespace: app}, subjects: [{name: db-ro}, {name: db-r}]}',
      ),
    ];
    expect(found(referencesRule, stack)).toEqual([expect.stringContaining('names Service "db-ro"')]);
  });

  it('looks for the Service of a tunnel where its target is', () => {
    const stack = (name: string): readonly Manifest[] => [
      ...goodStack(),
      ...yaml(
        '{apiVersion: v1, kind: Service, metadata: {name: sfu, namespace: calls}, spec: {ports: [{port: 80}]}}',
      ),
      ...yaml(
        `{apiVersion: networking.cfargotunnel.com/v1alpha1, kind: TunnelBinding, metadata: {name: b, namespace: app}, subjects: [{name: ${name}, spec: {fqdn: a.b, target: "http://sfu.calls.svc:80"}}]}`,
      ),
    ];
    expect(found(referencesRule, stack('sfu'))).toEqual([]);
    expect(found(referencesRule, stack('other'))).toEqual([
      expect.stringContaining('names Service "other", which does not exist in namespace app'),
    ]);
  });

  it('does not mix namespaces', () => {
    const stack = [
      ...without('PersistentVolumeClaim/app/media'),
      ...yaml('{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: media, namespace: calls}}'),
    ];
    expect(found(referencesRule, stack)).toEqual([
      expect.stringContaining('names PersistentVolumeClaim "media"'),
    ]);
  });

  it('counts sealed and external secrets, with their keys', () => {
    const stack = [
      ...changed(synapse, {
        [`${container}.envFrom`]: [{ secretRef: { name: 'sealed' } }, { secretRef: { name: 'made' } }],
        [`${container}.env[PGPASSWORD].valueFrom.secretKeyRef`]: { name: 'sealed', key: 'b' },
        [`${container}.env[LEVEL].valueFrom`]: { secretKeyRef: { name: 'made', key: 'd' } },
      }),
      ...yaml(`{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: sealed, namespace: app}, spec: {encryptedData: {a: x}}}
---
{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: es, namespace: app}, spec: {target: {name: made}, data: [{secretKey: c}]}}`),
    ];
    expect(found(referencesRule, stack)).toEqual([
      expect.stringContaining('names key "b", which Secret "sealed" does not have; its keys: a'),
      expect.stringContaining('names key "d", which Secret "made" does not have; its keys: c'),
    ]);
  });

  it('finds a database in a Cluster that is not there', () => {
    const database = (name: string) =>
      yaml(
        `{apiVersion: postgresql.cnpg.io/v1, kind: Database, metadata: {name: mas, namespace: app}, spec: {cluster: {name: ${name}}}}`,
      );
    expect(found(referencesRule, [...goodStack(), ...database('db')])).toEqual([]);
    expect(found(referencesRule, [...goodStack(), ...database('bd')])).toEqual([
      'Database/app/mas spec.cluster.name: names Cluster "bd", which does not exist in namespace app; did you mean "db"? write the name of one that exists: db',
    ]);
  });

  it('leaves Issuers to the cluster and its operator', () => {
    const stack = changed('Certificate/app/synapse-tls', { 'spec.issuerRef.kind': 'Issuer' });
    expect(found(referencesRule, stack)).toEqual([]);
  });
});
