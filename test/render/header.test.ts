import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  headerLine,
  headerPath,
  headerStarts,
  markdownHeader,
  renderedFrom,
} from '../../src/render/header.ts';
import { manifestsText } from '../../src/render/yaml.ts';

const HOSTILE = [
  'stacks/a\nkind: ClusterRoleBinding\n#.yaml',
  'stacks/a\r\n---\n.yaml',
  'stacks/a\u2028b\u2029c\u0085d.yaml',
  'stacks/--><script>.yaml',
  'stacks/a --!> b.yaml',
  'stacks/<!-- x.yaml',
  'stacks/a\u001b[31m\u202e.yaml',
  'a is rendered from b: c.yaml',
  'stacks/x: y.yaml',
  'stacks/x:',
];

describe('the first line of a rendered file', () => {
  it('says the same of ordinary names as ever', () => {
    expect(headerLine('a--b/x.yaml', '../my stacks/a_B-1.2.yaml', 'change it')).toBe(
      'a--b/x.yaml is rendered from ../my stacks/a_B-1.2.yaml: change it',
    );
  });

  it.each(HOSTILE.map((name) => [name]))('is one comment, whatever the names in it: %j', (name) => {
    const yaml = manifestsText(headerLine(name, name, 'x'), [{ kind: 'A' }]);
    expect(yaml.split(/[\n\r\u0085\u2028\u2029]/).slice(1)).toEqual(['kind: A', '']);
    const markdown = markdownHeader(name, name, 'x');
    expect(markdown).toMatch(/^<!-- [^<>\p{Cc}\p{Cf}\p{Zl}\p{Zp}]* -->$/u);
  });

  it('is read back as it was written: by who looks for stale files, and by who keeps them', () => {
    const paths = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', minLength: 1 }));
    fc.assert(
      fc.property(paths, paths, fc.boolean(), (path, from, isYaml) => {
        const first = isYaml ? `# ${headerLine(path, from, 'x: y')}` : markdownHeader(path, from, 'x: y');
        expect(headerStarts(path).some((start) => first.startsWith(start))).toBe(true);
        expect(renderedFrom(path, `${first}\nmore\n`)).toBe(headerPath(from));
        expect(renderedFrom(`${path}2`, first)).toBeUndefined();
      }),
    );
  });
});
