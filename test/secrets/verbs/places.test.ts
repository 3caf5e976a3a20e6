import { beforeEach, describe, expect, it } from 'vitest';
import { render } from '../../../src/render/render.ts';
import { SecretsProblem } from '../../../src/secrets/problem.ts';
import { RANDOM_HEX_32, type SecretSpec } from '../../../src/system/secrets.ts';
import { type FreshKey, freshKey, problemOf } from '../keys.ts';
import { type Folder, type Keeper, newFolder, stackWith } from './folder.ts';

const KEEPERS: readonly Keeper[] = ['sealed-secrets', 'escrow', 'sops'];

function token(...namespaces: readonly [string, ...string[]]): SecretSpec {
  const [main, ...others] = namespaces;
  const text = { what: 'w', readers: [], loss: 'l', rotation: 'r' };
  return {
    name: 'token',
    places: [{ namespace: main }, ...others.map((namespace) => ({ namespace }))],
    keys: [
      { key: 'a', form: RANDOM_HEX_32, ...text },
      { key: 'b', form: RANDOM_HEX_32, ...text },
    ],
  };
}

let key: FreshKey;
let folder: Folder;
beforeEach(async () => {
  key = await freshKey();
  folder = newFolder(key);
});

const yaml = (): readonly string[] => [...folder.files().keys()].filter((path) => path.endsWith('.yaml'));

describe.each(KEEPERS)('a Secret of two namespaces with %s', (keeper) => {
  it('has one value and one revision, encrypted for each of them by itself', async () => {
    const stack = stackWith(keeper, key, [token('lab', 'calls')]);
    expect(await folder.create(stack)).toEqual(['token/a made', 'token/b made']);
    expect(yaml()).toEqual(['token.yaml', 'token@calls.yaml']);
    // As they open in their own namespace.
    const values = await folder.values();
    expect([...values.keys()]).toEqual(['lab/token/a', 'lab/token/b', 'calls/token/a', 'calls/token/b']);
    expect(values.get('calls/token/a')).toBe(values.get('lab/token/a'));
    expect(values.get('calls/token/b')).not.toBe(values.get('lab/token/a'));
    const revisions = folder.revisions(stack);
    expect(revisions.get('calls/token/a')).toBe(revisions.get('lab/token/a'));
    expect(folder.files().get('token@calls.yaml')).not.toBe(folder.files().get('token.yaml'));
    const copies = [...folder.files().keys()].filter((path) => path.startsWith('escrow/'));
    expect(copies).toHaveLength(keeper === 'escrow' ? 2 : 0);
    expect(await folder.create(stack)).toEqual([]);
  });

  it('is rendered for each, and both files are copied as they are', async () => {
    const stack = stackWith(keeper, key, [token('lab', 'calls')]);
    await folder.create(stack);
    const { files, findings } = render(folder.withFiles(stack));
    // The rest of the stack misses its own Secrets, which the test took away.
    expect(findings.filter(({ object }) => object.name === 'token')).toEqual([]);
    for (const name of yaml()) {
      const copy = files.get(`lab/secrets/${name}`) ?? '';
      expect(copy.slice(copy.indexOf('\n') + 1)).toBe(folder.files().get(name));
    }
    expect(files.get('lab/secrets/kustomization.yaml')).toContain('- token@calls.yaml');
  });

  it('is rotated in both at once', async () => {
    const stack = stackWith(keeper, key, [token('lab', 'calls')]);
    await folder.create(stack);
    const before = await folder.values();
    await folder.rotate(stack, ['token/a']);
    const after = await folder.values();
    expect(after.get('lab/token/a')).not.toBe(before.get('lab/token/a'));
    expect(after.get('calls/token/a')).toBe(after.get('lab/token/a'));
    expect(after.get('calls/token/b')).toBe(before.get('lab/token/b'));
    const revisions = folder.revisions(stack);
    expect(revisions.get('calls/token/a')).toBe(revisions.get('lab/token/a'));
    const copies = [...folder.files().keys()].filter((path) => path.startsWith('escrow/token/a'));
    expect(copies).toHaveLength(keeper === 'escrow' ? 1 : 0);
  });

  it('says of each namespace how it is, and which one lacks a value', async () => {
    const one = stackWith(keeper, key, [token('lab')]);
    await folder.create(one);
    const stack = { ...one, secrets: [token('lab', 'calls')] };
    const rows = folder.status(stack).map((row) => `${row.namespace}/${row.key} ${row.states.join()}`);
    expect(rows).toEqual(['lab/a present', 'lab/b present', 'calls/a missing', 'calls/b missing']);
  });

  it('that only one of them has is never made a second time', async () => {
    const one = stackWith(keeper, key, [token('lab')]);
    await folder.create(one);
    const before = await folder.values();
    const stack = { ...one, secrets: [token('lab', 'calls')] };
    const files = new Map(folder.files());
    const problem = await problemOf(SecretsProblem, () => folder.create(stack, { identity: false }));
    expect(problem.what).toBe(
      'token/a has a value for the namespace lab only, and nothing here can open it for calls',
    );
    expect(problem.remedy).toContain('--identity FILE');
    expect(problem.remedy).toContain('rotate token/a');
    expect(folder.files()).toEqual(files);
    if (keeper === 'sealed-secrets') {
      await folder.rotate(stack, ['token/a', 'token/b']);
    } else {
      // Out of what can be opened: the same value under the same revision.
      expect(await folder.create(stack)).toEqual(['token/a restored', 'token/b restored']);
      expect((await folder.values()).get('calls/token/a')).toBe(before.get('lab/token/a'));
      // What the other namespace has stays byte for byte.
      expect(folder.files().get('token.yaml')).toBe(files.get('token.yaml'));
    }
    const values = await folder.values();
    expect(values.get('calls/token/a')).toBe(values.get('lab/token/a'));
    const revisions = folder.revisions(stack);
    expect(revisions.get('calls/token/a')).toBe(revisions.get('lab/token/a'));
    expect(folder.status(stack).flatMap(({ states }) => states)).toEqual(Array(4).fill('present'));
  });

  it('is known to differ where somebody has put another value in one of them', async () => {
    const stack = stackWith(keeper, key, [token('lab', 'calls')]);
    const other = newFolder(key);
    await folder.create(stack);
    await other.create(stack);
    folder.put('token@calls.yaml', other.files().get('token@calls.yaml') ?? '');
    expect(folder.status(stack).every(({ states }) => states.includes('differs'))).toBe(true);
    const third = { ...stack, secrets: [token('lab', 'calls', 'more')] };
    const problem = await problemOf(SecretsProblem, () => folder.create(third));
    expect(problem.what).toBe('token/a has different values in different namespaces');
    await folder.rotate(stack, ['token/a', 'token/b']);
    expect(folder.status(stack).flatMap(({ states }) => states)).toEqual(Array(4).fill('present'));
  });

  it('that no namespace needs any more is not needed, and stops nothing', async () => {
    const both = stackWith(keeper, key, [token('lab', 'calls')]);
    await folder.create(both);
    const stack = { ...both, secrets: [token('calls')] };
    const rows = folder.status(stack).map((row) => `${row.namespace}/${row.key} ${row.states.join()}`);
    expect(rows).toEqual(['calls/a present', 'calls/b present', 'lab/a not-needed', 'lab/b not-needed']);
    const { files } = render(folder.withFiles(stack));
    // Its place is the main one now, whatever its file is called.
    expect(files.has('lab/secrets/token.yaml')).toBe(true);
    expect(files.has('lab/secrets/token@calls.yaml')).toBe(false);
    await folder.rotate(stack, ['token/a']);
    expect(yaml()).toEqual(['token.yaml', 'token@calls.yaml']);
  });

  it('gets no file of another one when a new namespace becomes the main one', async () => {
    const one = stackWith(keeper, key, [token('lab')]);
    await folder.create(one);
    const stack = { ...one, secrets: [token('calls', 'lab')] };
    await folder.rotate(stack, ['token/a', 'token/b']);
    const values = await folder.values();
    expect(values.get('calls/token/a')).toBe(values.get('lab/token/a'));
    expect(yaml()).toEqual(['token.yaml', 'token@calls.yaml']);
  });

  it('of another namespace than before says where its values open', async () => {
    const one = stackWith(keeper, key, [token('lab')]);
    await folder.create(one);
    const stack = { ...one, secrets: [token('calls', 'more')] };
    expect(folder.status(stack).map(({ states }) => states.join())).toEqual(Array(4).fill('other-namespace'));
  });
});
