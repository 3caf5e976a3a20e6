import type { RequestOptions } from 'node:https';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { touchesInside } from '../files/bounds.ts';
import { FileProblem } from '../files/problem.ts';
import { readBytes } from '../files/read.ts';
import { data as mapping } from '../plain/data.ts';
import { errorCode } from '../plain/errno.ts';
import type { HttpServer } from './exchange.ts';
import { type Credential, runExecPlugin } from './exec-plugin.ts';
import { unbracketed } from './http.ts';
import { type Entry, type KubeContext, kubeContext, pathIn, textOf } from './kubeconfig.ts';
import { ClusterProblem } from './problem.ts';
import { proxyFromEnvironment } from './proxy.ts';
import { type Person, personOf, type Surroundings } from './surroundings.ts';

/** An API server, and how to log in to it. */
export interface ApiServer {
  /** How messages name it. */
  readonly name: string;
  /** What to send a request with; a connection of its own each time. */
  readonly connect: (deadline: number) => Promise<{ readonly server: HttpServer; readonly prefix: string }>;
}

const REMEDY = 'does kubectl get nodes answer? If so, run it again';

/**
 * The API server of a context of the person's kubeconfig. Everything it names is read once, and the program to log in
 * is run once.
 *
 * @param context @default - the current one
 * @throws ClusterProblem
 */
export async function apiServer(
  surroundings: Surroundings,
  context: string | undefined,
  deadline: number,
): Promise<ApiServer> {
  const person = personOf(surroundings);
  const found = kubeContext(person, context);
  const url = serverOf(found.cluster);
  const cluster = clusterOf(person, found.cluster, url);
  const user = await userOf(person, found, cluster, deadline);
  refuseUnusable(found, cluster, user);
  const headers = impersonation(found.user);
  // Loaded only now: most runs talk to no cluster.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [cluster],
    users: [user],
    contexts: [{ name: 'this', cluster: cluster.name, user: user.name }],
    currentContext: 'this',
  });
  const name = `the API server ${url.host}`;
  const protocol = url.protocol === 'http:' ? 'http:' : 'https:';
  return {
    name,
    connect: async (until) => {
      const options: RequestOptions = {
        headers: { ...headers },
        // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
        rejectUnauthorized: true,
        // For proxies that never answer: they are asked on a connection that nobody else ends.
        timeout: Math.max(1, until - Date.now()),
      };
      await config.applyToHTTPSOptions(options);
      return {
        prefix: url.pathname.replace(/\/+$/, ''),
        server: {
          name,
          options: { ...options, protocol, hostname: unbracketed(url.hostname), port: url.port || undefined },
          remedy:
            cluster.proxyUrl === undefined
              ? REMEDY
              : `${REMEDY}; requests go through the proxy ${hostOf(cluster.proxyUrl)}`,
          trust: `correct certificate-authority in the kubeconfig (${found.cluster.file}), or name the authority in NODE_EXTRA_CA_CERTS if it is one of the system's own`,
        },
      };
    },
  };
}

function serverOf({ name, file, data }: Entry): URL {
  const written = textOf(data.server) ?? '';
  // kubectl takes it without https:// too.
  const text = /^https?:\/\//.test(written) ? written : `https://${written}`;
  if (written !== '' && URL.canParse(text)) return new URL(text);
  throw new ClusterProblem(
    'bad-configuration',
    `${file}: the server of the cluster "${name}" is not a URL`,
    'write it like https://192.168.10.2:6443',
  );
}

/** As client-node takes it, but by the rules of kubectl: data count before files, and paths from the kubeconfig. */
function clusterOf(person: Person, entry: Entry, url: URL): Cluster {
  const { data } = entry;
  const caData = dataOf(person, entry, 'certificate-authority');
  const tlsServerName = textOf(data['tls-server-name']);
  const proxyUrl = proxyOf(entry, textOf(data['proxy-url']) ?? proxyFromEnvironment(url, person.environment));
  return {
    name: 'this',
    server: url.href,
    // client-node takes no plain HTTP otherwise.
    skipTLSVerify: data['insecure-skip-tls-verify'] === true || url.protocol === 'http:',
    ...(caData === undefined ? {} : { caData }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
  };
}

/** A proxy's URL; one without scheme is http, as in Go. */
function proxyOf({ file }: Entry, written: string | undefined): string | undefined {
  if (written === undefined) return undefined;
  const text = written.includes('://') ? written : `http://${written}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // Names are looked up by the proxy, as Go does it.
  if (url?.protocol === 'socks5:') return text.replace(/^socks5:/i, 'socks5h:');
  if (url !== undefined && ['http:', 'https:', 'socks5h:'].includes(url.protocol)) return text;
  // Not repeated: it may hold a password.
  throw new ClusterProblem(
    'bad-configuration',
    'the proxy is not a URL with http, https or socks5',
    `correct proxy-url in ${file}, or HTTPS_PROXY`,
  );
}

function hostOf(url: string): string {
  return new URL(url).host;
}

/** As whom to ask. A program is run only where nothing else says it, as in kubectl. */
async function userOf(
  person: Person,
  { user: entry, cluster: { data: clusterData } }: KubeContext,
  cluster: Cluster,
  deadline: number,
): Promise<User> {
  if (entry === undefined) return { name: 'this' };
  const { data } = entry;
  const certData = dataOf(person, entry, 'client-certificate');
  const keyData = dataOf(person, entry, 'client-key');
  const token = textOf(data.token) ?? fileOf(person, entry, 'tokenFile')?.toString('utf8').trim();
  const username = textOf(data.username);
  const known: User = {
    name: 'this',
    ...(certData === undefined ? {} : { certData }),
    ...(keyData === undefined ? {} : { keyData }),
    ...(token === undefined ? {} : { token }),
    ...(username === undefined || token !== undefined
      ? {}
      : { username, password: String(data.password ?? '') }),
  };
  if (token !== undefined || username !== undefined || certData !== undefined) return known;
  if (data.exec !== undefined) {
    const given = await runExecPlugin(person, entry, clusterInfo(clusterData, cluster), deadline);
    return { name: 'this', ...fromCredential(given) };
  }
  const provider = mapping(data['auth-provider']);
  return textOf(provider.name) === undefined ? known : { ...known, token: providerToken(entry, provider) };
}

function fromCredential({ token, certificate, key }: Credential): Partial<User> {
  return {
    ...(token === undefined ? {} : { token }),
    ...(certificate === undefined ? {} : { certData: base64(certificate) }),
    ...(key === undefined ? {} : { keyData: base64(key) }),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** What a program to log in learns of the cluster. */
function clusterInfo(
  data: Readonly<Record<string, unknown>>,
  cluster: Cluster,
): Readonly<Record<string, unknown>> {
  const extensions: readonly unknown[] = Array.isArray(data.extensions) ? data.extensions : [];
  const config = extensions.map(mapping).find(({ name }) => name === 'client.authentication.k8s.io/exec');
  return {
    server: cluster.server,
    ...(cluster.tlsServerName === undefined ? {} : { 'tls-server-name': cluster.tlsServerName }),
    ...(data['insecure-skip-tls-verify'] === true ? { 'insecure-skip-tls-verify': true } : {}),
    ...(cluster.caData === undefined ? {} : { 'certificate-authority-data': cluster.caData }),
    ...(textOf(data['proxy-url']) === undefined ? {} : { 'proxy-url': data['proxy-url'] }),
    ...(config === undefined ? {} : { config: config.extension }),
  };
}

/**
 * The token of a provider that kubectl still has built in: only OIDC, and only while its token lasts. A new one is left
 * to kubectl, which writes it into the kubeconfig; the old refresh token may not work a second time.
 */
function providerToken({ name, file }: Entry, provider: Readonly<Record<string, unknown>>): string {
  if (provider.name !== 'oidc') {
    throw new ClusterProblem(
      'bad-configuration',
      `${file}: the user "${name}" logs in with an auth-provider that kubectl no longer supports`,
      "let the cluster's own tool write the kubeconfig again; it then names a program (exec)",
    );
  }
  const token = textOf(mapping(provider.config)['id-token']);
  const [, payload = ''] = token?.split('.') ?? [];
  const { exp } = mapping(jsonIn(Buffer.from(payload, 'base64url').toString('utf8')));
  if (token !== undefined && typeof exp === 'number' && exp * 1000 > Date.now()) return token;
  throw new ClusterProblem(
    'login-failed',
    `${file}: the OIDC token of the user "${name}" is missing or has ended`,
    'renew it with kubectl get nodes, and run it again',
  );
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Headers of "as": https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation */
function impersonation(entry: Entry | undefined): Readonly<Record<string, string | string[]>> {
  const data = entry?.data ?? {};
  const as = textOf(data.as);
  if (as === undefined) return {};
  const groups: readonly unknown[] = Array.isArray(data['as-groups']) ? data['as-groups'] : [];
  const uid = textOf(data['as-uid']);
  const extra = Object.entries(mapping(data['as-user-extra'])).flatMap(([key, value]) => {
    const values: readonly unknown[] = Array.isArray(value) ? value : [];
    return [[`Impersonate-Extra-${encodeURIComponent(key)}`, values.map(String)] as const];
  });
  return {
    'Impersonate-User': as,
    ...(uid === undefined ? {} : { 'Impersonate-Uid': uid }),
    ...(groups.length === 0 ? {} : { 'Impersonate-Group': groups.map(String) }),
    ...Object.fromEntries(extra),
  };
}

/** Data of an entry in base64: what it holds itself, else what its file does. */
function dataOf(person: Person, entry: Entry, key: string): string | undefined {
  return textOf(entry.data[`${key}-data`]) ?? fileOf(person, entry, key)?.toString('base64');
}

/** The content of a file that an entry names; undefined where it names none. */
function fileOf(person: Person, entry: Entry, key: string): Buffer | undefined {
  const written = textOf(entry.data[key]);
  if (written === undefined) return undefined;
  const path = pathIn(entry, written);
  const refused = (what: string, remedy: string): ClusterProblem =>
    new ClusterProblem('bad-configuration', `${entry.file}: ${key} names ${path}: ${what}`, remedy);
  if (touchesInside(person.bounds, path)) {
    throw refused(
      'it is inside the repository, which others can change',
      'move it out of the repository, such as to ~/.kube',
    );
  }
  try {
    return readBytes(person.bounds, path);
  } catch (error) {
    if (error instanceof FileProblem) throw refused(error.what, error.remedy);
    throw error;
  }
}

/** What OpenSSL does not take would otherwise stop the program where a connection is made. */
function refuseUnusable({ cluster: { file } }: KubeContext, cluster: Cluster, user: User): void {
  if (user.token !== undefined && !/^[\x21-\x7e]+$/.test(user.token)) {
    throw new ClusterProblem(
      'bad-configuration',
      `${file}: the token of the kubeconfig holds spaces, line breaks or other characters that no token has`,
      'log in to the cluster again, so that it is written again',
    );
  }
  const bytes = (data: string | undefined): Buffer | undefined =>
    data === undefined ? undefined : Buffer.from(data, 'base64');
  const [ca, cert, key] = [cluster.caData, user.certData, user.keyData].map(bytes);
  try {
    process.getBuiltinModule('node:tls').createSecureContext({
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    });
  } catch (error) {
    throw new ClusterProblem(
      'bad-configuration',
      `${file}: a certificate or key of the kubeconfig cannot be used (${errorCode(error)})`,
      'log in to the cluster again, so that it is written again',
    );
  }
}
