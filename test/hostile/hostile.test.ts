import { createHash, type KeyObject } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { load, loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debian } from '../conformance/tools/debian.ts';
import { unseal } from '../secrets/unseal.ts';
import { dig } from '../stacks.ts';
import { ATTACKS, type Attack } from './attacks.ts';
import { type Observed, observe } from './observed.ts';
import { type Machine, newMachine, PROGRAM } from './workspace.ts';

/** Kinds of objects that a stack on the local network has. A stranger adds none. */
const KINDS = new Set([
  'Certificate',
  'Cluster',
  'ConfigMap',
  'Deployment',
  'IngressRoute',
  'Kustomization',
  'Middleware',
  'Namespace',
  'PersistentVolumeClaim',
  'SealedSecret',
  'Secret',
  'Service',
]);

/** How the honest workspace gets its values. */
const CREATE = ['secrets', 'create', '--yes', '--identity', '@/person.age'];

/** Every verb, in an order in which somebody could type them; `@` is the machine's own folder. */
const VERBS: readonly (readonly string[])[] = [
  ['synth', '--check'],
  ['synth', '--stdout', '--stack', 'good'],
  ['secrets', 'status'],
  ['secrets', 'status', '--output', 'json'],
  ['secrets', 'create', '--yes'],
  ['secrets', 'create', '--yes', '--stack', 'good', '--rotate', 'form-secret'],
  ['secrets', 'rotate', '--yes', '--stack', 'good', 'macaroon-secret-key'],
  ['secrets', 'rotate', '--yes', '--stack', 'sops', '--identity', '@/person.age', 'form-secret'],
  ['secrets', 'reseal', '--yes', '--stack', 'good'],
  ['secrets', 'reseal', '--yes', '--stack', 'good', '--from-escrow', '--identity', '@/person.age'],
  ['secrets', 'reseal', '--yes', '--stack', 'sops', '--identity', '@/person.age'],
  ['migrate'],
  ['synth', '--strict', '--output', 'json'],
  ['synth'],
];

let template: Machine;

beforeAll(async () => {
  await debian('strace');
  template = await newMachine();
});

afterAll(() => template?.remove());

describe.concurrent('no verb does what a stranger wants', () => {
  it.each(ATTACKS.map((attack) => [attack.name, attack] as const))('%s', async (_, attack) => {
    const machine = template.copy();
    try {
      // Values are there, and the honest certificate is known: most attacks aim at the next change.
      const made = await run(machine, [...CREATE, '--cert', '@/honest.pem']);
      expect(made.code, made.stderr).toBe(0);
      attack.plant(machine);
      const outside = treeOf(machine.outside);
      const broken: string[] = [];
      for (const verb of VERBS) {
        const seen = await run(machine, verb, attack.environment?.(machine), attack.from?.(machine));
        const promises = brokenBy(machine, seen);
        if (!isDeepStrictEqual(treeOf(machine.outside), outside)) promises.push('files outside have changed');
        broken.push(...promises.map((one) => `${verb.join(' ')}: ${one}`));
        // The others would most likely hang too.
        if (seen.hung) break;
      }
      broken.push(...brokenInDist(machine, attack), ...brokenInSecrets(machine));
      expect(broken.join('\n')).toBe('');
    } finally {
      machine.remove();
    }
  });
});

/** The promises that a run breaks, in words. */
function brokenBy(machine: Machine, seen: Observed): string[] {
  const { outside, canary, ran } = machine;
  const printed = seen.stdout + seen.stderr;
  const quoted = (text: string | undefined): string => JSON.stringify(text?.slice(0, 200));
  const changed = seen.changed.filter((path) => !mayChange(machine, path));
  const opened = seen.opened.filter((path) => path.startsWith(outside));
  const internal = /internal error.*|^\s+at .*\.(?:ts|cjs|js):\d+.*/m.exec(printed)?.[0];
  const control = FOR_TERMINALS.exec(printed);
  const command = /^(?:::|##).*/m.exec(printed)?.[0];
  const programs = unexpectedPrograms(machine, seen);
  return [
    ...(seen.hung ? ['it hangs'] : []),
    ...(seen.hung || [0, 1, 2, 3].includes(seen.code ?? -1) ? [] : [`it ends with ${seen.code}`]),
    ...(internal === undefined ? [] : [`it stops with ${quoted(internal)}`]),
    ...readdirSync(ran).map((name) => `the command ${name} has run`),
    ...programs.map((path) => `${path} was started`),
    ...changed.map((path) => `${quoted(path)} was changed`),
    ...opened.map((path) => `${quoted(path)} was opened`),
    ...(printed.includes(canary) ? ['a line of a file outside is printed'] : []),
    ...(control === null ? [] : [`a control character is printed: ${quoted(printed.slice(control.index))}`]),
    ...(command === undefined ? [] : [`a command for CI is printed: ${quoted(command)}`]),
  ];
}

/** Control characters but line breaks, and what turns the direction of writing. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const FOR_TERMINALS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** What would be more than text where SUMMARY.md is read. */
const MARKUP = /(?<!\\)<(?:img|script)[^\n]*|^# Approved|@everyone(?!`)/m;

/**
 * Runs a verb on a machine.
 *
 * @param from the folder that it runs in. @default - the top of the workspace
 */
async function run(
  { workspace, environment, top }: Machine,
  verb: readonly string[],
  more: NodeJS.ProcessEnv = {},
  from = workspace,
): Promise<Observed> {
  const words = verb.map((word) => word.replace(/^@/, top));
  const places = [
    '--stacks',
    join(workspace, 'stacks'),
    ...(verb[0] === 'synth' ? ['--out', join(workspace, 'dist')] : []),
  ];
  return await observe([process.execPath, PROGRAM, ...words, ...(from === workspace ? [] : places)], {
    cwd: from,
    env: { ...environment, ...more },
  });
}

function unexpectedPrograms({ login }: Machine, { started }: Observed): readonly string[] {
  const expected = [realpathSync(process.execPath), realpathSync(login)];
  return started.filter((path) => !expected.includes(path));
}

/** Whether a run may write there: the output, the ciphertext, the stack files, and the person's own folders. */
function mayChange({ workspace, home }: Machine, path: string): boolean {
  if (
    ['/dev/null', '/dev/tty'].includes(path) ||
    /^(?:\/proc\/self|\/proc\/\d+|pipe:|socket:|anon_inode:)/.test(path)
  )
    return true;
  const roots = [
    join(workspace, 'dist'),
    join(workspace, 'stacks'),
    join(home, '.cache'),
    join(home, '.local'),
  ];
  return roots.some((root) => path === root || path.startsWith(`${root}/`));
}

/** Names, kinds and contents of everything in a folder. */
function treeOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const stat = lstatSync(join(folder, name));
      const content = stat.isFile()
        ? createHash('sha256')
            .update(readFileSync(join(folder, name)))
            .digest('hex')
        : stat.isSymbolicLink()
          ? readlinkSync(join(folder, name))
          : '';
      return `${name} ${stat.mode} ${stat.mtimeMs} ${content}`;
    });
}

/** Regular files below a folder, without following links. */
function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The promises about dist that are broken: only what the schema says is there, and the good stack is. */
function brokenInDist({ workspace, canary }: Machine, { stops }: Attack): readonly string[] {
  const dist = join(workspace, 'dist');
  const isLink = lstatSync(dist).isSymbolicLink();
  const files = isLink ? [] : filesIn(dist).filter((file) => /\.(?:yaml|md)$/.test(file));
  const broken = files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    if (text.includes(canary)) return [`${file} holds a line of a file outside`];
    if (file.endsWith('.md')) {
      const found = MARKUP.exec(text.slice(text.indexOf('-->') + 3))?.[0];
      return found === undefined ? [] : [`${file} holds markup: ${found}`];
    }
    const kinds = loadAll(text).map((one) => String(dig(one, 'kind')));
    return kinds.filter((kind) => !KINDS.has(kind)).map((kind) => `${JSON.stringify(file)} holds a ${kind}`);
  });
  const isThere = existsSync(join(dist, 'good/components/synapse.yaml'));
  if (isThere === (stops === undefined)) return broken;
  return [...broken, `the good stack is ${isThere ? '' : 'not '}rendered`];
}

/** The promises about recipients that are broken: nothing is sealed for anybody but the honest controller. */
function brokenInSecrets({ workspace, stranger, strangersKey }: Machine): readonly string[] {
  return filesIn(join(workspace, 'stacks')).flatMap((file) => {
    if (!/\.secrets\/[^/\n]+\.yaml$/.test(file)) return [];
    const text = readFileSync(file, 'utf8');
    if (/^sops:/m.test(text)) {
      return text.includes(strangersKey.recipient) ? [`${file} is encrypted for a stranger`] : [];
    }
    const object = load(text.split(/^---$/m)[0] ?? '');
    const { name, namespace } = Object(dig(object, 'metadata'));
    return Object.entries(Object(dig(object, 'spec', 'encryptedData'))).flatMap(([key, sealed]) =>
      opens(String(sealed), stranger.privateKey, `${namespace}/${name}`)
        ? [`${file}: ${key} is sealed for a stranger`]
        : [],
    );
  });
}

function opens(sealed: string, key: KeyObject, label: string): boolean {
  try {
    unseal(sealed, key, label);
    return true;
  } catch {
    return false;
  }
}
