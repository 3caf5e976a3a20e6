import { describe, expect, it } from 'vitest';
import { mayFind, traefikRule } from '../../rules/entrances/expression.ts';

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
    ['Host(`a.org`) && PathRegexp(`x`)', '/y', 'maybe'],
    ['Host(`b.org`) || PathPrefix(`/`)', '/y', 'yes'],
    ['PathPrefix(`/a)b`)', '/a)b', 'yes'],
    ['nonsense', '/', 'maybe'],
    ['Host(`a.org`) &&', '/', 'maybe'],
    ['Host(`a.org`) Host(`a.org`)', '/', 'maybe'],
    ['(((', '/', 'maybe'],
    ['', '/', 'maybe'],
  ])('%s: %s %s', (rule, path, answer) => {
    expect(traefikRule(rule).passes(at(path))).toBe(answer);
  });

  it('lets strangers in only where no address is asked for', () => {
    const rule = 'Host(`a.org`) && ClientIP(`10.0.0.0/8`)';
    expect(traefikRule(rule).passes(at('/'))).toBe('maybe');
    expect(traefikRule(rule).passes({ ...at('/'), isStranger: true })).toBe('no');
  });

  it('names hosts and texts', () => {
    const rule = 'Host(`a.org`, `b.org`) && PathPrefix("/x")';
    expect(traefikRule(rule).hosts).toEqual(['a.org', 'b.org']);
    expect(traefikRule(rule).literals).toEqual(['a.org', 'b.org', '/x']);
  });

  it('may be long without end', () => {
    expect(traefikRule('('.repeat(100_000)).passes(at('/'))).toBe('maybe');
    expect(traefikRule('Host(`'.repeat(20_000)).passes(at('/'))).toBe('maybe');
    expect(traefikRule('!'.repeat(100_000)).passes(at('/'))).toBe('maybe');
  });
});

describe('a regular expression', () => {
  it.each([
    ['^/_matrix/', '/_matrix/client', true],
    ['^/_matrix/', '/_synapse', false],
    ['^(/a|/b)$', '/b', true],
    ['^(/a|/b)$', '/c', false],
    ['^(/a|/b)|/c', '/c', true],
    ['^(/a)?/c', '/c', true],
    ['^/a|/c', '/c', true],
    ['^/ab?c', '/ac', true],
    ['^/a\\.b', '/axb', false],
    ['^/a.b', '/axb', true],
    ['/a', '/x/a', true],
    ['^', '/x', true],
    ['^(?i)/A', '/a', true],
    ['^(?:/a|/b)', '/b', true],
  ])('%s on %s: %s', (regexp, path, answer) => {
    expect(mayFind(regexp, path)).toBe(answer);
  });
});
