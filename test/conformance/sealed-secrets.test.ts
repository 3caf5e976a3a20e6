import { createPrivateKey, createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findControllers } from '../../src/cluster/find-controllers.ts';
import { ClusterProblem } from '../../src/cluster/problem.ts';
import { type Controller, fetchCertificates, rotate } from '../../src/cluster/sealed-secrets-controller.ts';
import { manifestsText } from '../../src/render/yaml.ts';
import { readCertificates, type SealingCertificate } from '../../src/secrets/sealed-secrets/certificates.ts';
import { choose, joinPem } from '../../src/secrets/sealed-secrets/choice.ts';
import { newSealedSecret, readSealedSecret } from '../../src/secrets/sealed-secrets/manifest.ts';
import { seal } from '../../src/secrets/sealed-secrets/seal.ts';
import { SecretValue } from '../../src/secrets/values/value.ts';
import type { Manifest } from '../../src/stack/manifest.ts';
import { unseal } from '../secrets/unseal.ts';
import { makeCertificate } from '../secrets/x509.ts';
import { type ControlPlane, controlPlane } from './harness/control-plane.ts';
import { loadCustomKinds } from './harness/custom-kinds.ts';
import { at, type Json, mapping, mappings, need, text } from './harness/json.ts';
import { attempt, run, runFolder, sweepWhenDone, timed, until } from './harness/programs.ts';
import { type SealedSecretsController, sealedSecrets } from './harness/sealed-secrets.ts';
import { kubeseal } from './tools/go.ts';

sweepWhenDone();

const namespace = 'app-matrix';
/** Test values: every byte, several lines, nothing, and what YAML or a shell would change. */
const VALUES: Readonly<Record<string, Buffer>> = {
  bytes: Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  'signing.key': Buffer.from('ed25519 a_abcd c2VlZA\n'),
  empty: Buffer.alloc(0),
  quoted: Buffer.from('"$(x)" \\ {{ .y }} äß'),
};

function sealedValues(certificate: SealingCertificate, name: string): Record<string, string> {
  const target = { namespace, name, scope: 'strict' } as const;
  return Object.fromEntries(
    Object.entries(VALUES).map(([key, bytes]) => [
      key,
      seal(new SecretValue(Buffer.from(bytes)), certificate, target),
    ]),
  );
}

/** A Secret's values as Kubernetes writes them. */
const encoded = Object.fromEntries(
  Object.entries(VALUES).map(([key, bytes]) => [key, bytes.toString('base64')]),
);

function certificateOf(pem: string): SealingCertificate {
  return need(readCertificates('made', pem).certificates?.[0], 'a certificate');
}

describe('kubeseal', () => {
  let program = '';
  let keyFile = '';
  const { pem, privateKey } = makeCertificate();
  const certificate = certificateOf(pem);
  const folder = runFolder('kubeseal');

  beforeAll(async () => {
    program = await kubeseal();
    keyFile = join(folder, 'key.pem');
    writeFileSync(keyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  });

  const opened = (manifest: Manifest) =>
    attempt(program, ['--recovery-unseal', '--recovery-private-key', keyFile, '-o', 'json'], {
      input: manifestsText('sealed', [manifest]),
    });

  test('opens what we seal', async () => {
    const encryptedData = sealedValues(certificate, 'a');
    const parts = { namespace, name: 'a', irreplaceable: false, encryptedData };
    const { code, stdout, stderr } = await opened(newSealedSecret(parts));
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const secret: unknown = JSON.parse(stdout);
    // Go writes bytes that are none as null.
    expect({ ...mapping(secret, 'data'), empty: text(secret, 'data', 'empty') ?? '' }).toEqual(encoded);
  });

  test.each([
    { namespace, name: 'b' },
    { namespace: 'other', name: 'a' },
  ])('does not open it as $namespace/$name', async (place) => {
    const encryptedData = sealedValues(certificate, 'a');
    const { code, stdout, stderr } = await opened(
      newSealedSecret({ ...place, irreplaceable: false, encryptedData }),
    );
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toContain('no key could decrypt secret');
  });

  test('seals what our reader opens, for the newest of the certificates that we pin', async () => {
    const old = makeCertificate({ notBefore: new Date(Date.now() - 40 * 86_400_000) });
    writeFileSync(join(folder, 'pinned.pem'), joinPem([certificateOf(old.pem)], [certificate]));
    writeFileSync(join(folder, 'value'), 'value');
    const args = ['--raw', '--namespace', namespace, '--name', 'a', '--cert', join(folder, 'pinned.pem')];
    const sealed = await run(program, [...args, `--from-file=${join(folder, 'value')}`]);
    expect(unseal(sealed, privateKey, `${namespace}/a`).toString()).toBe('value');
    expect(() => unseal(sealed, old.privateKey, `${namespace}/a`)).toThrow();
  });
});

describe('the controller', () => {
  let server: ControlPlane;
  let controller: SealedSecretsController;
  let service: Controller = { url: '' };
  let url: Controller = { url: '' };

  beforeAll(async () => {
    server = await timed('starting the API server', controlPlane);
    await loadCustomKinds(server);
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    controller = await timed('starting the sealed-secrets controller', () => sealedSecrets(server));
    url = { url: controller.url };
    service = { namespace: controller.namespace, name: controller.name, context: 'admin' };
    await grant();
    process.env.KUBECONFIG = kubeconfig();
  });

  async function apply(object: Json): Promise<Json> {
    const { status, warnings, body } = await server.apply(object);
    expect({ status: status < 300, warnings, message: body.message }).toEqual({ status: true, warnings: [] });
    return body;
  }

  /** The role that the controller's own manifests bring, with the paths that kubeseal needs, and no more. */
  async function grant(): Promise<void> {
    const rbac = 'rbac.authorization.k8s.io';
    const { name } = controller;
    const metadata = { name: 'sealed-secrets-service-proxier', namespace: controller.namespace };
    const rule = (resource: string, verbs: readonly string[], ...names: readonly string[]): Json => ({
      apiGroups: [''],
      resources: [resource],
      verbs,
      resourceNames: names,
    });
    const proxied = rule('services/proxy', ['create', 'get'], `http:${name}:`, `http:${name}:http`, name);
    const rules = [rule('services', ['get'], name), proxied];
    await apply({ apiVersion: `${rbac}/v1`, kind: 'Role', metadata, rules });
    await apply({
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'Role', name: metadata.name },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'proxier' }],
    });
  }

  /** One context for everybody who asks in these tests. */
  function kubeconfig(): string {
    const { host, port, token, authority } = server.access;
    const apiVersion = 'client.authentication.k8s.io/v1';
    const context = (name: string, cluster: string, user: Json) => ({ name, cluster, user });
    const contexts = [
      context('admin', 'here', { token }),
      context('proxier', 'here', { token, as: 'proxier' }),
      context('nobody', 'here', { token, as: 'nobody' }),
      context('stranger', 'here', { token: 'wrong' }),
      context('closed', 'closed', { token }),
      context('untrusted', 'untrusted', { token }),
      context('program', 'here', { exec: { apiVersion, command: './login', provideClusterInfo: true } }),
    ];
    const folder = runFolder('kubeconfig');
    const credential = { apiVersion, kind: 'ExecCredential', status: { token } };
    writeFileSync(join(folder, 'login'), `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`, {
      mode: 0o700,
    });
    const cluster = (server: string) => ({ server, 'certificate-authority': authority });
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'here', cluster: cluster(`https://${host}:${port}`) },
        { name: 'closed', cluster: cluster('https://127.0.0.1:1') },
        { name: 'untrusted', cluster: { server: `https://${host}:${port}` } },
      ],
      users: contexts.map(({ name, user }) => ({ name, user })),
      contexts: contexts.map(({ name, cluster }) => ({ name, context: { cluster, user: name } })),
    };
    const file = join(folder, 'config');
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    return file;
  }

  /** The newest certificate that the controller gives. */
  async function newest(way: Controller): Promise<SealingCertificate> {
    return need(choose(await fetchCertificates(way), new Date()).certificate, 'a valid certificate');
  }

  /** The Secret that comes of a SealedSecret, once it is as `ready` wants it. */
  const secretOf = (name: string, ready: (secret: Json) => boolean = () => true): Promise<Json> =>
    until(`make the Secret ${name}`, controller.program, 20, async () => {
      const { status, body } = await server.call('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`);
      return status === 200 && ready(body) ? body : undefined;
    });

  /** Whether and why not the controller has opened a SealedSecret. */
  const conditionOf = (name: string): Promise<Json> =>
    until(`say how it went with ${name}`, controller.program, 20, async () => {
      const path = `/apis/bitnami.com/v1alpha1/namespaces/${namespace}/sealedsecrets/${name}`;
      const { body } = await server.call('GET', path);
      return mappings(body, 'status', 'conditions').find(({ type }) => type === 'Synced');
    });

  /** The controller's keys, oldest first. */
  async function keys(): Promise<ReturnType<typeof createPrivateKey>[]> {
    const selector = 'labelSelector=sealedsecrets.bitnami.com%2Fsealed-secrets-key%3Dactive';
    const path = `/api/v1/namespaces/${controller.namespace}/secrets?${selector}`;
    const found = mappings((await server.call('GET', path)).body, 'items').map((secret) => ({
      begin: certificateOf(decoded(secret, 'tls.crt')).notBefore.getTime(),
      key: createPrivateKey(decoded(secret, 'tls.key')),
    }));
    return found.sort((a, b) => a.begin - b.begin).map(({ key }) => key);
  }

  const decoded = (secret: Json, key: string): string =>
    Buffer.from(need(text(secret, 'data', key), key), 'base64').toString('utf8');

  test.each(['over a URL', 'through the API server'])('gives its certificate %s', async (way) => {
    const certificate = await newest(way === 'over a URL' ? url : service);
    const [key] = await keys();
    expect(certificate.publicKey.equals(createPublicKey(need(key, 'a key')))).toBe(true);
  });

  test('makes of our SealedSecret the Secret with exactly our values', async () => {
    const made = newSealedSecret({
      namespace,
      name: 'plain',
      labels: { 'app.kubernetes.io/part-of': 'matrix' },
      irreplaceable: false,
      annotations: { 'revision.matrix-gitops/bytes': '1' },
      encryptedData: sealedValues(await newest(url), 'plain'),
    });
    const applied = await apply(made);
    const secret = await secretOf('plain');
    expect(mapping(secret, 'data')).toEqual(encoded);
    expect(text(secret, 'type')).toBe('Opaque');
    expect(mapping(secret, 'metadata', 'labels')).toEqual({ 'app.kubernetes.io/part-of': 'matrix' });
    expect(at(secret, 'metadata', 'annotations')).toBeUndefined();
    expect(mappings(secret, 'metadata', 'ownerReferences')).toMatchObject([
      { kind: 'SealedSecret', name: 'plain', uid: text(applied, 'metadata', 'uid') },
    ]);
    expect((await conditionOf('plain')).status).toBe('True');
  });

  test('keeps an irreplaceable Secret free of owners, and still updates it', async () => {
    const name = 'kept';
    const certificate = await newest(url);
    const encryptedData = sealedValues(certificate, name);
    await apply(newSealedSecret({ namespace, name, irreplaceable: true, encryptedData }));
    const secret = await secretOf(name);
    expect(at(secret, 'metadata', 'ownerReferences')).toBeUndefined();
    expect(mapping(secret, 'data')).toEqual(encoded);
    const target = { namespace, name, scope: 'strict' } as const;
    const changed = { ...encryptedData, empty: seal(SecretValue.of('no more'), certificate, target) };
    await apply(newSealedSecret({ namespace, name, irreplaceable: true, encryptedData: changed }));
    const updated = await secretOf(name, (it) => text(it, 'data', 'empty') !== '');
    expect(mapping(updated, 'data')).toEqual({
      ...encoded,
      empty: Buffer.from('no more').toString('base64'),
    });
  });

  test('opens nothing under another name', async () => {
    const encryptedData = sealedValues(await newest(url), 'plain');
    await apply(newSealedSecret({ namespace, name: 'moved', irreplaceable: false, encryptedData }));
    expect(await conditionOf('moved')).toMatchObject({ status: 'False' });
    const { status } = await server.call('GET', `/api/v1/namespaces/${namespace}/secrets/moved`);
    expect(status).toBe(404);
  });

  describe('after it has made a new key', () => {
    let before: SealingCertificate;
    let after: SealingCertificate;

    beforeAll(async () => {
      before = await newest(url);
      // Certificates count in seconds.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      controller.renew();
      after = await until('make a new key', controller.program, 60, async () => {
        const found = await newest(url);
        return found.fingerprint === before.fingerprint ? undefined : found;
      });
    });

    test('gives the new certificate alone, which comes first where both are pinned', async () => {
      expect((await fetchCertificates(url)).map(({ fingerprint }) => fingerprint)).toEqual([
        after.fingerprint,
      ]);
      const pinned = readCertificates('pinned', joinPem([before], [after])).certificates;
      expect(pinned?.map(({ fingerprint }) => fingerprint)).toEqual([after.fingerprint, before.fingerprint]);
    });

    test.each(['over a URL', 'through the API server'])('seals the same values for it %s', async (way) => {
      const name = way === 'over a URL' ? 'plain' : 'through-kubectl';
      const encryptedData = sealedValues(before, name);
      const values = { namespace, name, scope: 'strict', encryptedData } as const;
      const anew = await rotate(way === 'over a URL' ? url : service, values);
      const [oldKey, newKey] = await keys();
      const label = `${namespace}/${name}`;
      for (const [key, bytes] of Object.entries(VALUES)) {
        const [was, is] = [need(encryptedData[key], key), need(anew[key], key)];
        expect(unseal(is, need(newKey, 'the new key'), label)).toEqual(bytes);
        expect(() => unseal(is, need(oldKey, 'the old key'), label)).toThrow();
        expect(() => unseal(was, need(newKey, 'the new key'), label)).toThrow();
      }
      const made = newSealedSecret({ namespace, name, irreplaceable: false, encryptedData: anew });
      expect(readSealedSecret('made', manifestsText('sealed', [made])).problems).toEqual([]);
      await apply(made);
      await server.call('DELETE', `/api/v1/namespaces/${namespace}/secrets/${name}`);
      expect(mapping(await secretOf(name), 'data')).toEqual(encoded);
      expect((await conditionOf(name)).status).toBe('True');
    });

    test('seals more of them than it takes in a second', async () => {
      const values = {
        namespace,
        name: 'a',
        scope: 'strict',
        encryptedData: sealedValues(before, 'a'),
      } as const;
      for (const way of [url, service]) {
        for (const made of await Promise.all([1, 2, 3, 4, 5].map(() => rotate(way, values)))) {
          expect(Object.keys(made).sort()).toEqual(Object.keys(VALUES).sort());
        }
      }
    });

    test('would drop our annotations, and put them on the Secret: only sealed values are taken from it', async () => {
      const made = newSealedSecret({
        namespace,
        name: 'a',
        irreplaceable: true,
        annotations: { 'revision.matrix-gitops/bytes': '1' },
        encryptedData: sealedValues(before, 'a'),
      });
      const body = JSON.stringify(made);
      const rotated = await until('take one more', controller.program, 20, async () => {
        const answer = await fetch(`${controller.url}/v1/rotate`, { method: 'POST', body });
        const read: unknown = answer.ok ? await answer.json() : undefined;
        return read;
      });
      expect(mapping(rotated, 'metadata', 'annotations')).toEqual({});
      expect(mapping(rotated, 'spec', 'template', 'metadata', 'annotations')).toEqual(
        made.metadata.annotations,
      );
    });
  });

  describe('refuses', () => {
    const problemOf = async (call: Promise<unknown>): Promise<ClusterProblem> => {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      if (error instanceof ClusterProblem) return error;
      throw new Error(`no ClusterProblem: ${String(error)}`);
    };

    test.each(['over a URL', 'through the API server'])('values of another cluster %s', async (way) => {
      const encryptedData = sealedValues(certificateOf(makeCertificate().pem), 'a');
      const values = { namespace, name: 'a', scope: 'strict', encryptedData } as const;
      const problem = await problemOf(rotate(way === 'over a URL' ? url : service, values));
      expect(problem.message).toContain('cannot open the values of app-matrix/a');
      expect(problem.kind).toBe('refused');
    });

    test('nobody whom a program of the kubeconfig logs in', async () => {
      expect((await newest({ ...service, context: 'program' })).fingerprint).toBe(
        (await newest(url)).fingerprint,
      );
    });

    test('to list Services for those who may not, and finds the controller by its label for those who may', async () => {
      const labels = { name: 'sealed-secrets-controller' };
      const metadata = { name: controller.name, namespace: controller.namespace, labels };
      await apply({
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { ports: [{ name: 'http', port: 8080, targetPort: 'http', protocol: 'TCP' }] },
      });
      const { namespace: place, name } = controller;
      expect(await findControllers('admin', {})).toEqual([{ namespace: place, name }]);
      expect((await problemOf(findControllers('nobody', {}))).kind).toBe('forbidden');
    });

    test('nothing of those who have the role that comes with it', async () => {
      const proxier = { ...service, context: 'proxier' };
      const encryptedData = sealedValues(await newest(proxier), 'a');
      const values = { namespace, name: 'a', scope: 'strict', encryptedData } as const;
      expect(Object.keys(await rotate(proxier, values))).toHaveLength(4);
    });

    test.each([
      ['nobody', 'forbidden'],
      ['stranger', 'unauthorized'],
      ['closed', 'unreachable'],
      ['untrusted', 'untrusted'],
      ['missing', 'bad-configuration'],
    ])('the context %s', async (context, kind) => {
      const problem = await problemOf(fetchCertificates({ ...service, context }));
      expect(problem.kind).toBe(kind);
    });

    test('a Service that is not there, or that no pod stands behind', async () => {
      const metadata = { name: 'empty', namespace: controller.namespace };
      const ports = [{ name: 'http', port: 8080, protocol: 'TCP' }];
      await apply({ apiVersion: 'v1', kind: 'Service', metadata, spec: { ports } });
      // What the cluster itself notes of a Service without pods.
      await server.apply({ apiVersion: 'v1', kind: 'Endpoints', metadata });
      for (const [name, kind] of [
        ['absent', 'not-found'],
        ['empty', 'unreachable'],
      ]) {
        const problem = await problemOf(fetchCertificates({ ...service, name: name ?? '' }));
        expect(problem.kind).toBe(kind);
      }
    });
  });
});
