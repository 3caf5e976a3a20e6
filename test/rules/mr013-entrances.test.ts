import { describe, expect, it } from 'vitest';
import { entrancesRule } from '../../src/rules/mr013-entrances.ts';
import { administrationRule } from '../../src/rules/mr014-administration.ts';
import type { ManifestFile } from '../../src/stack/manifest.ts';
import { yaml } from './stack.ts';

/** Routes to workers, as a homeserver of some size has them. */
const SYNC = '^/_matrix/client/(api/v1|r0|v3|unstable)/sync$';

function traefik(...rules: readonly string[]): readonly ManifestFile[] {
  const routes = rules.map((match) => ({ kind: 'Rule', match, services: [{ name: 'worker', port: 80 }] }));
  return files({
    apiVersion: 'traefik.io/v1alpha1',
    kind: 'IngressRoute',
    metadata: { name: 'synapse', namespace: 'app' },
    spec: { routes },
  });
}

function tunnel(...paths: readonly string[]): readonly ManifestFile[] {
  const target = 'http://worker.app.svc.cluster.local:80';
  return files({
    apiVersion: 'networking.cfargotunnel.com/v1alpha1',
    kind: 'TunnelBinding',
    metadata: { name: 'app', namespace: 'app' },
    subjects: paths.map((path) => ({ name: 'worker', spec: { fqdn: 'a.org', path, target } })),
  });
}

function files(object: object): readonly ManifestFile[] {
  return [{ path: 'networking/x.yaml', manifests: yaml(JSON.stringify(object)) }];
}

const opened = (before: readonly ManifestFile[], after: readonly ManifestFile[]): readonly string[] =>
  entrancesRule.check({ files: after, promisedSecrets: [], before }).map(({ what }) => what);

const rule = (path: string): string => `Host(\`a.org\`) && PathRegexp(\`${path}\`)`;

describe.each([
  ['Traefik', (...paths: readonly string[]) => traefik(...paths.map(rule))],
  ['a tunnel', tunnel],
])('regular expressions of %s', (_name, routes) => {
  it('hide nothing that another one opens to the same program', () => {
    expect(opened(routes(SYNC), routes(SYNC, '^/'))).toEqual([
      'opens the whole host: every path leads to app/worker:80',
    ]);
    expect(opened(routes(SYNC), routes(SYNC, '^/_synapse/(admin|mas)/'))).toEqual([
      'opens more paths, such as /_synapse/admin/v1/users, which lead to app/worker:80',
    ]);
    expect(opened(routes(SYNC), routes(SYNC, '^/_matrix/federation/'))).toEqual([
      'opens more paths, such as /_matrix/federation/, which lead to app/worker:80',
    ]);
  });

  it('may become narrower, or be said in another way', () => {
    expect(opened(routes(SYNC), routes('^/_matrix/client/(r0|v3)/sync$'))).toEqual([]);
    expect(opened(routes('^/(a|b)'), routes('^/a', '^/b'))).toEqual([]);
  });

  it('lead nobody to the administration of the homeserver', () => {
    const found = (path: string) =>
      administrationRule.check({ files: routes(path), promisedSecrets: [] }).map(({ code }) => code);
    for (const path of ['^/_synapse/admin', '^/_synapse/(client|admin)/', '^/_synapse/', 'admin/v1/'])
      expect(found(path), path).toEqual(['MR014']);
    for (const path of [SYNC, '^/_synapse/(client|mas)/', '^/admin/', '^/'])
      expect(found(path), path).toEqual([]);
  });
});
