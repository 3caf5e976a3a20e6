import fc from 'fast-check';
import { load, loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { isRecord } from '../../src/plain/data.ts';
import { manifestsText } from '../../src/render/yaml.ts';
import { yamlLines } from '../../src/render/yaml-lines.ts';
import { isManifest, objectId } from '../../src/stack/manifest.ts';
import type { Path } from '../../src/stack/reading/yaml-source.ts';
import { EXAMPLES, renderedOf, stacksIn } from '../stacks.ts';

/** The data of a text in a ConfigMap, where that is a group or a list. */
function embedded(key: string | number, value: unknown): unknown {
  if (typeof value !== 'string' || !value.includes('\n') || !/\.(?:json|ya?ml)$/.test(String(key)))
    return value;
  const data = load(value);
  return typeof data === 'object' && data !== null ? data : value;
}

/** Every path of data with its value, into texts too. */
function paths(value: unknown, path: Path = []): readonly { readonly path: Path; readonly value: unknown }[] {
  const data = embedded(path.at(-1) ?? '', value);
  const here = path.length === 0 ? [] : [{ path, value: data }];
  if (Array.isArray(data)) {
    return [...here, ...data.flatMap((item: unknown, index) => paths(item, [...path, index]))];
  }
  if (!isRecord(data)) return here;
  return [...here, ...Object.entries(data).flatMap(([key, item]) => paths(item, [...path, key]))];
}

/** What is wrong with the lines of a file; nothing, if all is well. */
function wrongIn(text: string): readonly string[] {
  const lines = text.split('\n').slice(0, -1);
  const read = yamlLines(text);
  const wrong: string[] = [];
  for (const [index, line] of lines.entries()) {
    const owner = read.ownerOf(index + 1);
    const isBetween = line === '---' || (index === 0 && line.startsWith('# '));
    if ((owner === undefined) !== isBetween) wrong.push(`${index + 1}: ${line}: ${JSON.stringify(owner)}`);
    if (owner === undefined) continue;
    const back = read.at(owner.object, owner.path).line + owner.after;
    if (back !== index + 1) wrong.push(`${index + 1}: ${line}: leads back to ${back}`);
  }
  for (const [object, data] of loadAll(text).entries()) {
    if (isManifest(data) && read.find(objectId(data)) !== object) wrong.push(`object ${object} is not found`);
    for (const { path, value } of paths(data)) {
      const { line, column } = read.at(object, path);
      const rest = (lines[line - 1] ?? '').slice(column - 1);
      const isText = typeof value === 'string' && /(?:^|: )\|[0-9+-]*$/.test(rest);
      const key = path.at(-1);
      if ((typeof value !== 'object' || value === null) && !isText) {
        if (!isAt(rest, value)) wrong.push(`${path.join('.')} is not at ${line}:${column}: ${rest}`);
      } else if (typeof key === 'string' && !/^["']?[^:]+["']?:/.test(rest)) {
        wrong.push(`${path.join('.')} has no key at ${line}:${column}: ${rest}`);
      } else if (typeof key === 'string' && !rest.startsWith(key) && !rest.slice(1).startsWith(key)) {
        wrong.push(`${path.join('.')} has another key at ${line}:${column}: ${rest}`);
      }
    }
  }
  return wrong;
}

/** True where a line goes on with a scalar. In JSON something follows it. */
function isAt(rest: string, value: unknown): boolean {
  const fits = (text: string): boolean => {
    try {
      return Object.is(load(text), value);
    } catch {
      return false;
    }
  };
  return [rest, rest.replace(/[,\]}\s]+$/, ''), rest.replace(/,.*$/, ''), rest.replace(/[\]}].*$/, '')].some(
    fits,
  );
}

describe('the lines of rendered files', () => {
  it.each(stacksIn(EXAMPLES))('lead to what stands there, and back: $name', (stack) => {
    const wrong = [...renderedOf(stack).files].flatMap(([path, text]) =>
      path.endsWith('.yaml') ? wrongIn(text).map((problem) => `${path}: ${problem}`) : [],
    );
    expect(wrong).toEqual([]);
  });

  it('lead into a text, to its lines and its closing brackets', () => {
    const config = '# a comment\n{\n  "brand": "x",\n  "calls": {"by": "y"},\n  "list": [\n    1\n  ]\n}\n';
    const text = manifestsText('from a test', [
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'a', namespace: 'nn' },
        data: { 'config.json': config, 'nginx.conf': 'events {}\nhttp {}\n', list: [{ name: 'x', b: [] }] },
      },
    ]);
    const read = yamlLines(text);
    const shown = text.split('\n').map((line, index) => {
      const owner = read.ownerOf(index + 1);
      return [line, owner === undefined ? '' : `${owner.path.join(' ')} +${owner.after}`];
    });
    expect(shown).toEqual([
      ['# from a test', ''],
      ['apiVersion: v1', 'apiVersion +0'],
      ['kind: ConfigMap', 'kind +0'],
      ['metadata:', 'metadata +0'],
      ['  name: a', 'metadata name +0'],
      ['  namespace: nn', 'metadata namespace +0'],
      ['data:', 'data +0'],
      ['  config.json: |', 'data config.json +0'],
      ['    # a comment', 'data config.json +1'],
      ['    {', 'data config.json +2'],
      ['      "brand": "x",', 'data config.json brand +0'],
      ['      "calls": {"by": "y"},', 'data config.json calls +0'],
      ['      "list": [', 'data config.json list +0'],
      ['        1', 'data config.json list 0 +0'],
      ['      ]', 'data config.json list +2'],
      ['    }', 'data config.json +8'],
      ['  list:', 'data list +0'],
      ['    - name: x', 'data list 0 name +0'],
      ['      b: []', 'data list 0 b +0'],
      ['  nginx.conf: |', 'data nginx.conf +0'],
      ['    events {}', 'data nginx.conf +1'],
      ['    http {}', 'data nginx.conf +2'],
      ['', ''],
    ]);
    expect(read.at(0, ['data', 'config.json', 'calls', 'by'])).toEqual({ line: 12, column: 23 });
    expect(read.at(0, ['data', 'config.json', 'list', 5])).toEqual({ line: 13, column: 7 });
  });

  it('hold for any data', () => {
    const word = fc.string({ minLength: 1, maxLength: 12 });
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        word,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.constant('a\n\n b\n'),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tie('tree'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), tree, { minKeys: 1, maxKeys: 4 }),
        (data) => {
          const json = `${JSON.stringify(data, undefined, 2)}\n`;
          const yaml = manifestsText('inner', [data]);
          const text = manifestsText('from a test', [
            {
              apiVersion: 'v1',
              kind: 'X',
              metadata: { name: 'a' },
              data: { 'a.json': json, 'b.yaml': yaml },
              z: data,
            },
          ]);
          expect(wrongIn(text)).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are read in proportion to their number', () => {
    const text = (count: number): string =>
      manifestsText('from a test', [
        {
          kind: 'ConfigMap',
          data: { 'a.yaml': Array.from({ length: count }, (_, index) => `key${index}: {a: 1}\n`).join('') },
        },
      ]);
    expect(yamlLines(text(5000)).ownerOf(5000)).toMatchObject({ path: ['data', 'a.yaml', 'key4995'] });
  });
});
