import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  base64,
  CLIENT,
  CLIENT_KEY,
  kubeconfig,
  SERVER,
  useApiServer,
  useComputer,
} from '../cluster/fake-api-server.ts';
import { useProxy, useSocksProxy } from '../cluster/fake-proxies.ts';
import { makeCertificate } from '../secrets/x509.ts';
import { emptyFolder, install } from './folders.ts';

const computer = useComputer();
const api = useApiServer();
const proxy = useProxy();
const socks = useSocksProxy();
const { pem } = makeCertificate();
const API = 'client.authentication.k8s.io/v1';

/** What the package holds of @kubernetes/client-node is a small part of it: whether it is enough shows here. */
describe('the packed program asks the cluster for the certificate of the controller', () => {
  const cluster = (more: object = {}): object => ({
    server: api.url().replace('localhost', 'api.test'),
    'certificate-authority-data': base64(SERVER.pem),
    ...more,
  });
  const byProxy = (): object => cluster({ 'proxy-url': proxy.url() });

  beforeEach(() => {
    api.answer = ({ url }, response) =>
      void response.end(
        url.endsWith('/v1/cert.pem') ? pem : JSON.stringify({ spec: { ports: [{ name: 'http' }] } }),
      );
  });

  async function create(kubeconfigText: string, environment: NodeJS.ProcessEnv = {}): Promise<number | null> {
    const cwd = emptyFolder();
    install(cwd);
    mkdirSync(join(cwd, 'stacks'));
    writeFileSync(
      join(cwd, 'stacks/chat.yaml'),
      'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: home-ca}}}}\n',
    );
    computer.put('home/.kube/config', kubeconfigText);
    const PATH = [join(computer.top(), 'bin'), process.env.PATH].join(':');
    const bin = join(cwd, 'node_modules/.bin/matrix-gitops');
    const child = spawn(bin, ['secrets', 'create', '--yes'], {
      cwd,
      env: { HOME: computer.home(), PATH, ...environment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [code]: unknown[] = await once(child, 'close');
    return typeof code === 'number' ? code : null;
  }

  test('with a client certificate, through a proxy', async () => {
    const user = { 'client-certificate-data': base64(CLIENT.pem), 'client-key-data': base64(CLIENT_KEY) };
    expect(await create(kubeconfig(byProxy(), user))).toBe(0);
    expect(api.seen.map(({ certified }) => certified)).toEqual([true, true]);
    expect(proxy.asked).toHaveLength(2);
  });

  test('with a token, through a SOCKS proxy', async () => {
    expect(await create(kubeconfig(cluster({ 'proxy-url': socks.url() }), { token: 'secret' }))).toBe(0);
    expect(api.seen[0]?.headers.authorization).toBe('Bearer secret');
    expect(socks.asked).toEqual(['api.test', 'api.test']);
  });

  test('with a program that logs in, through the proxy of the environment', async () => {
    const status = { token: 'made' };
    const credential = JSON.stringify({ apiVersion: API, kind: 'ExecCredential', status });
    computer.put('bin/kube-login', `#!/bin/sh\necho '${credential}'\n`, 0o755);
    const user = { exec: { apiVersion: API, command: 'kube-login' } };
    expect(await create(kubeconfig(cluster(), user), { HTTPS_PROXY: proxy.url() })).toBe(0);
    expect(api.seen[0]?.headers.authorization).toBe('Bearer made');
  });
});
