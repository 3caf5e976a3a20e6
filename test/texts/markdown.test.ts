import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, fenced, heading, list, markdownText, md, table } from '../../src/texts/markdown.ts';
import { publicStack, renderedOf, stackFrom } from '../stacks.ts';

/** What people, and those who mean harm, write where a sentence is expected. */
const HOSTILE = [
  'a | b || c',
  'code `x` and ``y`` and ```',
  '```\n# heading\n```',
  '<img src=x onerror=alert(1)>',
  '<!-- hidden',
  '--> shown',
  '</details><script>x</script>',
  '[click](javascript:alert(1))',
  '](javascript:alert(1))',
  '![x](https://example.org/pixel.png)',
  '<https://example.org>',
  'ping @everyone and @org/team',
  '(@someone)',
  '@someone@other, #1@x',
  'closes #1, org/repo#123, !45',
  '# heading',
  '\n\n# heading\n\n',
  'one\n- two\n- three',
  '1. one',
  '- - -',
  '===',
  'ends with #',
  'a#1b#2 #3#4',
  'one ~ tilde ~ two',
  '> quote',
  '~~~\nfence',
  '**bold** _emphasis_ ~~gone~~ __x__',
  '&lt;b&gt; &#64;team',
  '$x$ $$y$$',
  'back\\slash \\| \\` \\',
  'a\\|b',
  'line\r\nbreak\u2028and\u2029more',
  'right\u202eto left\u200b',
  '    four spaces',
  '\tand a tab',
  '[ref]: https://example.org',
  ':::note',
];
const anything = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }), fc.string());

/**
 * Markdown of one line with everything taken out that is shown as it is: code, and what a backslash stands before.
 * What is left is either words or does something.
 */
function active(line: string): string {
  // From left to right, as readers do: a backslash takes the next mark with it, also one that would begin code.
  const shown = /<code>(?:[A-Za-z0-9 ]|&#[0-9]+;)*<\/code>|\\[!-/:-@[-`{-~]|(`+)(?!`).*?(?<!`)\1(?!`)/g;
  return line.replaceAll(shown, ' ');
}

/** Nothing in it is more than words. A bar is one too, outside of tables: a list item of one line is never one. */
function expectWords(line: string): void {
  const rest = active(line);
  expect(rest, line).not.toMatch(/[`*<[\]~]|&[#A-Za-z]/);
  expect(rest, line).not.toMatch(/(?:^|[^\p{L}\p{N}])@[\p{L}\p{N}]/u);
  expect(rest, line).not.toMatch(/[#!]\p{N}/u);
  expect(rest, line).not.toMatch(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/);
  expect(line, line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  expect(line, line).not.toMatch(/^\s?(?:#{1,6}(?:\s|$)|[-+](?:\s|$)|>|\d+[.)](?:\s|$)|-+$|=+$|~~~)|^\s{2}/);
}

describe('text in Markdown', () => {
  it('is words on one line', () => {
    fc.assert(
      fc.property(anything, (text) => expectWords(md`${text}`.markdown)),
      { numRuns: 300 },
    );
  });

  it('is left as it is where nothing in it means anything', () => {
    for (const plain of [
      'Traefik’s public address: 443/tcp (all HTTPS)',
      'a_b.c-d, e+f=g & 2',
      'me@example.org',
      'stop!',
    ])
      expect(md`${plain}`.markdown).toBe(plain);
  });

  it('as code is shown as it is, whatever it holds', () => {
    expect(code('a').markdown).toBe('`a`');
    expect(code('a`b').markdown).toBe('``a`b``');
    expect(code('`').markdown).toBe('`` ` ``');
    expect(code('').markdown).toBe('<code></code>');
    fc.assert(
      fc.property(anything, (text) => {
        const shown = code(text).markdown;
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        if (shown.startsWith('<code>')) {
          expect(shown).toMatch(/^<code>(?:[A-Za-z0-9 ]|&#[0-9]+;)*<\/code>$/);
          return;
        }
        const [, ticks = '', inner = ''] = /^(`+)(.*?[^`]|)\1$/.exec(shown) ?? [];
        expect(ticks.length, shown).toBeGreaterThan(0);
        expect([...inner.matchAll(/`+/g)].map(([run]) => run.length)).not.toContain(ticks.length);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves a table its rows and columns', () => {
    const bars = (line: string): number => [...line.matchAll(/(?<!\\)\|/g)].length;
    fc.assert(
      fc.property(anything, anything, (a, b) => {
        const lines = table(['x', 'y'], [[a, code(b)]]).markdown.split('\n');
        expect(lines).toHaveLength(3);
        for (const line of lines) expect(bars(line), line).toBe(3);
        // Readers do not agree on what a bar after two backslashes is; there must be none.
        expect(lines[2]?.replaceAll(/\\\\\\\|/g, ''), lines[2]).not.toMatch(/\\\\\|/);
      }),
      { numRuns: 300 },
    );
  });

  it('leaves a list its items and a heading its level', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(list([text, text]).markdown.split('\n')).toHaveLength(2);
        expect(heading(2, text).markdown).toMatch(/^## .*$/u);
      }),
    );
  });

  it('does not end a block of text to copy, nor add a line to it', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const [open = '', ...rest] = fenced('bash', [text]).markdown.split('\n');
        const ticks = open.replace('bash', '');
        expect(ticks).toMatch(/^`{3,}$/);
        expect(rest).toHaveLength(2);
        expect(rest[0]).not.toContain(ticks);
        expect(rest[1]).toBe(ticks);
      }),
    );
  });

  it('cannot be put together with plain strings by mistake', () => {
    expect(() => `${String(md`x`)}`).toThrow('put together');
    expect(markdownText([md`a`, md`b`])).toBe('a\n\nb\n');
  });
});

/** A stack whose people write this wherever they are asked for words. */
function withWords(words: string): string {
  const quoted = JSON.stringify(words);
  const stack = publicStack(`
synapse: {extraConfig: {max_upload_size: 1G}, force: ${quoted}}
overrides:
  - target: {kind: Deployment, name: synapse}
    patch: {spec: {template: {spec: {securityContext: {runAsNonRoot: false}}}}}
    why: ${quoted}
`);
  return renderedOf(stack).files.get('test/SUMMARY.md') ?? '';
}

describe('SUMMARY.md', () => {
  it.each(HOSTILE.filter((words) => !/[\r\u2028\u2029]/.test(words)).map((words) => [words]))(
    'shows a reason as words, at its place: %j',
    (words) => {
      const plain = withWords('PLAIN').split('\n');
      const lines = withWords(words).split('\n');
      expect(lines).toHaveLength(plain.length);
      for (const [index, line] of lines.entries()) {
        const usual = plain[index] ?? '';
        if (!usual.includes('PLAIN')) {
          expect(line).toBe(usual);
          continue;
        }
        const before = usual.slice(0, usual.indexOf('PLAIN'));
        expect(line.startsWith(before)).toBe(true);
        expectWords(line.slice(before.length));
      }
    },
  );

  it('shows images that an override names as code, and no lines of their own', () => {
    const images = (image: string): string => {
      const stack = publicStack(`
overrides:
  - target: {kind: Deployment, name: element}
    patch: [{op: replace, path: /spec/template/spec/containers/0/image, value: ${JSON.stringify(image)}}]
    why: test
`);
      const summary = renderedOf(stack).files.get('test/SUMMARY.md') ?? '';
      return summary.split(/^## /m).find((part) => part.startsWith('Images')) ?? '';
    };
    expect(images('a/b:c')).toContain('- `a/b`\n  `c`');
    expect(images('nothing-behind')).toContain('- `nothing-behind`\n');
    expect(images('a`b:c\n# heading\n<img src=x>')).toContain('- ``a`b``\n  `c # heading <img src=x>`');
  });

  it('names a stack file as code, whatever its folder is called', () => {
    const text = `schema: 1
serverName: example.org
expose: {lan: {tls: {secret: tls}}}
`;
    const stack = stackFrom(text, 'st`acks\n# heading\n/test.yaml');
    for (const name of ['SUMMARY.md', 'SECRETS.md']) {
      const file = renderedOf(stack).files.get(`test/${name}`) ?? '';
      expect(file).toContain('Rendered from ``st`acks # heading /test.yaml``');
      expect(file.split('\n').filter((line) => line.startsWith('# '))).toHaveLength(1);
    }
  });
});
