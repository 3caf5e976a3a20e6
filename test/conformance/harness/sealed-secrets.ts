import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { sealedSecretsController } from '../tools/go.ts';
import { type ControlPlane, freePort } from './control-plane.ts';
import type { Json } from './json.ts';
import { type Running, runFolder, start, until } from './programs.ts';

/** A running sealed-secrets controller, as the cluster knows it. */
export interface SealedSecretsController {
  readonly program: Running;
  readonly url: string;
  readonly namespace: string;
  /** Of its Service. */
  readonly name: string;
  /** Makes a new key, as it does by itself every 30 days. */
  renew(): void;
}

/**
 * The controller finds the cluster only as a pod does: by environment variables, and a token and certificate
 * at a fixed path. That path is laid over this machine's in a mount namespace of its own, which goes with it.
 */
const AS_POD = `
mount -t tmpfs -o mode=755 tmpfs "$(readlink -f /var/run)"
mkdir -p /var/run/secrets/kubernetes.io
cp -r "$1" /var/run/secrets/kubernetes.io/serviceaccount
shift
exec "$@"`;

/**
 * Starts the controller with its Service. The API server passes requests on to no loopback address, so it
 * listens on this machine's first other one.
 */
export async function sealedSecrets(server: ControlPlane): Promise<SealedSecretsController> {
  const [namespace, name] = ['flux-system', 'sealed-secrets-controller'];
  const address = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find((it) => it.family === 'IPv4' && !it.internal)?.address;
  if (address === undefined) throw new Error('this machine has no IPv4 address besides its loopback one');
  const port = await freePort();
  const metadata = { name, namespace };
  const objects: readonly Json[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { ports: [{ name: 'http', port: 8080, targetPort: 'http', protocol: 'TCP' }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { containers: [{ name, image: 'none' }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata,
      subsets: [
        {
          addresses: [{ ip: address, targetRef: { kind: 'Pod', ...metadata } }],
          ports: [{ name: 'http', port, protocol: 'TCP' }],
        },
      ],
    },
  ];
  for (const object of objects) {
    const { status, body } = await server.apply(object);
    if (status >= 300) throw new Error(`${String(object.kind)}: ${JSON.stringify(body)}`);
  }
  // What a kubelet would say: the API server passes requests on to addresses of pods only.
  const { status, body } = await server.call(
    'PATCH',
    `/api/v1/namespaces/${namespace}/pods/${name}/status`,
    { status: { podIP: address, podIPs: [{ ip: address }] } },
    'application/merge-patch+json',
  );
  if (status >= 300) throw new Error(`the pod's address: ${JSON.stringify(body)}`);

  const { access } = server;
  const account = join(runFolder('service-account'), 'serviceaccount');
  mkdirSync(account);
  writeFileSync(join(account, 'token'), access.token, { mode: 0o600 });
  writeFileSync(join(account, 'namespace'), namespace);
  writeFileSync(join(account, 'ca.crt'), readFileSync(access.authority));
  const executable = await sealedSecretsController();
  const program = start(
    name,
    'unshare',
    [
      ...['--mount', '--', 'sh', '-ec', AS_POD, 'sh', account, executable],
      ...[`--listen-addr=${address}:${port}`, '--listen-metrics-addr=127.0.0.1:0', '--key-renew-period=0'],
    ],
    { env: { KUBERNETES_SERVICE_HOST: access.host, KUBERNETES_SERVICE_PORT: `${access.port}` } },
  );
  const url = `http://${address}:${port}`;
  await until('answer', program, 60, async () => ((await fetch(`${url}/readyz`)).ok ? true : undefined));
  return { program, url, namespace, name, renew: () => void process.kill(program.pid, 'SIGUSR1') };
}
