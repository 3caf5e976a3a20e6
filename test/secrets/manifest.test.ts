import { describe, expect, it } from 'vitest';
import { kindSchemas } from '../../imports/schemas/index.ts';
import { manifestsText } from '../../src/render/yaml.ts';
import {
  newSealedSecret,
  readSealedSecret,
  type SealedSecretParts,
} from '../../src/secrets/sealed-secrets/manifest.ts';

/** What sealing gives, as far as lengths tell: an RSA part of 4096 bits, a value, a tag. */
function sealedLike(rsa = 512, rest = 20): string {
  const bytes = Buffer.alloc(2 + rsa + rest, 0xa5);
  bytes.writeUInt16BE(rsa);
  return bytes.toString('base64');
}

const parts: SealedSecretParts = {
  namespace: 'app-matrix',
  name: 'synapse-secrets',
  labels: { 'app.kubernetes.io/part-of': 'matrix' },
  irreplaceable: false,
  annotations: { 'revision.matrix-gitops/a': '3', 'made.matrix-gitops/a': '2026-11-21T12:00:00Z' },
  encryptedData: { b: sealedLike(), a: sealedLike(256, 16) },
};

const yaml = (object: object): string => manifestsText('sealed', [object]);

/** `kind@line:col` of everything wrong. */
const wrong = (text: string): readonly string[] =>
  readSealedSecret('s.yaml', text).problems.map(
    ({ kind, position }) => `${kind}@${position.line}:${position.column}`,
  );

describe('newSealedSecret', () => {
  it('names the Secret and labels both; our own annotations stay off the Secret', () => {
    expect(newSealedSecret({ ...parts, type: 'kubernetes.io/tls' })).toEqual({
      apiVersion: 'bitnami.com/v1alpha1',
      kind: 'SealedSecret',
      metadata: {
        name: 'synapse-secrets',
        namespace: 'app-matrix',
        labels: parts.labels,
        annotations: parts.annotations,
      },
      spec: {
        encryptedData: parts.encryptedData,
        template: {
          type: 'kubernetes.io/tls',
          metadata: { name: 'synapse-secrets', namespace: 'app-matrix', labels: parts.labels },
        },
      },
    });
  });

  it('lets what is irreplaceable outlive its file and its SealedSecret', () => {
    const { metadata, spec } = newSealedSecret({ ...parts, irreplaceable: true });
    expect(metadata.annotations).toEqual({
      ...parts.annotations,
      'kustomize.toolkit.fluxcd.io/prune': 'disabled',
    });
    expect(spec).toMatchObject({
      template: {
        metadata: {
          annotations: {
            'sealedsecrets.bitnami.com/managed': 'true',
            'sealedsecrets.bitnami.com/skip-set-owner-references': 'true',
          },
        },
      },
    });
    expect(JSON.stringify(newSealedSecret(parts))).not.toMatch(/prune|managed|owner/);
  });

  it('never says a wider scope, and writes only fields that the kind has', () => {
    const made = newSealedSecret({ ...parts, irreplaceable: true });
    expect(JSON.stringify(made)).not.toContain('-wide');
    const known = kindSchemas['bitnami.com/v1alpha1/SealedSecret']?.schema.properties?.spec?.properties;
    expect(Object.keys(known ?? {})).toEqual(expect.arrayContaining(['encryptedData', 'template']));
    expect(Object.keys(known?.template?.properties ?? {})).toEqual(
      expect.arrayContaining(['type', 'metadata']),
    );
  });
});

describe('readSealedSecret', () => {
  it('reads back what was written', () => {
    const made = newSealedSecret({ ...parts, irreplaceable: true });
    const { found, problems } = readSealedSecret('s.yaml', yaml(made));
    expect(problems).toEqual([]);
    expect(found).toMatchObject({
      namespace: 'app-matrix',
      name: 'synapse-secrets',
      scope: 'strict',
      annotations: made.metadata.annotations,
      labels: parts.labels,
      template: { type: 'Opaque', labels: parts.labels },
      manifest: made,
    });
    expect(found?.template.annotations).toHaveProperty(['sealedsecrets.bitnami.com/managed'], 'true');
    expect(found?.keys.map(({ key, sealed }) => [key, sealed])).toEqual([
      ['a', parts.encryptedData.a],
      ['b', parts.encryptedData.b],
    ]);
    const line =
      yaml(made)
        .split('\n')
        .findIndex((it) => it.startsWith('    a: ')) + 1;
    expect(found?.keys[0]?.position).toEqual({ file: 's.yaml', line, column: 8 });
  });

  it.each(['namespace-wide', 'cluster-wide'])('reads the scope %s', (scope) => {
    const made = newSealedSecret({
      ...parts,
      annotations: { [`sealedsecrets.bitnami.com/${scope}`]: 'true' },
    });
    expect(readSealedSecret('s.yaml', yaml(made)).found?.scope).toBe(scope);
  });

  const head = 'apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: a\n  namespace: b\n';
  const data = `${head}spec:\n  encryptedData:\n`;

  it('takes a SealedSecret without values', () => {
    expect(readSealedSecret('s.yaml', `${head}spec: {encryptedData: {}}\n`).found?.keys).toEqual([]);
  });

  it.each([
    ['nothing', '', 'no-sealed-secret@1:1'],
    ['another kind', 'apiVersion: v1\nkind: ConfigMap\n', 'no-sealed-secret@2:7'],
    ['another version', head.replace('v1alpha1', 'v2'), 'no-sealed-secret@2:7'],
    ['two documents', `${head}---\n${head}`, 'several-documents@6:1'],
    ['no name', `${data}    k: ${sealedLike()}\n`.replace('  name: a\n', ''), 'missing@3:1'],
    ['no namespace', `${data}    k: ${sealedLike()}\n`.replace('  namespace: b\n', ''), 'missing@3:1'],
    ['no values', head, 'missing@1:1'],
    ['values in a list', `${data}    - a\n`, 'missing@7:3'],
    ['the old form', `${head}spec:\n  data: AgA=\n  encryptedData: {}\n`, 'old-format@7:9'],
    ['a bad key', `${data}    a/b: ${sealedLike()}\n`, 'bad-key@8:10'],
    ['a number', `${data}    k: 5\n`, 'not-base64@8:8'],
    ['an empty value', `${data}    k: ""\n`, 'not-base64@8:8'],
    ['no base64', `${data}    k: pass word\n`, 'not-base64@8:8'],
    ['a line cut in the middle of a byte', `${data}    k: ${sealedLike().slice(0, -2)}\n`, 'not-base64@8:8'],
    [
      'a plain value in base64',
      `${data}    k: ${Buffer.alloc(600, 'x').toString('base64')}\n`,
      'not-sealed@8:8',
    ],
    ['one that is cut off', `${data}    k: ${sealedLike(512, 15)}\n`, 'not-sealed@8:8'],
    ['an odd RSA length', `${data}    k: ${sealedLike(513)}\n`, 'not-sealed@8:8'],
    ['a small RSA length', `${data}    k: ${sealedLike(128)}\n`, 'not-sealed@8:8'],
    ['one byte', `${data}    k: AA==\n`, 'not-sealed@8:8'],
    [
      'an annotation that is no text',
      `${data}    k: ${sealedLike()}\n`.replace('metadata:\n', 'metadata:\n  annotations: {x: true}\n'),
      'wrong-kind@4:20',
    ],
  ])('tells %s, and where', (_, text, expected) => {
    expect(wrong(text)).toEqual([expected]);
  });

  it('tells every bad value at once', () => {
    expect(wrong(`${data}    k: x\n    l: ${sealedLike()}\n    m: AA==\n`)).toEqual([
      'not-base64@8:8',
      'not-sealed@10:8',
    ]);
  });

  const hunter = Buffer.from('hunter2hunter2').toString('base64');
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  k: ${hunter}\nstringData:\n  l: hunter2\n`;

  it.each([
    ['a plain Secret', secret, 'plain-secret@2:7'],
    [
      'one in a list',
      `kind: List\nitems:\n${secret.replaceAll(/^(?=.)/gm, '    ').replace('    a', '  - a')}`,
      'plain-secret@1:7',
    ],
    ['one behind another document', `${head}---\n${secret}`, 'plain-secret@8:1'],
    ['one that is no YAML', `${secret}  m: *hunter2\n`, 'plain-secret@2:1'],
    [
      'one in JSON that is cut off',
      '{"apiVersion": "v1",\n "kind": "Secret",\n "stringData": {"a": "hunter2"',
      'plain-secret@2:1',
    ],
    ['a password that YAML takes for an alias', `${data}    k: *hunter2\n`, 'not-yaml@8:8'],
    ['a password that YAML takes for a tag', `${data}    k: !hunter2 x\n`, 'not-base64@8:17'],
    ['a plain password', `${data}    k: hunter2\n`, 'not-base64@8:8'],
    ['a plain password in base64', `${data}    k: ${hunter}\n`, 'not-sealed@8:8'],
  ])('of %s prints no value', (_, text, expected) => {
    const { found, problems } = readSealedSecret('s.yaml', text);
    expect(found).toBeUndefined();
    expect(wrong(text)).toEqual([expected]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
    expect(JSON.stringify(problems)).not.toContain(hunter);
  });
});
