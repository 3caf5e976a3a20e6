import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { finishInterrupted } from '../../src/disk/write.ts';
import { freshKey } from '../secrets/keys.ts';
import { type Canary, leakFinder } from '../secrets/leaks.ts';
import { unseal } from '../secrets/unseal.ts';
import { makeCertificate } from '../secrets/x509.ts';
import { dig } from '../stacks.ts';
import { CLI, type End, leftovers, onWriteBegins, outputFiles, randomNumbers, TOP } from './victim.ts';

/** Give this one to repeat a run: `TORTURE_SEED=… npm run torture`. */
const SEED = Number(process.env.TORTURE_SEED ?? Date.now() % 1_000_000);
const KILLS = 60;
/** One in so many is followed by the real program; the others by its writer, which needs no start. */
const REAL_RECOVERY = 5;
/** What rotate replaces: two Secrets of four, with their copies in escrow. */
const ROTATED = ['synapse-secrets/form-secret', 'livekit-keys/keys.yaml'];
const FORM = 'torture-value-of-the-form-secret';
const OLD = 'torture-value-that-is-replaced-now';

const certificate = makeCertificate();
let top = '';
let folder = '';
/** Where the person at the computer keeps whom they have accepted. */
let stateHome = '';
let recipient = '';

beforeAll(async () => {
  process.stdout.write(`seed: ${SEED}\n`);
  top = await mkdtemp(join(tmpdir(), 'torture-secrets-'));
  stateHome = await mkdtemp(join(tmpdir(), 'torture-state-'));
  folder = join(top, 'stacks/chat.secrets');
  await mkdir(folder, { recursive: true });
  await cp(join(TOP, 'versions.yaml'), join(top, 'versions.yaml'));
  await writeFile(join(top, 'controller.pem'), certificate.pem);
  ({ recipient } = await freshKey());
  await writeFile(
    join(top, 'stacks/chat.yaml'),
    `schema: 1
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
livekit: {}
jitsi: {access: anyone}
callNodes: {addresses: {discover: stun}}
secrets: {escrow: [${recipient}]}
`,
  );
});

afterAll(async () => {
  await rm(top, { recursive: true, force: true });
  await rm(stateHome, { recursive: true, force: true });
});

type Verb = 'create' | 'rotate';

/** What a kill waits for, before a random while. */
const AIMS = ['the start', 'the begin of the write', 'its journal'] as const;

/** Calls back when the journal of a write that has begun is there, unless the program ends before. */
function onJournal(end: Promise<unknown>, found: () => void): void {
  let ended = false;
  void end.then(() => {
    ended = true;
  });
  const look = (): void => {
    if (existsSync(join(folder, '.matrix-gitops/journal.json'))) found();
    else if (!ended) setImmediate(look);
  };
  look();
}

/** Starts the real program; `end` comes when it is gone. */
function start(verb: Verb | 'status', value: string): { kill: () => void; end: Promise<End> } {
  const words = {
    create: [
      ...['--cert', 'controller.pem', '--accept-recipient', recipient],
      ...['--yes', '--from-env', 'form-secret=FORM'],
    ],
    rotate: [...ROTATED, '--yes', '--from-env', 'form-secret=FORM'],
    status: [],
  }[verb];
  const child = spawn(process.execPath, [CLI, 'secrets', verb, ...words], {
    cwd: top,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, FORM: value, XDG_STATE_HOME: stateHome },
  });
  let errors = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      errors += String(chunk);
    });
  }
  const end = once(child, 'close').then(([code, signal]: unknown[]) => ({
    code: typeof code === 'number' ? code : null,
    signal: typeof signal === 'string' ? signal : null,
    errors,
  }));
  return { kill: () => void child.kill('SIGKILL'), end };
}

/** Runs it to its end. */
async function finish(verb: Verb | 'status', value: string): Promise<void> {
  const { code, errors } = await start(verb, value).end;
  if (code !== 0 && !(verb === 'status' && code === 1))
    throw new Error(`${verb} ended with ${code}: ${errors}`);
}

/** The values of every Secret, by the name of its file; throws where one cannot be opened as a whole. */
function opened(texts: ReadonlyMap<string, string>): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const secrets = new Map<string, ReadonlyMap<string, string>>();
  for (const [path, text] of texts) {
    if (!path.endsWith('.yaml')) continue;
    const object = load(text);
    const label = `${String(dig(object, 'metadata', 'namespace'))}/${String(dig(object, 'metadata', 'name'))}`;
    const values = Object.entries(Object(dig(object, 'spec', 'encryptedData'))).map(
      ([key, sealed]) => [key, unseal(String(sealed), certificate.privateKey, label).toString()] as const,
    );
    secrets.set(path, new Map(values));
  }
  return secrets;
}

/** Keys of each Secret's file. */
const KEYS: Readonly<Record<string, number>> = {
  'jitsi-secrets.yaml': 2,
  'livekit-keys.yaml': 1,
  'synapse-secrets.yaml': 3,
  'synapse-signing-key.yaml': 1,
};

/** Nothing of these values is in any file, those of an interrupted write included, and no other folder has appeared. */
function expectSecrecy(values: Iterable<string>, why: string): void {
  const canaries: Canary[] = [FORM, OLD, ...values].map((value) => ({
    name: 'a value',
    bytes: Buffer.from(value.trim().split(' ').at(-1) ?? ''),
  }));
  const find = leakFinder(canaries);
  const all = outputFiles(top, '');
  for (const [path, text] of all) expect(find(text), `${path} after ${why}`).toEqual([]);
  const strange = [...all.keys()].filter(
    (path) => !/^(?:versions\.yaml|controller\.pem|stacks\/chat\.(?:yaml|secrets\/.+))$/.test(path),
  );
  expect(strange, why).toEqual([]);
}

describe('secrets', () => {
  it('keeps every Secret whole when it is killed, and the next run finishes or undoes the write', async () => {
    const random = randomNumbers(SEED);
    const seen = { create: 0, rotate: 0, 'before or after the write': 0, undone: 0, finished: 0 };
    let before = performance.now();
    await finish('create', OLD);
    const run = performance.now() - before;
    before = 0;
    onWriteBegins(folder, () => {
      before = performance.now();
    });
    await finish('rotate', OLD);
    const write = Math.min(performance.now() - before, 250);
    for (let kill = 0; kill < KILLS; kill++) {
      const verb: Verb = kill % 2 === 0 ? 'create' : 'rotate';
      seen[verb]++;
      if (verb === 'create') {
        rmSync(folder, { recursive: true });
        await mkdir(folder);
      }
      const old = outputFiles(folder);
      const aim = AIMS[kill % AIMS.length] ?? 'the start';
      const delay = random() * { 'the start': run, 'the begin of the write': write, 'its journal': 4 }[aim];
      const why = `SIGKILL of ${verb} ${delay.toFixed(1)} ms after ${aim} (seed ${SEED})`;
      const { kill: strike, end } = start(verb, FORM);
      const late = (): void => void sleep(delay).then(strike);
      const unwatch =
        aim === 'the start'
          ? () => undefined
          : onWriteBegins(folder, aim === 'its journal' ? () => onJournal(end, late) : late);
      if (aim === 'the start') late();
      const { errors } = await end;
      unwatch();
      // Each file is whole: the old one, or a new one that opens with all its keys.
      const found = outputFiles(folder);
      const after = opened(found);
      for (const [path, values] of after) expect(values.size, `${path} after ${why}`).toBe(KEYS[path]);
      for (const [path, text] of old) {
        const isCopy = path.startsWith('escrow/');
        if (!isCopy && found.get(path) !== text) expect(after.has(path), `${path} after ${why}`).toBe(true);
      }
      const values = [...after.values()].flatMap((one) => [...one.values()]);
      expectSecrecy(values, why);
      for (const value of [FORM, OLD]) expect(errors, why).not.toContain(value);
      const left = leftovers(folder);
      if (left.length === 0) seen['before or after the write']++;
      else seen[left.includes('journal.json') ? 'finished' : 'undone']++;
      if (kill % REAL_RECOVERY === 0) await finish('status', FORM);
      else await finishInterrupted(folder);
      expect(leftovers(folder), why).toEqual([]);
      expectWhole(verb, old, outputFiles(folder), why);
      // The next run does what this one was to do.
      if (outputFiles(folder).size === 0) await finish('create', OLD);
      expect([...opened(outputFiles(folder)).keys()].sort(), why).toEqual(Object.keys(KEYS));
      expect(
        [...outputFiles(folder).keys()].filter((path) => path.endsWith('.age')),
        why,
      ).toHaveLength(7);
    }
    process.stdout.write(`killed ${KILLS} times: ${JSON.stringify(seen)}\n`);
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(0);
  });

  it('of two at once, one makes all values and the other one none', async () => {
    for (let turn = 0; turn < 5; turn++) {
      rmSync(folder, { recursive: true });
      const ends = await Promise.all([FORM, OLD].map((value) => start('create', value).end));
      const values = opened(outputFiles(folder));
      const form = values.get('synapse-secrets.yaml')?.get('form-secret');
      expect([FORM, OLD]).toContain(form);
      const winners = ends.flatMap(({ code }, index) => (code === 0 ? [[FORM, OLD][index]] : []));
      expect(winners, JSON.stringify(ends)).toEqual([form]);
      expect(Object.keys(KEYS)).toEqual([...values.keys()].sort());
      expect(leftovers(folder)).toEqual([]);
      expect([...outputFiles(folder).keys()].filter((path) => path.endsWith('.age'))).toHaveLength(7);
    }
  });
});

/** All of what the verb was to do has happened, or nothing. */
function expectWhole(
  verb: Verb,
  old: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
  why: string,
): void {
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter(
    (path) => old.get(path) !== now.get(path),
  );
  if (changed.length === 0) return;
  const values = opened(now);
  expect(values.get('synapse-secrets.yaml')?.get('form-secret'), why).toBe(FORM);
  if (verb === 'create') {
    expect([...values.keys()].sort(), why).toEqual(Object.keys(KEYS));
    // Each Secret, its copies, and the certificate.
    expect(changed, why).toHaveLength(4 + 7 + 1);
  } else {
    const files = [...new Set(ROTATED.map((name) => `${name.split('/')[0]}.yaml`))].sort();
    expect(changed.filter((path) => path.endsWith('.yaml')).sort(), why).toEqual(files);
    // One copy has come for each, and one has gone.
    expect(
      changed.filter((path) => path.endsWith('.age')),
      why,
    ).toHaveLength(2 * ROTATED.length);
  }
}
