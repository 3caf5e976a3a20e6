import { execFileSync } from 'node:child_process';
import { load } from 'js-yaml';
import { beforeEach, describe, expect, it } from 'vitest';
import { render } from '../../../src/render/render.ts';
import { SecretsProblem } from '../../../src/secrets/problem.ts';
import { withSecrets } from '../../../src/secrets/read-files.ts';
import { compose } from '../../../src/secrets/values/compose.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import { type ComposedPart, RANDOM_HEX_32, type SecretSpec } from '../../../src/system/secrets.ts';
import { createCommand, inOrder } from '../../../src/texts/secret-commands.ts';
import { dig, stackFrom } from '../../stacks.ts';
import { type FreshKey, freshKey, problemOf } from '../keys.ts';
import { type Folder, type Keeper, newFolder, stackWith } from './folder.ts';

const KEEPERS: readonly Keeper[] = ['sealed-secrets', 'escrow', 'sops'];
const TEXT = { what: 'w', readers: [], loss: 'l', rotation: 'r' };

/** What CloudNativePG reads for a role: a name that is no secret, and a label that it looks for. */
const LOGIN: SecretSpec = {
  name: 'login',
  places: [{ namespace: 'lab' }],
  type: { kind: 'basic-auth' },
  labels: ['cnpg.io/reload'],
  keys: [
    { key: 'username', form: { kind: 'composed', parts: ['bridge'] }, ...TEXT },
    { key: 'password', form: { kind: 'entered' }, ...TEXT },
  ],
};
/** An address with that login in it. */
const URI: SecretSpec = {
  name: 'uri',
  places: [{ namespace: 'lab' }],
  keys: [
    {
      key: 'uri',
      form: {
        kind: 'composed',
        parts: ['postgres://bridge:', { secret: 'login', key: 'password', as: 'url' }, '@db:5432/bridge'],
      },
      ...TEXT,
    },
  ],
};
const PASSWORD = 'a b/c:d@e?f#g%h+i!"é';
const VALUES = { 'login/password': PASSWORD };

let key: FreshKey;
let folder: Folder;
beforeEach(async () => {
  key = await freshKey();
  folder = newFolder(key);
});

describe.each(KEEPERS)('a Secret with a type and a label with %s', (keeper) => {
  it('is written and read back with both, and with a key of fixed text', async () => {
    const stack = stackWith(keeper, key, [LOGIN]);
    expect(await folder.create(stack, { values: VALUES })).toEqual([
      'login/password given',
      'login/username composed',
    ]);
    expect((await folder.values()).get('lab/login/username')).toBe('bridge');
    const [object] = [...folder.files()].filter(([path]) => path === 'login.yaml').map(([, it]) => load(it));
    const made = keeper === 'sops' ? object : dig(object, 'spec', 'template');
    expect(dig(made, 'type')).toBe('kubernetes.io/basic-auth');
    expect(dig(made, 'metadata', 'labels', 'cnpg.io/reload')).toBe('true');
    expect(folder.status(stack).flatMap(({ states }) => states)).toEqual(['present', 'present']);
    expect(await folder.create(stack)).toEqual([]);
  });

  it('is refused with the type of another, or with what the label does not say', async () => {
    const stack = stackWith(keeper, key, [LOGIN]);
    await folder.create(stack, { values: VALUES });
    const text = folder.files().get('login.yaml') ?? '';
    const codes = (changed: string): readonly string[] => {
      expect(changed).not.toBe(text);
      return withSecrets(stack, [{ file: 'login.yaml', text: changed }]).diagnostics.map(({ code }) => code);
    };
    expect(codes(text.replace('kubernetes.io/basic-auth', 'Opaque'))).toEqual(['MG068']);
    expect(codes(text.replace(/(cnpg\.io\/reload: )'true'/, "$1'no'"))).toEqual(['MG068']);
    expect(codes(text.replace('cnpg.io/reload:', 'cnpg.io/other:'))).toEqual(['MG067']);
  });

  it('does no harm once nothing needs it', async () => {
    await folder.create(stackWith(keeper, key, [LOGIN]), { values: VALUES });
    const { states } = folder.status(stackWith(keeper, key, []))[0] ?? {};
    expect(states).toEqual(['not-needed']);
  });

  it('has a new fixed text without anything being opened', async () => {
    await folder.create(stackWith(keeper, key, [LOGIN]), { values: VALUES });
    const [username, password] = LOGIN.keys;
    if (username === undefined || password === undefined) throw new Error('two keys');
    const other: SecretSpec = {
      ...LOGIN,
      keys: [{ ...username, form: { kind: 'composed', parts: ['other'] } }, password],
    };
    const stack = stackWith(keeper, key, [other]);
    expect(folder.status(stack).map(({ states }) => states.join())).toEqual(['outdated', 'present']);
    expect(await folder.create(stack, { identity: keeper === 'sops' })).toEqual(['login/username composed']);
    expect((await folder.values()).get('lab/login/username')).toBe('other');
  });

  it('takes no value for fixed text', async () => {
    const stack = stackWith(keeper, key, [LOGIN]);
    const values = { 'login/username': 'mine' };
    const given = await problemOf(SecretsProblem, () => folder.create(stack, { values }));
    expect(given.message).toBe(
      'login/username holds nothing secret, and its value follows from the stack file; leave it out',
    );
  });

  it('gives a password to an address, percent-encoded', async () => {
    await folder.create(stackWith(keeper, key, [LOGIN, URI]), { values: VALUES });
    const uri = new URL((await folder.values()).get('lab/uri/uri') ?? '');
    expect(uri.host).toBe('db:5432');
    expect(decodeURIComponent(uri.password)).toBe(PASSWORD);
  });
});

it('a part of an address leaves nothing as it is that could end it', () => {
  const part: ComposedPart = { key: 'k', as: 'url' };
  const of = (text: string): string => compose([part], () => SecretValue.of(text)).text();
  expect(of('azAZ09-_.~!\'()* +/%"\\\n')).toBe('azAZ09-_.~%21%27%28%29%2A%20%2B%2F%25%22%5C%0A');
});

it('External Secrets gives both to the Secret it makes, and encodes in the cluster', () => {
  const base = stackFrom(
    `schema: 1
name: lab
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
secrets: {provider: external-secrets, store: {name: vault}}
`,
    'stacks/lab.yaml',
  );
  const { files, findings } = render({ ...base, secrets: [LOGIN, URI] });
  expect(findings.filter(({ object }) => object.kind === 'ExternalSecret')).toEqual([]);
  const [login, uri] = ['login', 'uri'].map((name) => load(files.get(`lab/secrets/${name}.yaml`) ?? ''));
  expect(dig(login, 'spec', 'target', 'template')).toEqual({
    type: 'kubernetes.io/basic-auth',
    metadata: { labels: dig(login, 'metadata', 'labels') },
    data: { username: 'bridge', password: '{{ index . "password" }}' },
  });
  expect(dig(login, 'metadata', 'labels', 'cnpg.io/reload')).toBe('true');
  expect(dig(login, 'spec', 'data')).toEqual([
    { secretKey: 'password', remoteRef: { key: 'lab/login', property: 'password' } },
  ]);
  // What encodes a query writes a space as a plus, which a password would then have.
  expect(dig(uri, 'spec', 'target', 'template', 'data', 'uri')).toBe(
    'postgres://bridge:{{ index . "login..password" | urlquery | replace "+" "%20" }}@db:5432/bridge',
  );
  expect(files.get('lab/SECRETS.md')).toContain(
    '`username` is not secret: its value follows from the stack file.',
  );
});

describe('the commands for Secrets that somebody makes in the cluster', () => {
  /** What kubectl is told, with the content of the files that it is given. */
  function run(commands: readonly string[]): string {
    const kubectl = `kubectl() {
  for word in "$@"; do case $word in --from-file=*) printf '%s=' "\${word%%=/*}"; cat "\${word#*=*=}"; echo;; *) printf '%s\\n' "$word";; esac; done
}`;
    return execFileSync('bash', ['-euc', [kubectl, ...commands].join('\n')], { encoding: 'utf8' });
  }

  it('give it its type and its label', () => {
    const [username, password] = LOGIN.keys;
    if (username === undefined || password === undefined) throw new Error('two keys');
    const secret = { ...LOGIN, keys: [username, { ...password, form: RANDOM_HEX_32 }] };
    expect(run(createCommand(secret, [secret]))).toMatch(
      /^-n\nlab\ncreate\nsecret\ngeneric\nlogin\n--type=kubernetes\.io\/basic-auth\n--from-file=username=bridge\n--from-file=password=[0-9a-f]{64}\n-n\nlab\nlabel\nsecret\nlogin\ncnpg\.io\/reload=true\n$/,
    );
    const places = [{ namespace: 'lab' }, { namespace: 'calls' }] as const;
    const twice = run(createCommand({ ...secret, places }, [secret]));
    expect(twice.match(/^-n\n(lab|calls)\nlabel\n/gm)).toEqual(['-n\nlab\nlabel\n', '-n\ncalls\nlabel\n']);
  });

  it('come in an order in which each finds what it is composed of', () => {
    const last: SecretSpec = {
      ...URI,
      name: 'last',
      keys: [
        {
          key: 'x',
          form: { kind: 'composed', parts: [{ secret: 'uri', key: 'token', as: 'text' }] },
          ...TEXT,
        },
      ],
    };
    const uri = { ...URI, keys: [...URI.keys, { key: 'token', form: RANDOM_HEX_32, ...TEXT }] };
    const names = (...all: readonly SecretSpec[]) => inOrder(all).map(({ name }) => name);
    expect(names(last, uri, LOGIN)).toEqual(['login', 'uri', 'last']);
    expect(names(LOGIN, last, uri)).toEqual(['login', 'uri', 'last']);
    // What is not of the stack is there already.
    expect(names(last, LOGIN)).toEqual(['last', 'login']);
    const other: SecretSpec = {
      ...LOGIN,
      keys: [
        { key: 'x', form: { kind: 'composed', parts: [{ secret: 'last', key: 'x', as: 'text' }] }, ...TEXT },
      ],
    };
    expect(names(other, last, uri).sort()).toEqual(['last', 'login', 'uri']);
  });

  it('encode what becomes a part of an address, unless it needs no encoding', () => {
    expect(createCommand(URI, [LOGIN, URI]).join('\n')).toContain('| base64 -d | jq -Rrs @uri)"');
  });
});
