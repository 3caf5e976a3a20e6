import { load, loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { manifestsText } from '../../src/render/yaml.ts';

const text = (object: object): string => manifestsText('from a test', [object]);

describe('the text of manifests', () => {
  it('begins with the comment and has --- between objects only', () => {
    const two = manifestsText('where from', [{ kind: 'A' }, { kind: 'B' }]);
    expect(two).toBe('# where from\nkind: A\n---\nkind: B\n');
    expect(loadAll(two)).toEqual([{ kind: 'A' }, { kind: 'B' }]);
  });

  it('puts apiVersion, kind, metadata and spec first, and the name first in everything', () => {
    const keys = text({
      spec: { b: 1, a: { path: '/x', name: 'x' } },
      metadata: { labels: { z: '1' }, namespace: 'n', name: 'x' },
      kind: 'K',
      apiVersion: 'v1',
      data: { x: 'y' },
    })
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(':')[0]);
    expect(keys).toEqual([
      'apiVersion',
      'kind',
      'metadata',
      'name',
      'namespace',
      'labels',
      'z',
      'spec',
      'a',
      'name',
      'path',
      'b',
      'data',
      'x',
      '',
    ]);
  });

  it('keeps the order of lists', () => {
    expect(text({ env: [{ name: 'B' }, { name: 'A' }] })).toContain('- name: B\n  - name: A');
  });

  it.each([
    'yes',
    'no',
    'on',
    'off',
    'y',
    'n',
    'Y',
    'true',
    'null',
    '~',
    '0777',
    '0o14',
    '0x1F',
    '1e3',
    '1_000',
    '12:30:45',
    '2026-01-01',
    '.5',
    '=',
    '<<',
    '',
    ' x',
    'x ',
    'a: b',
    'a #b',
    '- x',
    '? x',
    '@x',
    '`x`',
    '%x',
    '!x',
    '&x',
    '*x',
    '${X}',
    '0b11',
  ])('reads %j back as the same text with either version of YAML', (value) => {
    const written = text({ value, key: { [value === '' ? 'x' : value]: 1 } });
    for (const version of ['1.1', '1.2'] as const) expect(parse(written, { version }).value).toBe(value);
    expect(load(written)).toMatchObject({ value });
  });

  it('folds no long line and shares no text through anchors', () => {
    const shared = { long: 'word '.repeat(60).trim() };
    const written = text({ a: shared, b: shared });
    expect(written).not.toMatch(/[&*]ref|>-/);
    expect(written.split('\n').some((line) => line.length > 250)).toBe(true);
  });

  it('writes configuration as a block that ends with one newline', () => {
    expect(text({ data: { 'x.conf': 'a {\n  b;\n}\n' } })).toContain('x.conf: |\n    a {\n      b;\n    }\n');
  });
});

describe('a text on a terminal', () => {
  it('holds no control characters: --stdout prints YAML as it is', () => {
    for (let code = 0; code <= 0x9f; code++) {
      const character = String.fromCharCode(code);
      const yaml = text({ [`k${character}`]: [`v${character}`, `${character}\n${character}\n`] });
      expect(yaml, code.toString(16)).not.toMatch(/(?![\n\t])\p{Cc}/u);
    }
  });
});

describe('the comment at the top', () => {
  it('is one line, whatever it says', () => {
    const yaml = manifestsText('from x\nkind: ClusterRoleBinding\u2028\u0085', [{ kind: 'A' }]);
    expect(yaml).toBe('# from x\\nkind: ClusterRoleBinding\\u2028\\u0085\nkind: A\n');
  });
});
