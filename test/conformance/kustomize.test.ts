import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, objectsOf, stacks } from './harness/dist.ts';
import { below, built, filesForAll, ownFiles, reachable, sorted } from './harness/kustomize.ts';
import { runFolder, sweepWhenDone } from './harness/programs.ts';

sweepWhenDone();

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

    test('every manifest file is led to from the top, once, unless only Flux can apply it', () => {
      expect(below(stack, reachable(stack.folder))).toEqual(filesForAll(stack));
    });

    test('the layers together hold every file of the stack, once', () => {
      const layers = folders.filter((folder) => dirname(folder) === join(stack.folder, 'layers'));
      expect(layers).not.toEqual([]);
      expect(below(stack, layers.flatMap(reachable))).toEqual(ownFiles(stack));
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
  await expect(built(inner)).rejects.toThrow('is not in or below');
});
