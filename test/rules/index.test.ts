import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { check, rules } from '../../src/rules/index.ts';
import { objectText } from '../../src/stack/manifest.ts';
import { goodStack, lines, manifest, promisedSecrets } from './stack.ts';

describe('rules', () => {
  it('have codes in order, one file each', () => {
    const files = readdirSync(new URL('../../src/rules/', import.meta.url)).filter((name) =>
      name.startsWith('mr'),
    );
    expect(files.sort().map((name) => name.slice(0, 5).toUpperCase())).toEqual(rules.map((it) => it.code));
    for (const rule of rules) expect(rule.title).toMatch(/^[A-Z].*\.$/);
  });

  it('object to nothing in a good stack', () => {
    const files = [{ path: 'all.yaml', manifests: goodStack() }];
    expect(lines(check({ files, promisedSecrets }))).toEqual([]);
  });

  it('survive objects of any form', () => {
    const odd = [
      {},
      { kind: 'Deployment', apiVersion: 'apps/v1', spec: [] },
      { kind: 7, metadata: 'x' },
      null,
    ];
    const files = [{ path: 'odd.yaml', manifests: odd.map(manifest) }];
    expect(check({ files, promisedSecrets: [] }).length).toBeGreaterThan(4);
  });

  it('sort findings by file, object and code', () => {
    const namespace = (name: string) => manifest({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    const files = [
      { path: 'b.yaml', manifests: [namespace('b')] },
      { path: 'a.yaml', manifests: [namespace('z'), namespace('a')] },
    ];
    const found = check({ files, promisedSecrets: [] });
    expect(found.map((it) => `${it.file} ${objectText(it.object)} ${it.code}`)).toEqual([
      'a.yaml Namespace/a MR009',
      'a.yaml Namespace/a MR010',
      'a.yaml Namespace/z MR009',
      'a.yaml Namespace/z MR010',
      'b.yaml Namespace/b MR009',
      'b.yaml Namespace/b MR010',
    ]);
  });
});
