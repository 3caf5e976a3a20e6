import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { ClusterProblem } from '../../src/cluster/problem.ts';
import { askApiServer } from '../../src/cluster/service.ts';
import {
  base64,
  CLIENT,
  CLIENT_KEY,
  kubeconfig,
  SERVER,
  useApiServer,
  useComputer,
} from './fake-api-server.ts';
import { useProxy, useSocksProxy } from './fake-proxies.ts';

const computer = useComputer();
const { put, top, here, home, repository } = computer;
const server = useApiServer();
const proxy = useProxy();
const socks = useSocksProxy();

/** The cluster of a kubeconfig that trusts the server. */
const trusting = (): object => ({ server: server.url(), 'certificate-authority-data': base64(SERVER.pem) });
const API = 'client.authentication.k8s.io/v1';
/** Nobody waits for longer in these tests. */
const TIME = 20_000;

interface Asked {
  readonly environment?: NodeJS.ProcessEnv;
  readonly context?: string;
  readonly time?: number;
}

/** Asks for something as a person with that environment, and gives the answer. */
async function ask({ environment = {}, context, time = TIME }: Asked = {}): Promise<string> {
  const surroundings = {
    environment: { HOME: home(), PATH: `${join(top(), 'bin')}:/usr/bin:/bin`, ...environment },
    here: here(),
  };
  const deadline = Date.now() + time;
  return await askApiServer(surroundings, context, 'it', {
    method: 'GET',
    path: '/x',
    limit: 1000,
    deadline,
  });
}

async function problem(asked?: Asked): Promise<ClusterProblem> {
  const error: unknown = await ask(asked).then(
    (text) => `it answered ${text}`,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ClusterProblem) return error;
  throw error instanceof Error ? error : new Error(String(error));
}

/** Puts the person's kubeconfig in its usual place, and lets the server say yes. */
function login(user: object, cluster: object = trusting(), more: object = {}): void {
  put('home/.kube/config', kubeconfig(cluster, user, more));
  server.answer = (_, response) => void response.end('yes');
}

const authorization = (): string | undefined => server.seen.at(-1)?.headers.authorization;

/** A program to log in with, which notes where it ran and with what, and gives that. */
function plugin(path: string, answer: object, ...lines: readonly string[]): string {
  const given = JSON.stringify({ apiVersion: API, kind: 'ExecCredential', ...answer });
  const note = `{ pwd; echo "$PATH"; echo "$*"; echo "$KUBERNETES_EXEC_INFO"; echo "$MORE"; } >> ${join(top(), 'ran')}`;
  return put(path, ['#!/bin/sh', note, ...lines, `cat <<'END'\n${given}\nEND`, ''].join('\n'), 0o755);
}
const ran = (): readonly string[] => readFileSync(join(top(), 'ran'), 'utf8').trimEnd().split('\n');
const exec = (command: string, more: object = {}): object => ({
  exec: { apiVersion: API, command, interactiveMode: 'Never', ...more },
});

describe('the kubeconfig', () => {
  it('is that of the home folder, and its token is sent over a connection that its authority vouches for', async () => {
    login({ token: 'secret-token' });
    expect(await ask()).toBe('yes');
    expect(server.seen).toMatchObject([
      { method: 'GET', url: '/x', headers: { authorization: 'Bearer secret-token' } },
    ]);
  });

  it('is put together as kubectl does it: of each name the first counts, and missing files are passed over', async () => {
    server.answer = (_, response) => void response.end();
    put('a', JSON.stringify({ users: [{ name: 'me', user: { token: 'first' } }] }));
    put('home/b', kubeconfig(trusting(), { token: 'second' }));
    put('home/c', kubeconfig({ server: 'https://localhost:1' }, {}, { 'current-context': 'other' }));
    // Relative to where the command runs.
    const KUBECONFIG = ['../../../a', '/missing', '', join(home(), 'b'), join(home(), 'c')].join(':');
    await ask({ environment: { KUBECONFIG } });
    expect(authorization()).toBe('Bearer first');
    expect(await problem({ environment: { KUBECONFIG }, context: 'other' })).toMatchObject({
      kind: 'bad-configuration',
      what: expect.stringContaining('has no context "other"'),
    });
  });

  it('has its contexts, clusters and users', async () => {
    const contexts = [
      { name: 'home', context: { cluster: 'home', user: 'me' } },
      { name: 'work', context: { cluster: 'home', user: 'you' } },
      { name: 'half', context: { cluster: 'home', user: 'nobody' } },
      { name: 'lost', context: { cluster: 'nowhere', user: 'me' } },
    ];
    const users = [
      { name: 'me', user: { token: 'mine' } },
      { name: 'you', user: { username: 'you', password: 'pass:word' } },
    ];
    login({}, trusting(), { contexts, users });
    await ask({ context: 'work' });
    expect(authorization()).toBe(`Basic ${base64('you:pass:word')}`);
    expect((await problem({ context: 'half' })).message).toContain(
      'names the user "nobody", which is not there',
    );
    expect((await problem({ context: 'lost' })).message).toContain('names the cluster "nowhere"');
    login({}, trusting(), { 'current-context': '' });
    expect((await problem()).message).toMatch(/has no current context .*--context/);
  });

  it.each([
    [
      'a mistake in YAML',
      'users:\n- name: me\n  user: {token: hunter2\n',
      /config:\d+:\d+ the kubeconfig is not valid YAML/,
    ],
    ['a cluster without server', kubeconfig({}, {}), /the server of the cluster "home" is not a URL/],
    [
      'an auth-provider of long ago',
      kubeconfig(
        { server: 'https://x' },
        { 'auth-provider': { name: 'gcp', config: { 'cmd-path': 'touch', 'cmd-args': '/tmp/hunter2' } } },
      ),
      /auth-provider that kubectl no longer supports/,
    ],
    [
      'an authority that is none',
      kubeconfig({ server: 'https://x', 'certificate-authority-data': base64('hunter2') }, { token: 'a' }),
      /.*/,
    ],
    [
      'a token of two lines',
      kubeconfig({ server: 'https://x' }, { token: 'hunter2\nX-Evil: 1' }),
      /the token of the kubeconfig holds spaces, line breaks/,
    ],
    [
      'a key that is none',
      kubeconfig(
        { server: 'https://x' },
        { 'client-certificate-data': base64(CLIENT.pem), 'client-key-data': base64('hunter2') },
      ),
      /certificate or key of the kubeconfig cannot be used/,
    ],
    [
      'an unknown proxy',
      kubeconfig({ server: 'https://x', 'proxy-url': 'ftp://me:hunter2@x' }, {}),
      /the proxy is not a URL with/,
    ],
    [
      'a file that is missing',
      kubeconfig({ server: 'https://x', 'certificate-authority': 'ca' }, {}),
      /certificate-authority names \S+\.kube\/ca: it does not exist/,
    ],
  ])('with %s is refused, and nothing of it is repeated', async (_, text, said) => {
    put('home/.kube/config', text);
    const { kind, message, remedy } = await problem();
    expect(kind).toMatch(/^(?:bad-configuration|unreachable|untrusted)$/);
    expect(message).toMatch(said);
    expect(message).not.toContain('hunter2');
    expect(remedy).not.toBe('');
  });

  it('that is missing says so, with what to do instead', async () => {
    expect((await problem()).message).toMatch(
      /^no kubeconfig was found at \S+\/\.kube\/config; .*--controller$/,
    );
  });

  it.each(['kubeconfig', '../config', '/etc/b:./kubeconfig'])(
    '%s, in the repository, is refused',
    async (KUBECONFIG) => {
      expect((await problem({ environment: { KUBECONFIG } })).message).toMatch(
        /KUBECONFIG names is inside the repository.*move it out of the repository, such as to ~\/\.kube/,
      );
    },
  );

  it('that a link outside leads into the repository for is refused, and that of kubectl itself', async () => {
    const inside = put('repository/kubeconfig', kubeconfig(trusting(), {}));
    symlinkSync(inside, join(top(), 'config'));
    const linked = await problem({ environment: { KUBECONFIG: join(top(), 'config') } });
    expect(linked.message).toContain('inside the repository');
    expect((await problem({ environment: { KUBERC: inside } })).message).toContain('KUBERC names');
  });

  it('in a home folder within the repository, or in none, is refused', async () => {
    put('repository/.kube/config', kubeconfig(trusting(), {}));
    expect((await problem({ environment: { HOME: repository() } })).message).toMatch(/HOME names is inside/);
    put('repository/deep/er/.kube/config', kubeconfig(trusting(), {}));
    expect((await problem({ environment: { HOME: '' } })).message).toContain('inside the repository');
  });

  it.each(['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'])(
    'takes no %s from the repository, which others can change',
    async (key) => {
      const file = put(`repository/${key}`, 'x');
      login({ [key]: file }, { ...trusting(), 'certificate-authority-data': '', [key]: file });
      expect((await problem()).message).toMatch(/it is inside the repository, which others can change/);
      expect(server.seen).toEqual([]);
    },
  );
});

describe('logging in', () => {
  it('sends a client certificate, from the kubeconfig or from files that count from there', async () => {
    login({ 'client-certificate-data': base64(CLIENT.pem), 'client-key-data': base64(CLIENT_KEY) });
    await ask();
    put('home/.kube/pki/me.crt', CLIENT.pem);
    put('home/.kube/pki/me.key', CLIENT_KEY);
    put('home/.kube/pki/ca.crt', SERVER.pem);
    const files = { server: server.url(), 'certificate-authority': 'pki/ca.crt' };
    login({ 'client-certificate': 'pki/me.crt', 'client-key': 'pki/me.key' }, files);
    await ask();
    login({});
    await ask();
    expect(server.seen.map(({ certified }) => certified)).toEqual([true, true, false]);
  });

  it('reads a token from a file, and what stands in the kubeconfig counts before files', async () => {
    put('home/.kube/token', 'from-a-file\n');
    login({ tokenFile: 'token' });
    await ask();
    expect(authorization()).toBe('Bearer from-a-file');
    login({ tokenFile: 'token', token: 'written' }, { ...trusting(), 'certificate-authority': 'missing' });
    await ask();
    expect(authorization()).toBe('Bearer written');
  });

  it('acts as somebody else with every header of kubectl', async () => {
    login({ token: 'a', as: 'ops', 'as-uid': '7', 'as-groups': ['x', 'y'], 'as-user-extra': { why: ['z'] } });
    await ask();
    expect(server.seen[0]?.headers).toMatchObject({
      'impersonate-user': 'ops',
      'impersonate-uid': '7',
      'impersonate-group': 'x, y',
      'impersonate-extra-why': 'z',
    });
  });

  it('uses an OIDC token while it lasts, and leaves renewing it to kubectl', async () => {
    const jwt = (seconds: number): string =>
      `h.${Buffer.from(JSON.stringify({ exp: Date.now() / 1000 + seconds })).toString('base64url')}.s`;
    const provider = (token: string): object => ({
      'auth-provider': { name: 'oidc', config: { 'id-token': token } },
    });
    const token = jwt(60);
    login(provider(token));
    await ask();
    expect(authorization()).toBe(`Bearer ${token}`);
    login(provider(jwt(-60)));
    expect(await problem()).toMatchObject({
      kind: 'login-failed',
      remedy: expect.stringContaining('kubectl get nodes'),
    });
  });
});

describe('a program that the kubeconfig names', () => {
  it('is run at the top of the file system without anything of the repository, once, and its token is sent', async () => {
    plugin('bin/kube-login', { status: { token: 'made' } });
    plugin('repository/node_modules/.bin/kube-login', { status: { token: 'theirs' } });
    plugin('repository/deep/er/kube-login', { status: { token: 'theirs' } });
    symlinkSync(join(repository(), 'node_modules/.bin'), join(top(), 'link'));
    const entries = [
      join(repository(), 'node_modules/.bin'),
      '.',
      '',
      'node_modules/.bin',
      join(top(), 'link'),
    ];
    const PATH = [
      ...entries,
      join(top(), 'other/node_modules/.bin'),
      join(top(), 'bin'),
      '/usr/bin',
      '/bin',
    ].join(':');
    login(exec('kube-login', { args: ['a', 'b c'], env: [{ name: 'MORE', value: 'more' }] }));
    const environment = { PATH, HOME: home() };
    const surroundings = { environment, here: here() };
    const request = { method: 'GET', path: '/x', limit: 1000, deadline: Date.now() + TIME } as const;
    await askApiServer(surroundings, undefined, 'it', request);
    await askApiServer(surroundings, undefined, 'it', request);
    expect(authorization()).toBe('Bearer made');
    const info = JSON.stringify({ apiVersion: API, kind: 'ExecCredential', spec: { interactive: false } });
    expect(ran()).toEqual(['/', `${join(top(), 'bin')}:/usr/bin:/bin`, 'a b c', info, 'more']);
  });

  it('is told of the cluster where it asks for that, and may give a certificate', async () => {
    plugin('home/.kube/tools/login', {
      status: { clientCertificateData: CLIENT.pem, clientKeyData: CLIENT_KEY },
    });
    const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'x' } }];
    // A path counts from the kubeconfig.
    login(exec('./tools/login', { provideClusterInfo: true }), { ...trusting(), extensions });
    await ask();
    expect(server.seen[0]?.certified).toBe(true);
    expect(JSON.parse(ran()[3] ?? '')).toMatchObject({
      spec: {
        cluster: {
          server: `${server.url()}/`,
          'certificate-authority-data': base64(SERVER.pem),
          config: { audience: 'x' },
        },
      },
    });
  });

  it('is not run where the kubeconfig has a token', async () => {
    plugin('bin/kube-login', { status: { token: 'made' } });
    login({ ...exec('kube-login'), token: 'mine' });
    await ask();
    expect(authorization()).toBe('Bearer mine');
    expect(existsSync(join(top(), 'ran'))).toBe(false);
  });

  it.each([
    ['by its name alone', 'kube-login'],
    ['by a path', '../../repository/login'],
    ['through a link outside', './linked'],
  ])('is never one of the repository, %s', async (_, command) => {
    const inside = plugin('repository/login', { status: { token: 'theirs' } });
    mkdirSync(join(top(), 'bin'));
    symlinkSync(inside, join(top(), 'bin/kube-login'));
    symlinkSync(inside, join(home(), '.kube/linked'));
    login(exec(command));
    expect(await problem()).toMatchObject({
      kind: 'login-failed',
      what: expect.stringContaining('is inside the repository, and no program from there is run'),
    });
    expect(existsSync(join(top(), 'ran'))).toBe(false);
  });

  it('is not looked for in the repository, whatever PATH says', async () => {
    plugin('repository/tools/kube-login', { status: { token: 'theirs' } });
    login(exec('kube-login'));
    const PATH = `${join(repository(), 'tools')}:/usr/bin:/bin`;
    expect((await problem({ environment: { PATH } })).message).toContain(
      'not in any folder of PATH outside the repository',
    );
    expect(existsSync(join(top(), 'ran'))).toBe(false);
  });

  it.each([
    ['fails', ['echo token=hunter2 >&2', 'exit 3'], {}, /ended with 3; run kubectl get nodes/],
    ['is killed', ['kill -9 $$'], {}, /ended with SIGKILL/],
    ['gives nothing', ['exit 0'], {}, /gave no ExecCredential/],
    [
      'gives half a certificate',
      [],
      { status: { clientCertificateData: 'hunter2' } },
      /gave no ExecCredential/,
    ],
    [
      'gives another version',
      [],
      { apiVersion: 'x', status: { token: 'hunter2' } },
      /gave no ExecCredential/,
    ],
    ['writes without end', ['yes hunter2'], {}, /wrote more than 1024 KiB/],
  ])('that %s is a failure, and nothing that it writes is repeated', async (_, lines, answer, said) => {
    plugin('bin/kube-login', answer, ...lines);
    login(exec('kube-login'));
    const { kind, message } = await problem();
    expect(kind).toBe('login-failed');
    expect(message).toMatch(said);
    expect(message).not.toContain('hunter2');
  });

  it('that hangs is ended, whoever else holds its output', async () => {
    plugin('bin/kube-login', {}, 'sleep 30 & wait');
    login(exec('kube-login'));
    expect((await problem({ time: 300 })).message).toContain('did not end in time');
  });

  it('that needs a terminal, or has no version that kubectl knows, is refused', async () => {
    login(exec('kube-login', { interactiveMode: 'Always' }));
    expect((await problem()).message).toContain('has to be run on a terminal');
    login(exec('kube-login', { apiVersion: 'client.authentication.k8s.io/v1alpha1' }));
    expect((await problem()).kind).toBe('bad-configuration');
  });
});

describe('the connection', () => {
  it.each([
    [
      'an authority that did not issue it',
      () => ({ server: server.url(), 'certificate-authority-data': base64(CLIENT.pem) }),
    ],
    ['no authority', () => ({ server: server.url() })],
    ['another name', () => ({ ...trusting(), server: server.url().replace('localhost', '127.0.0.1') })],
  ])('is not made with %s, and no token is sent', async (_, cluster) => {
    login({ token: 'secret' }, cluster());
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    expect(await problem()).toMatchObject({
      kind: 'untrusted',
      remedy: expect.stringContaining('certificate-authority in the kubeconfig'),
    });
    vi.unstubAllEnvs();
    expect(server.seen).toEqual([]);
  });

  it('checks the name that the kubeconfig gives, or nothing where it says so', async () => {
    const elsewhere = server.url().replace('localhost', '127.0.0.1');
    login({}, { ...trusting(), server: elsewhere, 'tls-server-name': 'api.test' });
    expect(await ask()).toBe('yes');
    login({}, { server: elsewhere, 'insecure-skip-tls-verify': true });
    expect(await ask()).toBe('yes');
  });

  it('keeps the path of a server that is behind another one', async () => {
    login({}, { ...trusting(), server: `${server.url()}/k8s/clusters/c-1/` });
    await ask();
    expect(server.seen[0]?.url).toBe('/k8s/clusters/c-1/x');
  });

  it.each(['HTTPS_PROXY', 'https_proxy'])(
    'goes through the proxy of %s, by its own certificates',
    async (name) => {
      login({ token: 'secret' }, { ...trusting(), server: server.url().replace('localhost', 'api.test') });
      expect(await ask({ environment: { [name]: proxy.url().replace('//', '//me:pass@') } })).toBe('yes');
      expect(proxy.asked[0]).toMatch(/^CONNECT api\.test:\d+ /);
      expect(proxy.asked[0]).toContain(`Basic ${base64('me:pass')}`);
      expect(proxy.asked.join()).not.toContain('secret');
    },
  );

  it('goes through the proxy of the kubeconfig before that of the environment', async () => {
    login(
      {},
      { ...trusting(), server: server.url().replace('localhost', 'api.test'), 'proxy-url': proxy.url() },
    );
    expect(await ask({ environment: { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' } })).toBe('yes');
    expect(proxy.asked).toHaveLength(1);
  });

  it('goes through a SOCKS proxy, which looks up the name', async () => {
    login(
      {},
      { ...trusting(), server: server.url().replace('localhost', 'api.test'), 'proxy-url': socks.url() },
    );
    expect(await ask()).toBe('yes');
    expect(socks.asked).toEqual(['api.test']);
  });

  it('goes past the proxy where NO_PROXY says so', async () => {
    login({}, trusting());
    // This machine is never asked through a proxy.
    expect(await ask({ environment: { HTTPS_PROXY: proxy.url() } })).toBe('yes');
    expect(proxy.asked).toEqual([]);
  });

  it('that a proxy refuses or never answers ends in time, and names the proxy without its password', async () => {
    login({}, { ...trusting(), server: server.url().replace('localhost', 'api.test') });
    const environment = { HTTPS_PROXY: proxy.url().replace('//', '//me:hunter2@') };
    proxy.reply = 'HTTP/1.1 403 Forbidden\r\n\r\n';
    const refused = await problem({ environment });
    expect(refused.kind).toBe('unreachable');
    expect(refused.message).toContain(`through the proxy ${new URL(proxy.url()).host}`);
    expect(refused.message).not.toContain('hunter2');
    proxy.reply = undefined;
    expect((await problem({ environment, time: 300 })).kind).toMatch(/timeout|unreachable/);
  });

  it('that nobody listens for says so, with the code of the system', async () => {
    login({}, { ...trusting(), server: 'https://localhost:1' });
    expect(await problem()).toMatchObject({
      kind: 'unreachable',
      what: expect.stringMatching(/^the API server localhost:1 does not answer \(ECONNREFUSED\)$/),
    });
  });
});
