import { dump, load } from 'js-yaml';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { AgeProblem } from '../../../src/secrets/age.ts';
import { newSopsFile, openSopsFile } from '../../../src/secrets/sops/file.ts';
import { SopsProblem } from '../../../src/secrets/sops/problem.ts';
import { readSopsFile } from '../../../src/secrets/sops/read.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import { type FreshKey, freshKey, problemOf } from '../keys.ts';
import { MANIFEST, macIn, NOW, refused, sample, sha512, textsOf, values } from './files.ts';

let key: FreshKey;
beforeAll(async () => {
  key = await freshKey();
});

describe('a new SOPS file', () => {
  it('shows what Flux and people need, and no value', async () => {
    const text = await sample(key, { zulu: 'canary z', alpha: 'canary a', none: '' });
    expect(text).not.toContain('canary');
    const sealed = expect.stringMatching(/^ENC\[AES256_GCM,data:.+,iv:.{44},tag:.{24},type:str\]$/);
    expect(load(text)).toEqual({
      ...MANIFEST,
      stringData: { alpha: sealed, none: '', zulu: sealed },
      sops: {
        age: [
          { recipient: key.recipient, enc: expect.stringMatching(/^-----BEGIN AGE ENCRYPTED FILE-----\n/) },
        ],
        encrypted_regex: '^(data|stringData)$',
        lastmodified: '2026-01-31T12:34:56Z',
        mac: sealed,
        version: expect.stringMatching(/^3\.\d+\.\d+$/),
      },
    });
    const tops = [...text.matchAll(/^\w+(?=:)/gm)].map(([name]) => name);
    expect(tops).toEqual(['apiVersion', 'kind', 'metadata', 'type', 'stringData', 'sops']);
    expect([...text.matchAll(/^ {2}(alpha|none|zulu)/gm)].map(([, name]) => name)).toEqual([
      'alpha',
      'none',
      'zulu',
    ]);
  });

  it('is in the style of all rendered files', async () => {
    const manifest = {
      ...MANIFEST,
      metadata: { name: 'y', labels: { b: 'true', a: '1' }, annotations: { n: '2026-01-01', m: 'a\nb\n' } },
    };
    const text = await sample(key, { 'tls.key': 'canary', null: 'canary' }, manifest);
    expect(dump(load(text), { lineWidth: -1, noRefs: true })).toBe(text);
    expect(readSopsFile(text).manifest).toEqual({ ...manifest, type: 'Opaque' });
  });

  it('gives the values back, whatever they are', async () => {
    const texts = {
      empty: '',
      newline: 'canary\n',
      lines: '\n\n  canary\n\tx\n',
      windows: 'a\r\nb',
      yes: 'yes',
      number: '0123',
      yaml: '- {a: [b, "c"]} # d',
      sops: 'ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]',
      unicode: 'ü€𝄞\u0000\u0007\ufeff',
      long: 'canary '.repeat(10_000),
      '123': 'a number as key',
    };
    expect(await textsOf(await sample(key, texts), key)).toEqual(texts);
  });

  it('puts what is no text into data, in Base64', async () => {
    const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x28]);
    const value = new Map([['key', new SecretValue(Buffer.from(bytes))]]);
    const text = await newSopsFile(MANIFEST, value, [key.recipient], NOW);
    expect(parse(text)).toMatchObject({ data: { key: expect.stringMatching(/^ENC/) } });
    expect(parse(text)).not.toHaveProperty('stringData');
    expect((await openSopsFile(text, key.identities)).get('key')?.bytes()).toEqual(bytes);
    expect(await macIn(text, key)).toBe(
      sha512(['v1', 'Secret', 'synapse', 'matrix', '7', 'Opaque', '/wDDKA==']),
    );
  });

  it('has a MAC over every value in its order, without keys', async () => {
    const text = await sample(key, { b: 'canary b', a: 'canary a', c: '' });
    const parts = ['v1', 'Secret', 'synapse', 'matrix', '7', 'Opaque', 'canary a', 'canary b'];
    expect(await macIn(text, key)).toBe(sha512(parts));
  });

  it('opens for each recipient, each named once', async () => {
    const other = await freshKey();
    const recipients = [other.recipient, key.recipient, other.recipient];
    const text = await newSopsFile(MANIFEST, values({ a: 'canary' }), recipients, NOW);
    expect(readSopsFile(text).recipients).toEqual([other.recipient, key.recipient]);
    expect(await textsOf(text, key)).toEqual({ a: 'canary' });
    expect(await textsOf(text, other)).toEqual({ a: 'canary' });
  });

  it('shares nothing random with another, or within itself', async () => {
    const texts = { a: 'canary', b: 'canary' };
    // The first line of a file of age is always the same: "age-encryption.org/v1" and the kind of recipient.
    const random = (text: string): string[] =>
      [...text.matchAll(/,(?:data|iv|tag):[^,]+|^ {8}(?!YWdl)\w.*$/gm)].map(([found]) => found);
    const all = [...random(await sample(key, texts)), ...random(await sample(key, texts))];
    expect(all.length).toBeGreaterThan(20);
    expect(new Set(all).size).toBe(all.length);
  });

  it('keeps the values it was given', async () => {
    const given = values({ a: 'canary' });
    await newSopsFile(MANIFEST, given, [key.recipient], NOW);
    expect(given.get('a')?.text()).toBe('canary');
  });

  it('may have no value at all', async () => {
    expect(await textsOf(await sample(key, {}), key)).toEqual({});
  });

  it('may have a line of comment above it', async () => {
    const text = `# dist/x.yaml is rendered from stacks/x.yaml: change that\n${await sample(key)}`;
    expect(await textsOf(text, key)).toEqual({ one: 'canary 1', two: 'canary 2' });
  });

  it('needs a recipient, and right ones', async () => {
    const make = (recipients: readonly string[]) => () =>
      newSopsFile(MANIFEST, values({ a: 'canary' }), recipients, NOW);
    expect((await problemOf(AgeProblem, make([]))).reason).toBe('recipient');
    expect((await problemOf(AgeProblem, make([key.recipient, 'age1x']))).reason).toBe('recipient');
  });

  it('is refused when an annotation has a name that sops would encrypt', async () => {
    const manifest = { ...MANIFEST, metadata: { name: 'x', annotations: { data: 'plain' } } };
    const problem = await refused(() => sample(key, {}, manifest));
    expect(problem).toBeInstanceOf(SopsProblem);
    expect(problem.what).toContain('metadata.annotations.data is encrypted');
  });
});
