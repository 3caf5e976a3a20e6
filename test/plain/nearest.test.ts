import { describe, expect, it } from 'vitest';
import { nearest, suggestion } from '../../src/plain/nearest.ts';

const keys = ['synapse', 'element', 'livekit', 'jitsi', 'serverName', 'storageClass', 'via', 'tls'];

describe('the nearest known word', () => {
  it.each([
    ['elemnt', 'element'],
    ['jisti', 'jitsi'],
    ['servername', 'serverName'],
    ['server_name', 'serverName'],
    ['LIVEKIT', 'livekit'],
    ['storageClassName', 'storageClass'],
    ['vai', 'via'],
  ])('is, for %s, %s', (word, meant) => {
    expect(nearest(word, keys)).toBe(meant);
  });

  it.each(['postgres', 'bridges', 'x', ''])('is none for %j', (word) => {
    expect(nearest(word, keys)).toBeUndefined();
  });

  it('is none where nothing is known', () => {
    expect(nearest('element', [])).toBeUndefined();
  });

  it('prefers the word itself to one that is near', () => {
    expect(nearest('tls', ['tlz', 'tls'])).toBe('tls');
  });

  it('begins a sentence, or is nothing', () => {
    expect(suggestion('elemnt', keys)).toBe('did you mean "element"? ');
    expect(suggestion('postgres', keys)).toBe('');
  });
});
