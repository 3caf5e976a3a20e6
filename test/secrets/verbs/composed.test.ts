import { execFileSync } from 'node:child_process';
import { load } from 'js-yaml';
import { beforeEach, describe, expect, it } from 'vitest';
import { render } from '../../../src/render/render.ts';
import { SecretsProblem } from '../../../src/secrets/problem.ts';
import { compose } from '../../../src/secrets/values/compose.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import { missingKeys, outdatedKeys } from '../../../src/system/composed.ts';
import { type ComposedPart, RANDOM_HEX_32, type SecretSpec } from '../../../src/system/secrets.ts';
import { createCommand } from '../../../src/texts/secret-commands.ts';
import { dig, stackFrom } from '../../stacks.ts';
import { type FreshKey, freshKey, problemOf } from '../keys.ts';
import { type Folder, type Keeper, newFolder, stackWith } from './folder.ts';

const KEEPERS: readonly Keeper[] = ['sealed-secrets', 'escrow', 'sops'];
const TEXT = { what: 'w', readers: [], loss: 'l', rotation: 'r' };

/** A registration with two tokens, one of which is that of another Secret, in two namespaces. */
function secrets(url = 'http://bridge:1'): readonly [SecretSpec, SecretSpec] {
  return [
    {
      name: 'shared',
      places: [{ namespace: 'lab' }],
      keys: [{ key: 'hs.token', form: RANDOM_HEX_32, ...TEXT }],
    },
    {
      name: 'bridge',
      places: [{ namespace: 'lab' }, { namespace: 'calls' }],
      keys: [
        { key: 'as-token', form: RANDOM_HEX_32, ...TEXT },
        {
          key: 'registration.yaml',
          form: {
            kind: 'composed',
            parts: [
              `# it's {{ $x }}\nurl: ${url}\nas_token: `,
              { key: 'as-token', as: 'json' },
              '\nhs_token: ',
              { secret: 'shared', key: 'hs.token', as: 'text' },
              '\n',
            ],
          },
          ...TEXT,
        },
      ],
    },
  ];
}

let key: FreshKey;
let folder: Folder;
beforeEach(async () => {
  key = await freshKey();
  folder = newFolder(key);
});

describe.each(KEEPERS)('a composed value with %s', (keeper) => {
  it('is put together when its parts are made, the same in each namespace', async () => {
    const stack = stackWith(keeper, key, secrets());
    expect(await folder.create(stack)).toEqual([
      'shared/hs.token made',
      'bridge/as-token made',
      'bridge/registration.yaml composed',
    ]);
    const values = await folder.values();
    const text = values.get('lab/bridge/registration.yaml') ?? '';
    expect(load(text)).toEqual({
      url: 'http://bridge:1',
      as_token: values.get('lab/bridge/as-token'),
      hs_token: values.get('lab/shared/hs.token'),
    });
    expect(text).toMatch(/^# it's \{\{ \$x \}\}\n/);
    expect(values.get('calls/bridge/registration.yaml')).toBe(text);
    expect(folder.status(stack).flatMap(({ states }) => states)).toEqual(Array(5).fill('present'));
    expect(await folder.create(stack)).toEqual([]);
  });

  it('is put together again when a part is rotated, or refused where another one cannot be opened', async () => {
    const stack = stackWith(keeper, key, secrets());
    await folder.create(stack);
    const [before, revisions] = [await folder.values(), folder.revisions(stack)];
    const names = keeper === 'sealed-secrets' ? ['bridge/as-token', 'shared/hs.token'] : ['bridge/as-token'];
    if (keeper === 'sealed-secrets') {
      const files = new Map(folder.files());
      const problem = await problemOf(SecretsProblem, () => folder.rotate(stack, ['bridge/as-token']));
      expect(problem.what).toBe(
        'bridge/registration.yaml is composed of shared/hs.token, which nothing here can open',
      );
      expect(problem.remedy).toContain('rotate bridge/as-token shared/hs.token --stack');
      expect(folder.files()).toEqual(files);
    }
    expect(await folder.rotate(stack, names)).toContain('bridge/registration.yaml composed');
    const after = await folder.values();
    expect(load(after.get('lab/bridge/registration.yaml') ?? '')).toMatchObject({
      as_token: after.get('lab/bridge/as-token'),
      hs_token: after.get('lab/shared/hs.token'),
    });
    expect(after.get('lab/bridge/as-token')).not.toBe(before.get('lab/bridge/as-token'));
    expect(after.get('calls/bridge/registration.yaml')).toBe(after.get('lab/bridge/registration.yaml'));
    expect(folder.revisions(stack).get('lab/bridge/registration.yaml')).not.toBe(
      revisions.get('lab/bridge/registration.yaml'),
    );
    expect(folder.status(stack).flatMap(({ states }) => states)).toEqual(Array(5).fill('present'));
  });

  it('is outdated when its fixed text changes, and missing to synth, until create puts it together', async () => {
    const one = stackWith(keeper, key, secrets());
    await folder.create(one);
    const stack = { ...one, secrets: secrets('http://bridge:2') };
    const states = folder.status(stack).map((row) => `${row.secret}/${row.key} ${row.states.join()}`);
    expect(states).toContain('bridge/registration.yaml outdated');
    expect(states).toContain('bridge/as-token present');
    const [, bridge] = secrets('http://bridge:2');
    for (const namespace of ['lab', 'calls']) {
      expect(outdatedKeys(folder.withFiles(stack), bridge, namespace)).toEqual(['registration.yaml']);
      expect(missingKeys(folder.withFiles(stack), bridge, namespace)).toEqual([]);
    }
    if (keeper === 'sealed-secrets') {
      const problem = await problemOf(SecretsProblem, () => folder.create(stack));
      expect(problem.remedy).toContain('rotate bridge/as-token shared/hs.token');
      return;
    }
    expect(await folder.create(stack)).toEqual(['bridge/registration.yaml composed']);
    const values = await folder.values();
    expect(load(values.get('calls/bridge/registration.yaml') ?? '')).toMatchObject({
      url: 'http://bridge:2',
    });
    expect(folder.status(stack).flatMap((row) => row.states)).toEqual(Array(5).fill('present'));
  });

  it('is neither given nor rotated by itself', async () => {
    const stack = stackWith(keeper, key, secrets());
    const values = { 'bridge/registration.yaml': 'url: mine' };
    const given = await problemOf(SecretsProblem, () => folder.create(stack, { values }));
    expect(given.message).toBe(
      'bridge/registration.yaml is composed of the values of bridge/as-token, shared/hs.token; replace those: rotate bridge/as-token shared/hs.token',
    );
    await folder.create(stack);
    const rotated = await problemOf(SecretsProblem, () => folder.rotate(stack, ['registration.yaml']));
    expect(rotated.message).toBe(given.message);
  });
});

describe('compose', () => {
  it.each(['a"b\\c', "it's: {a: #b}", '\u0000\u001f\u007f\u0085\u2028\ufeff', '😀 é\n two', ''])(
    'makes JSON and YAML of %j',
    (text) => {
      const part: ComposedPart = { key: 'k', as: 'json' };
      const made = compose(['x: ', part, '\n'], () => SecretValue.of(text)).text();
      expect(load(made)).toEqual({ x: text });
      expect(JSON.parse(made.slice(3))).toBe(text);
    },
  );

  it('refuses what is not text, without a part of it', async () => {
    const bytes = Buffer.from([0xff, 0x68, 0x75, 0x6e, 0x74]);
    const problem = await problemOf(SecretsProblem, () =>
      compose([{ key: 'k', as: 'text' }], () => new SecretValue(bytes)),
    );
    expect(problem.message).toMatch(/^the value of k is not text in UTF-8/);
    expect(problem.message).not.toContain('hunt');
  });
});

describe('External Secrets', () => {
  const base = stackFrom(
    `schema: 1
name: lab
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
secrets: {provider: external-secrets, store: {name: vault}, remoteKey: 'm/{namespace}/{secret}'}
`,
    'stacks/lab.yaml',
  );

  it('compose in the cluster, in each namespace from one place in the store', () => {
    const { files, findings } = render({ ...base, secrets: secrets('http://bridge:1/${X}{') });
    expect(findings.filter(({ object }) => object.kind === 'ExternalSecret')).toEqual([]);
    const [lab, calls] = ['bridge.yaml', 'bridge@calls.yaml'].map((name) =>
      load(files.get(`lab/secrets/${name}`) ?? ''),
    );
    expect(dig(lab, 'metadata', 'namespace')).toBe('lab');
    expect(dig(calls, 'metadata', 'namespace')).toBe('calls');
    expect(dig(calls, 'spec')).toEqual(dig(lab, 'spec'));
    expect(dig(lab, 'spec', 'data')).toEqual([
      { secretKey: 'as-token', remoteRef: { key: 'm/lab/bridge', property: 'as-token' } },
      { secretKey: 'shared..hs.token', remoteRef: { key: 'm/lab/shared', property: 'hs.token' } },
    ]);
    expect(dig(lab, 'spec', 'target', 'template', 'data')).toEqual({
      'as-token': '{{ index . "as-token" }}',
      'registration.yaml':
        '# it\'s {{ "{{" }} $x }}\nurl: http://bridge:1/${X}{\nas_token: {{ index . "as-token" | toJson }}\nhs_token: {{ index . "shared..hs.token" }}\n',
    });
    // What Flux would take for a variable.
    expect(dig(lab, 'metadata', 'annotations')).toEqual({
      'kustomize.toolkit.fluxcd.io/substitute': 'disabled',
    });
    const text = files.get('lab/SECRETS.md') ?? '';
    expect(text).toContain('Needed in the namespaces `lab`, `calls`, with the same values in each.');
    expect(text).toContain('is a file composed of the values of `bridge/as-token`, `shared/hs.token`');
  });
});

describe('the commands for Secrets that somebody makes in the cluster', () => {
  /** Runs commands in bash with a kubectl that keeps what it is given, in a shell's variables. */
  function run(commands: readonly string[]): string {
    const kubectl = `kubectl() {
  if [ "$3" = get ]; then printf %s "$STORED" | base64; return; fi
  echo "== $2 $6"
  for word in "$@"; do case $word in --from-file=*) echo "-- \${word%%=/*}"; cat "\${word#*=*=}"; echo;; esac; done
}
STORED=stored-value`;
    return execFileSync('bash', ['-euc', [kubectl, ...commands].join('\n')], { encoding: 'utf8' });
  }

  it('make the same values in each namespace, and files of them', () => {
    const all = secrets();
    const said = run(createCommand(all[1], all));
    const [lab = '', calls = ''] = said.split('== ').slice(1);
    expect(lab.startsWith('lab bridge\n')).toBe(true);
    expect(calls.replace('calls', 'lab')).toBe(lab);
    const token = /-- --from-file=as-token\n([0-9a-f]{64})\n/.exec(lab)?.[1] ?? 'none';
    const registration = lab.slice(lab.indexOf('registration.yaml\n') + 'registration.yaml\n'.length);
    expect(registration).toBe(
      `# it's {{ $x }}\nurl: http://bridge:1\nas_token: "${token}"\nhs_token: stored-value\n\n`,
    );
  });
});
