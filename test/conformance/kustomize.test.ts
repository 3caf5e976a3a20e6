import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { DIST, filesBelow, manifestFiles, nameOf, objectsIn, objectsOf, stacks } from './harness/dist.ts';
import { type Json, need, texts } from './harness/json.ts';
import { attempt, runFolder, sweepWhenDone } from './harness/programs.ts';
import { kustomize } from './tools/go.ts';

sweepWhenDone();

let program = '';
beforeAll(async () => {
  program = await kustomize();
});

/** What `kustomize build` makes of a folder, with its default of refusing files outside the folder. */
async function built(folder: string): Promise<Json[]> {
  const { code, stdout, stderr } = await attempt(program, ['build', folder]);
  // A warning on standard error (a deprecated field, say) is as much a defect as a failure.
  expect(stderr, `kustomize build ${relative(DIST, folder)}`).toBe('');
  expect(code).toBe(0);
  return objectsIn(stdout, folder);
}

/** The manifest files that a folder's kustomization.yaml leads to, each as often as it is led to. */
function reachable(folder: string): string[] {
  const list = join(folder, 'kustomization.yaml');
  const kustomization = need(objectsOf(list)[0], `an object in ${list}`);
  return texts(kustomization, 'resources').flatMap((entry) => {
    const path = resolve(folder, entry);
    if (!existsSync(path)) throw new Error(`${relative(DIST, list)} lists ${entry}, which does not exist`);
    return statSync(path).isDirectory() ? reachable(path) : [path];
  });
}

/** Objects in an order that does not depend on where they stand. */
function sorted(objects: readonly Json[]): Json[] {
  const key = (object: Json): string => `${String(object.apiVersion)} ${nameOf(object)}`;
  return [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

for (const stack of stacks()) {
  describe(stack.name, () => {
    const folders = filesBelow(stack.folder, 'kustomization.yaml').map(dirname);

    test.each(folders.map((folder) => relative(stack.folder, folder) || '.'))(
      'kustomize build %s gives the objects of the files it leads to, and nothing else',
      async (name) => {
        const folder = join(stack.folder, name);
        expect(sorted(await built(folder))).toEqual(sorted(reachable(folder).flatMap(objectsOf)));
      },
    );

    test('every manifest file is led to from the top, once', () => {
      const paths = reachable(stack.folder).map((file) => relative(stack.folder, file));
      const files = manifestFiles(stack.folder).map((file) => relative(stack.folder, file));
      expect(paths.sort()).toEqual(files.sort());
    });

    test('the layers together hold every file of the stack, once', () => {
      const layers = folders.filter((folder) => dirname(folder) === join(stack.folder, 'layers'));
      expect(layers).not.toEqual([]);
      const paths = layers.flatMap(reachable).map((file) => relative(stack.folder, file));
      const files = manifestFiles(stack.folder).map((file) => relative(stack.folder, file));
      expect(paths.sort()).toEqual(files.sort());
    });
  });
}

test('a file outside the folder is refused: layers must lead to folders', async () => {
  const outer = runFolder('kustomize');
  const inner = join(outer, 'layer');
  mkdirSync(inner);
  const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n';
  writeFileSync(join(outer, 'x.yaml'), object);
  writeFileSync(join(inner, 'kustomization.yaml'), 'resources:\n- ../x.yaml\n');
  const { code, stderr } = await attempt(program, ['build', inner]);
  expect(code).not.toBe(0);
  expect(stderr).toContain('is not in or below');
});
