import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginningsOf, traefikRule } from '../../src/rules/entrances/expression.ts';
import { extentOf } from '../../src/rules/entrances/extent.ts';
import { effort, regexp } from '../../src/rules/entrances/regexp.ts';
import { sureBeginning } from '../../src/rules/entrances/regexp-beginning.ts';

const at = (path: string) => ({ host: 'a.org', path });

describe('a rule of Traefik', () => {
  it.each([
    ['Host(`a.org`)', '/x', 'yes'],
    ['Host(`A.ORG`)', '/x', 'yes'],
    ['Host("a.org")', '/x', 'yes'],
    ['Host(`b.org`)', '/x', 'no'],
    ['Host(`a.org`) && PathPrefix(`/y`)', '/x', 'no'],
    ['Host(`a.org`) && (PathPrefix(`/y`) || Path(`/x`))', '/x', 'yes'],
    ['Host(`a.org`) && (PathPrefix(`/y`) || Path(`/x`))', '/x/z', 'no'],
    ['Host(`a.org`) && !PathPrefix(`/x`)', '/x', 'no'],
    ['Host(`a.org`) && !PathPrefix(`/x`)', '/y', 'yes'],
    ['Host(`a.org`) && Headers(`X-A`, `b`)', '/x', 'maybe'],
    ['Host(`a.org`) && PathRegexp(`^/x/.*$`)', '/y', 'no'],
    ['Host(`a.org`) && PathRegexp(`x`)', '/y', 'no'],
    ['Host(`a.org`) && PathRegexp(`^/(a|b)$`)', '/b', 'yes'],
    ['Host(`a.org`) && PathRegexp(`^/(a|b)$`)', '/b/c', 'no'],
    ['Host(`a.org`) && !PathRegexp(`^/b$`)', '/b', 'no'],
    ['Host(`a.org`) && PathRegexp(`(?i)x`)', '/y', 'maybe'],
    ['PathRegexp(`(?i)x`) || PathRegexp(`y`)', '/y', 'yes'],
    ['Host(`b.org`) || PathPrefix(`/`)', '/y', 'yes'],
    ['PathPrefix(`/a)b`)', '/a)b', 'yes'],
    ['nonsense', '/', 'maybe'],
    ['Host(`a.org`) &&', '/', 'maybe'],
    ['Host(`a.org`) Host(`a.org`)', '/', 'maybe'],
    ['(((', '/', 'maybe'],
    ['', '/', 'maybe'],
  ])('%s: %s %s', (rule, path, answer) => {
    expect(traefikRule(rule, effort()).passes(at(path))).toBe(answer);
  });

  it('lets strangers in only where no address is asked for', () => {
    const rule = 'Host(`a.org`) && ClientIP(`10.0.0.0/8`)';
    expect(traefikRule(rule, effort()).passes(at('/'))).toBe('maybe');
    expect(traefikRule(rule, effort()).passes({ ...at('/'), isStranger: true })).toBe('no');
  });

  it('names hosts and paths', () => {
    const rule = 'Host(`a.org`, `b.org`) && (PathPrefix("/x") || PathRegexp(`^/y/.*`))';
    expect(traefikRule(rule, effort()).hosts).toEqual(['a.org', 'b.org']);
    expect(traefikRule(rule, effort()).paths).toEqual(['/x', '/y/']);
  });

  it('may be long without end', () => {
    expect(traefikRule('('.repeat(100_000), effort()).passes(at('/'))).toBe('maybe');
    expect(traefikRule('Host(`'.repeat(20_000), effort()).passes(at('/'))).toBe('maybe');
    expect(traefikRule('!'.repeat(100_000), effort()).passes(at('/'))).toBe('maybe');
  });
});

describe('a regular expression', () => {
  it.each([
    ['^/_matrix/', '/_matrix/client', 'yes'],
    ['^/_matrix/', '/_synapse', 'no'],
    ['^/_matrix/client/(api/v1|r0|v3|unstable)/sync$', '/_matrix/client/v3/sync', 'yes'],
    ['^/_matrix/client/(api/v1|r0|v3|unstable)/sync$', '/_matrix/client/v3/sync/x', 'no'],
    ['^/_matrix/client/(api/v1|r0|v3|unstable)/sync$', '/_synapse/admin/v1/users', 'no'],
    ['^/_matrix/client/.*/rooms/.*/(join|leave)$', '/_matrix/client/v3/rooms/!a:b/leave', 'yes'],
    ['(^/a/)|(^/b$)', '/b', 'yes'],
    ['(^/a/)|(^/b$)', '/c', 'no'],
    ['^(/a|/b)$', '/b', 'yes'],
    ['^(/a|/b)$', '/c', 'no'],
    ['^(/a|/b)|/c', '/c', 'yes'],
    ['^(/a)?/c', '/c', 'yes'],
    ['^(/a)?/c', '/a/c', 'yes'],
    ['^(/a)?/c', '/b/c', 'no'],
    ['^/a|/c', '/c', 'yes'],
    ['^/ab?c', '/ac', 'yes'],
    ['^/ab?c', '/abbc', 'no'],
    ['^/ab+?c', '/abbc', 'yes'],
    ['^/ab{2}c', '/abbc', 'yes'],
    ['^/ab{2}c', '/abc', 'no'],
    ['^/ab{2,}c', '/abbbbc', 'yes'],
    ['^/ab{2,3}c$', '/abbbbc', 'no'],
    ['^/ab{0,1}c$', '/ac', 'yes'],
    ['^/a\\.b', '/axb', 'no'],
    ['^/a.b', '/axb', 'yes'],
    ['/a', '/x/a', 'yes'],
    ['^', '/x', 'yes'],
    ['^$', '/x', 'no'],
    ['', '/x', 'yes'],
    ['^(?:/a|/b)', '/b', 'yes'],
    ['^/(?P<name>[^/]+)/x$', '/room/x', 'yes'],
    ['^/(?<name>[^/]+)/x$', '/a/b/x', 'no'],
    ['^/[a-c_.-]+$', '/a_b.c-a', 'yes'],
    ['^/[a-c]+$', '/d', 'no'],
    ['^/[^a-c]$', '/d', 'yes'],
    ['^/[]a]$', '/]', 'yes'],
    ['^/v\\d+/\\w+\\z', '/v11/x_y', 'yes'],
    ['^/v\\d+$', '/vx', 'no'],
    ['\\A/a', '/a', 'yes'],
    ['^/()x', '/x', 'yes'],
    ['(a*)*$', 'b', 'yes'],
    // What is not read may be found.
    ['^(?i)/A', '/a', 'maybe'],
    ['\\b/a', '/a', 'maybe'],
    ['[[:alpha:]]', '/a', 'maybe'],
    ['(/a', '/a', 'maybe'],
    ['/a)', '/a', 'maybe'],
    ['*', '/a', 'maybe'],
    ['[a', '/a', 'maybe'],
    ['a\\', '/a', 'maybe'],
    ['(?=/a)', '/a', 'maybe'],
    ['a{9999}', '/a', 'maybe'],
    ['((((a{99}){99}){99}){99})', '/a', 'maybe'],
  ])('%s on %s: %s', (expression, path, found) => {
    expect(regexp(expression, effort())(path)).toBe(found);
  });

  it('is found where JavaScript finds it', () => {
    const part = fc.oneof(
      fc.constantFrom('a', 'b', '/', '.', '^', '$', '[ab]', '[^a]', '\\.', '\\w', 'a*', 'b+', '.?', 'a{1,2}'),
      fc.constantFrom('(a|b)', '(?:a|/b)*', '(a?|b)+', '|'),
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }),
        fc.array(fc.constantFrom('a', 'b', '/', '.'), { maxLength: 6 }),
        (parts, characters) => {
          const [expression, path] = [parts.join(''), characters.join('')];
          expect(regexp(expression, effort())(path)).toBe(new RegExp(expression).test(path) ? 'yes' : 'no');
        },
      ),
    );
  });

  it('takes no time that grows faster than it does', () => {
    expect(regexp('(a|a)*'.repeat(400), effort())('a'.repeat(200))).toBe('yes');
    expect(regexp(`${'(a*)*'.repeat(400)}b$`, effort())('a'.repeat(200))).toBe('no');
    expect(regexp('('.repeat(100_000), effort())('/')).toBe('maybe');
    expect(regexp('a'.repeat(1_000_000), effort())('/')).toBe('maybe');
  });

  it('is read where it holds every path of many workers', () => {
    const shared = effort();
    const one = (word: number): string =>
      `(^/_matrix/client/(api/v1|r0|v3|unstable)/rooms/.*/(word${word}|invite|leave|ban|unban|kick)$)`;
    const all = regexp(Array.from({ length: 60 }, (_, word) => one(word)).join('|'), shared);
    expect(all('/_matrix/client/v3/rooms/!a:b/word59')).toBe('yes');
    for (let path = 0; path < 50; path++) {
      expect(all(`/_matrix/client/v3/rooms/!a:b/x${path}`)).toBe('no');
    }
    expect(shared.left).toBeGreaterThan(effort().left / 2);
  });

  it('may be found where the effort that all share is spent', () => {
    const shared = { left: 1_000 };
    expect(regexp('^/b', shared)('/a')).toBe('no');
    expect(regexp('.*'.repeat(100), shared)('/a/b/c/d/e/f')).toBe('yes');
    expect(regexp(`${'.*'.repeat(100)}x`, shared)('/a/b/c/d/e/f')).toBe('maybe');
    expect(regexp('^/b', shared)('/a')).toBe('maybe');
  });

  it.each([
    ['^/a/b\\.c/.*', ['/a/b.c/']],
    ['^(/a|/b/x?)$', ['/a', '/b/']],
    ['(^/a/)|(^/b)', ['/a/', '/b']],
    ['/a', ['/a']],
    ['a', []],
    ['', []],
  ])('%s begins with %j', (expression, beginnings) => {
    expect(beginningsOf(expression)).toEqual(beginnings);
  });
});

describe('the beginning of a path', () => {
  const piece = fc.constantFrom('^', '$', '/', 'a', 'b', '|', '(', ')', '?', '*', '.', '[ab]', '{2}');
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  const path = fc.array(fc.constantFrom('/', 'a', 'b', 'c'), { maxLength: 6 }).map((all) => all.join(''));

  it('that is sure is that of everything in which an expression is found', () => {
    fc.assert(
      fc.property(text, path, (one, asked) => {
        if (regexp(one, effort())(asked) === 'yes') expect(asked.startsWith(sureBeginning(one))).toBe(true);
      }),
      { numRuns: 5000 },
    );
    expect(sureBeginning('^/a/(b|c)$')).toBe('/a/');
    expect(sureBeginning('^(/ab|/ac)')).toBe('/a');
    expect(sureBeginning('/a')).toBe('');
  });

  it('in which an expression is found makes all that goes on from it', () => {
    fc.assert(
      fc.property(text, path, path, (one, asked, more) => {
        const find = regexp(one, effort());
        if (find(asked, true) === 'yes') expect(find(`${asked}${more}`)).toBe('yes');
      }),
      { numRuns: 5000 },
    );
  });

  it('stands for the requests of a rule', () => {
    const rule = 'Host(`a.org`) && (Path(`/x`) || PathPrefix(`/y`)) && Method(`GET`)';
    expect(extentOf(rule, effort())).toEqual([
      { host: 'a.org', path: '/x', isBeginning: false },
      { host: 'a.org', path: '/y', isBeginning: true },
    ]);
    expect(extentOf('PathPrefix(`/y`)', effort())).toEqual([]);
  });
});
