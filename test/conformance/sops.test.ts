import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { decryptWith, encryptFor, type Identity, readIdentities } from '../../src/secrets/age.ts';
import { escrowText, openEscrow } from '../../src/secrets/escrow.ts';
import type { SecretManifest } from '../../src/secrets/sops/document.ts';
import {
  changeSopsFile,
  newSopsFile,
  openSopsFile,
  readdressSopsFile,
  type SopsChange,
} from '../../src/secrets/sops/file.ts';
import { SopsProblem } from '../../src/secrets/sops/problem.ts';
import { readSopsFile } from '../../src/secrets/sops/read.ts';
import { SecretValue } from '../../src/secrets/values/value.ts';
import { objectsIn } from './harness/dist.ts';
import { type Json, mapping, need, text } from './harness/json.ts';
import { attempt, type Finished, run, runFolder, sweepWhenDone } from './harness/programs.ts';
import { age, ageKeygen, kustomize, sops } from './tools/go.ts';

sweepWhenDone();

/** A key that `age-keygen` made. */
interface Key {
  readonly file: string;
  readonly recipient: string;
  readonly identities: readonly Identity[];
}

const folder = runFolder('sops');
let programs = { age: '', sops: '', kustomize: '' };
let mine: Key;
let other: Key;
let postQuantum: Key;

beforeAll(async () => {
  programs = { age: await age(), sops: await sops(), kustomize: await kustomize() };
  const keygen = await ageKeygen();
  const fresh = async (name: string, ...args: readonly string[]): Promise<Key> => {
    const file = join(folder, name);
    await run(keygen, [...args, '-o', file]);
    const recipient = (await run(keygen, ['-y', file])).trim();
    return { file, recipient, identities: readIdentities(readFileSync(file, 'utf8')) };
  };
  mine = await fresh('mine.txt');
  other = await fresh('other.txt');
  postQuantum = await fresh('post-quantum.txt', '-pq');
});

const NOW = new Date('2026-01-31T12:34:56Z');
const MANIFEST: SecretManifest = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: {
    name: 'synapse',
    namespace: 'matrix',
    annotations: { 'example.org/revision': '7', yes: 'true', time: '2026-01-01', empty: '', lines: 'a\nb\n' },
    labels: { app: 'synapse' },
  },
  type: 'Opaque',
};

/** Values that a YAML writer or reader may stumble over. */
const TEXTS: Readonly<Record<string, string>> = {
  password: 'a1b2c3d4',
  empty: '',
  pem: `-----BEGIN KEY-----\n${'AbC/+9=='.repeat(8)}\n-----END KEY-----\n`,
  leading: '\n  indented\n\n',
  tab: '\tx\t',
  windows: 'a\r\nb',
  yes: 'yes',
  null: 'null',
  '0777': '0777',
  time: '2026-01-01',
  yaml: '- {a: [b, "c"]} # d: \'e\'',
  sealed: 'ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]',
  unicode: 'ü€𝄞\u0001\u0085\u2028\ufeff',
};

function values(texts: Readonly<Record<string, string>>): ReadonlyMap<string, SecretValue> {
  return new Map(Object.entries(texts).map(([key, value]) => [key, SecretValue.of(value)]));
}

async function ours(file: string, key = mine): Promise<Record<string, string>> {
  const opened = await openSopsFile(file, key.identities);
  return Object.fromEntries([...opened].map(([name, value]) => [name, value.text()]));
}

let files = 0;
/** Puts a text where programs can read it. */
function written(content: string, name = `${++files}.yaml`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function runSops(
  args: readonly string[],
  key = mine,
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const own = { SOPS_AGE_KEY_FILE: key.file, HOME: folder, XDG_CONFIG_HOME: folder };
  return attempt(programs.sops, args, { cwd: folder, env: { ...own, ...env } });
}

/** What `sops -d` gives, as the object that Kubernetes would see. */
async function decrypted(content: string, key = mine): Promise<Json> {
  const { code, stdout, stderr } = await runSops(['decrypt', written(content)], key);
  expect(`${code} ${stderr}`).toBe('0 ');
  return need(objectsIn(stdout, 'what sops decrypted')[0], 'an object');
}

/** What sops makes of one of its own files, in place. */
async function bySops(content: string, args: readonly string[], env = {}): Promise<string> {
  const path = written(content);
  const { code, stderr } = await runSops(
    args.map((arg) => (arg === 'FILE' ? path : arg)),
    mine,
    env,
  );
  expect(code, stderr).toBe(0);
  return readFileSync(path, 'utf8');
}

function changed(content: string, change: SopsChange): Promise<string> {
  return changeSopsFile(content, mine.identities, change, NOW);
}

/** A configuration of sops with one rule. */
function config(rule: Json): readonly string[] {
  const content = stringify({ creation_rules: [{ age: mine.recipient, ...rule }] });
  return ['--config', written(content)];
}

/** A Secret in plain YAML, encrypted by sops. */
async function encryptedBySops(plain: string, rule: Json): Promise<string> {
  const { code, stdout, stderr } = await runSops([...config(rule), 'encrypt', written(plain)]);
  expect(code, stderr).toBe(0);
  return stdout;
}

const BY_HAND = `# about this Secret
apiVersion: v1
kind: Secret
metadata:
    name: synapse
    # a note
    annotations:
        example.org/revision: "7"
        version: 1.2.3
immutable: true
type: Opaque
stringData:
    # a secret note
    one: first # beside it
    two: |
        second
        line
    # the end
data:
    three: dGhpcmQ=
`;
/** What Flux documents: https://fluxcd.io/flux/guides/mozilla-sops/ */
const FLUX_RULE = { encrypted_regex: '^(data|stringData)$' };
const BY_HAND_VALUES = { one: 'first', two: 'second\nline\n', three: 'third' };

describe('a file of ours', () => {
  let file: string;
  beforeAll(async () => {
    file = await newSopsFile(MANIFEST, values(TEXTS), [mine.recipient, postQuantum.recipient], NOW);
  });

  test('sops gives back every value, for every recipient', async () => {
    for (const key of [mine, postQuantum]) {
      expect(await decrypted(file, key)).toEqual({ ...MANIFEST, stringData: TEXTS });
      expect(await ours(file, key)).toEqual(TEXTS);
    }
    const { code } = await runSops(['decrypt', written(file)], other);
    expect(code).not.toBe(0);
  });

  test('sops takes it with the line above it that rendered files have', async () => {
    const head = '# x/synapse.yaml is rendered from stacks/x.yaml: change that, then run `npm run synth`';
    for (const content of [
      `${head}\n${file}`,
      `${head}\n# and another\n${file}`,
      `${head}\n\n---\n${file}`,
    ]) {
      expect(await decrypted(content)).toEqual({ ...MANIFEST, stringData: TEXTS });
      expect(await ours(content)).toEqual(TEXTS);
    }
  });

  test('sops finds that it was changed, as this program does', async () => {
    for (const [from, to] of [
      ["revision: '7'", "revision: '8'"],
      ['name: synapse', 'name: element'],
      ['type: Opaque', 'type: other'],
    ] as const) {
      const tampered = file.replace(from, to);
      expect((await runSops(['decrypt', written(tampered)])).stderr).toContain('MAC mismatch');
      await expect(ours(tampered)).rejects.toThrow(SopsProblem);
    }
  });

  test('neither finds an annotation with another name: the format does not cover names', async () => {
    const renamed = file.replace('example.org/revision:', 'example.org/revisiom:');
    expect(text(await decrypted(renamed), 'metadata', 'annotations', 'example.org/revisiom')).toBe('7');
    expect(await ours(renamed)).toEqual(TEXTS);
  });

  test('sops takes it after changes of ours', async () => {
    const next = await changed(file, {
      values: values({ password: 'new', added: 'more' }),
      remove: ['pem'],
      annotations: { 'example.org/revision': '8', lines: undefined, note: 'it’s: # "x"\n' },
    });
    const { pem, ...rest } = TEXTS;
    const { lines, ...annotations } = MANIFEST.metadata.annotations ?? {};
    expect([pem, lines]).not.toContain(undefined);
    const object = await decrypted(next);
    expect(object.stringData).toEqual({ ...rest, password: 'new', added: 'more' });
    const notes = { ...annotations, 'example.org/revision': '8', note: 'it’s: # "x"\n' };
    expect(mapping(object, 'metadata', 'annotations')).toEqual(notes);
  });

  test('sops takes it for its new recipients, and only for those', async () => {
    const next = await readdressSopsFile(file, mine.identities, [other.recipient], NOW);
    expect(await decrypted(next, other)).toEqual({ ...MANIFEST, stringData: TEXTS });
    expect((await runSops(['decrypt', written(next)], mine)).code).not.toBe(0);
  });

  test('sops takes it with changed values under a new key, for its new recipients only', async () => {
    const next = await changed(file, {
      values: values({ password: 'new', added: 'more' }),
      remove: ['pem'],
      recipients: [other.recipient],
    });
    const { pem, ...rest } = TEXTS;
    expect(pem).toBeDefined();
    expect((await decrypted(next, other)).stringData).toEqual({ ...rest, password: 'new', added: 'more' });
    expect((await runSops(['decrypt', written(next)], mine)).code).not.toBe(0);
  });

  test('sops takes values that are no text', async () => {
    const bytes = Buffer.from([0xff, 0, 0xc3, 0x28]);
    const one = new Map([['one', new SecretValue(Buffer.from(bytes))]]);
    const object = await decrypted(await newSopsFile(MANIFEST, one, [mine.recipient], NOW));
    expect(object.data).toEqual({ one: bytes.toString('base64') });
  });

  /** Flux builds with Kustomize first, then decrypts each object as JSON, without looking at the MAC. */
  test('Flux gets every value: built by Kustomize, decrypted as JSON', async () => {
    const base = join(folder, 'flux');
    mkdirSync(base);
    writeFileSync(join(base, 'secret.yaml'), `# a line above\n${file}`);
    writeFileSync(
      join(base, 'kustomization.yaml'),
      'resources:\n- secret.yaml\ncommonAnnotations:\n  added: by Kustomize\n',
    );
    const built = objectsIn(await run(programs.kustomize, ['build', base]), 'what Kustomize built');
    expect(text(built[0], 'sops', 'mac')).toMatch(/^ENC/);
    const json = written(JSON.stringify(built[0]), 'flux.json');
    const { code, stdout, stderr } = await runSops(['decrypt', '--ignore-mac', json]);
    expect(code, stderr).toBe(0);
    const object: unknown = JSON.parse(stdout);
    expect(mapping(object, 'stringData')).toEqual(TEXTS);
    expect(mapping(object, 'metadata', 'annotations')).toMatchObject({ added: 'by Kustomize', yes: 'true' });
  });
});

describe('a file that sops changed', () => {
  let file: string;
  beforeAll(async () => {
    file = await newSopsFile(MANIFEST, values(TEXTS), [mine.recipient], NOW);
  });

  /** What sops changed opens here, can be changed here, and opens in sops again. */
  async function goesOn(content: string, expected: Readonly<Record<string, string>>): Promise<string> {
    expect(await ours(content)).toEqual(expected);
    const next = await changed(content, {
      values: values({ password: 'ours' }),
      annotations: { 'example.org/revision': '9' },
    });
    expect(await ours(next)).toEqual({ ...expected, password: 'ours' });
    const object = await decrypted(next);
    expect({ ...mapping(object, 'stringData') }).toEqual({ ...expected, password: 'ours' });
    expect(text(object, 'metadata', 'annotations', 'example.org/revision')).toBe('9');
    return next;
  }

  /** The encrypted values by key. */
  function sealed(content: string): Json {
    return mapping(objectsIn(content, 'a file'), 0, 'stringData');
  }

  test('with `sops set` and `sops unset`', async () => {
    const set = await bySops(file, ['set', 'FILE', '["stringData"]["one"]', '"by sops"']);
    const next = await goesOn(set, { ...TEXTS, one: 'by sops' });
    const { password: before, ...rest } = sealed(set);
    const { password: after, ...same } = sealed(next);
    expect(after).not.toBe(before);
    expect(same).toEqual(rest);
    const { one, ...unset } = sealed(await bySops(next, ['unset', 'FILE', '["stringData"]["one"]']));
    expect(one).toBeUndefined();
    expect(Object.keys(unset).sort()).toEqual(Object.keys(TEXTS).sort());
  });

  test('with `sops edit`, comments included', async () => {
    const editor = join(folder, 'editor.sh');
    const script = [
      "/^ *password:/i\\    # a note of the editor's",
      's/^( *password:).*/\\1 edited # beside it/',
      '1i# a line above',
    ];
    const edits = script.map((line) => `-e '${line.replaceAll("'", "'\\''")}'`).join(' ');
    writeFileSync(editor, `#!/bin/sh\nexec sed -E -i ${edits} "$1"\n`);
    chmodSync(editor, 0o755);
    const edited = await bySops(file, ['edit', 'FILE'], { SOPS_EDITOR: editor });
    expect(edited).toMatch(/^# a line above\n/);
    expect(edited.match(/#ENC\[.*type:comment\]/g)).toHaveLength(2);
    const next = await goesOn(edited, { ...TEXTS, password: 'edited' });
    expect(next).toMatch(/^# a line above\n/);
    expect(next.match(/#ENC\[.*type:comment\]/g)).toEqual(edited.match(/#ENC\[.*type:comment\]/g));
  });

  test('with `sops rotate`, for another recipient too', async () => {
    const rotated = await bySops(file, ['rotate', '-i', '--add-age', other.recipient, 'FILE']);
    expect(readSopsFile(rotated).recipients.toSorted()).toEqual([mine.recipient, other.recipient].toSorted());
    const next = await goesOn(rotated, TEXTS);
    expect(await ours(next, other)).toEqual({ ...TEXTS, password: 'ours' });
  });

  test('with `sops updatekeys`', async () => {
    const rules = config({ age: `${mine.recipient},${other.recipient}` });
    const updated = await bySops(file, [...rules, 'updatekeys', '--yes', 'FILE']);
    expect(await ours(await goesOn(updated, TEXTS), other)).toEqual({ ...TEXTS, password: 'ours' });
  });
});

describe('a file that sops made', () => {
  test.each<readonly [string, Json]>([
    ['by the rule that Flux documents', FLUX_RULE],
    ['with a MAC over the values only', { ...FLUX_RULE, mac_only_encrypted: true }],
    ['by what stays in plain', { unencrypted_regex: '^(apiVersion|kind|metadata|immutable|type)$' }],
  ])('%s opens, and opens in sops after changes', async (_, rule) => {
    const made = await encryptedBySops(BY_HAND, rule);
    expect(made.includes('mac_only_encrypted: true')).toBe('mac_only_encrypted' in rule);
    expect(readSopsFile(made).manifest.metadata.annotations).toEqual({
      'example.org/revision': '7',
      version: '1.2.3',
    });
    expect(await ours(made)).toEqual(BY_HAND_VALUES);
    const change = {
      values: values({ one: 'new', three: 'neu' }),
      annotations: { 'example.org/revision': '8' },
    };
    const next = await changed(made, change);
    const object = await decrypted(next);
    expect(object.stringData).toEqual({ one: 'new', two: BY_HAND_VALUES.two });
    expect(object.data).toEqual({ three: Buffer.from('neu').toString('base64') });
    // Of the lines that were not asked for, only the indent of the recipient's block is another.
    const before = new Set(made.split('\n').map((line) => line.trim()));
    const names = next.split('\n').filter((line) => !before.has(line.trim()));
    expect(names.map((line) => line.trim().split(':')[0])).toEqual([
      'example.org/revision',
      'one',
      'three',
      'lastmodified',
      'mac',
    ]);
  });

  test('keeps its comments, readable, for other recipients', async () => {
    const made = await encryptedBySops(BY_HAND, FLUX_RULE);
    const next = await readdressSopsFile(made, mine.identities, [other.recipient], NOW);
    const { stdout, stderr } = await runSops(['decrypt', written(next)], other);
    expect(stderr).toBe('');
    for (const comment of ['about this Secret', 'a note', 'a secret note', 'beside it', 'the end']) {
      expect(stdout).toContain(`# ${comment}`);
    }
  });

  test('after the command that a plain Secret is refused with opens', async () => {
    const problem = await openSopsFile(BY_HAND, mine.identities).catch((error: unknown) => error);
    const remedy = problem instanceof SopsProblem ? problem.remedy : '';
    const command = need(/`sops (.*?)`/.exec(remedy)?.[1], 'a command in the remedy');
    const path = written(BY_HAND);
    const args = command.replace('<age1…>', mine.recipient).replace('<file>', path);
    await run('sh', ['-c', `${programs.sops} ${args}`], { cwd: folder });
    expect(await ours(readFileSync(path, 'utf8'))).toEqual(BY_HAND_VALUES);
  });

  test.each<readonly [string, string, Json, string]>([
    ['everything encrypted', BY_HAND, { unencrypted_suffix: '_plain' }, 'even the kind is encrypted'],
    [
      'a number among the values',
      BY_HAND.replace('first', '5'),
      FLUX_RULE,
      'the value of "one" is not text for sops but of type int',
    ],
    [
      'values that were not encrypted',
      BY_HAND,
      { encrypted_regex: '^data$' },
      'the value of "one" is not encrypted',
    ],
    [
      'a time in plain',
      BY_HAND.replace('immutable: true', 'immutable: 2026-01-01'),
      FLUX_RULE,
      'immutable is a number or a time',
    ],
  ])('with %s is refused', async (_, plain, rule, what) => {
    const made = await encryptedBySops(plain, rule);
    await expect(ours(made)).rejects.toThrow(what);
  });
});

describe('files of age', () => {
  const value = 'an escrowed value\n\u0000 without an end';

  test('escrow opens with `age -d`, which gives the value itself', async () => {
    for (const keys of [[mine, other], [postQuantum]]) {
      const recipients = keys.map(({ recipient }) => recipient);
      const input = await escrowText(SecretValue.of(value), recipients);
      for (const key of keys) {
        expect(await run(programs.age, ['-d', '-i', key.file], { input })).toBe(value);
      }
    }
  });

  test('what `age` encrypts opens here', async () => {
    for (const key of [mine, postQuantum]) {
      const made = await run(programs.age, ['-e', '-a', '-r', key.recipient], { input: value });
      expect((await openEscrow(made, key.identities)).text()).toBe(value);
    }
  });

  test('sizes around the block of 64 KiB go both ways', async () => {
    for (const size of [0, 47, 48, 65_535, 65_536, 65_537]) {
      const plain = Buffer.alloc(size, 'x');
      const file = await encryptFor([mine.recipient], plain);
      expect(await run(programs.age, ['-d', '-i', mine.file], { input: file })).toBe(plain.toString());
      const back = await run(programs.age, ['-e', '-a', '-r', mine.recipient], { input: plain.toString() });
      expect((await decryptWith(mine.identities, back)).equals(plain)).toBe(true);
    }
  });
});
