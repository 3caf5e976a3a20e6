import { beforeAll, describe, expect, it } from 'vitest';
import type { Stack } from '../../../charts/stack/stack.ts';
import { secretLabels } from '../../../src/kubernetes/labels.ts';
import { objectText } from '../../../src/render/yaml.ts';
import { keyAnnotations, oldSigningKeyAnnotations } from '../../../src/secrets/annotations.ts';
import { withSecrets } from '../../../src/secrets/read-files.ts';
import { newSealedSecret } from '../../../src/secrets/sealed-secrets/manifest.ts';
import { sopsVault } from '../../../src/secrets/sops/vault.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import { type SecretSpec, typeOf } from '../../../src/system/secrets.ts';
import { renderedOf, stackFrom } from '../../stacks.ts';
import { type FreshKey, freshKey } from '../keys.ts';

const LAB = `schema: 1
name: lab
serverName: example.org
expose: {lan: {tls: {secret: lab-tls}}}
livekit: {}
callNodes: {addresses: {discover: stun}}
`;
const CANARY = 'hunter2';

/** What sealing gives, as far as lengths tell. */
const sealed = ((): string => {
  const bytes = Buffer.alloc(2 + 512 + 40, 0xa5);
  bytes.writeUInt16BE(512);
  return bytes.toString('base64');
})();

/** A file as `secrets create` writes it. */
function fileOf({ name, places: [{ namespace }], keys, ...spec }: SecretSpec): string {
  const facts = {
    revision: 'r0123456789abcdef',
    made: '2026-01-31T12:00:00.000Z',
    certificate: 'ab'.repeat(32),
    scope: `strict ${namespace}/${name}`,
  };
  return objectText(
    newSealedSecret({
      namespace,
      name,
      type: typeOf(spec),
      labels: secretLabels('lab', { name }),
      irreplaceable: spec.irreplaceable === true,
      annotations: Object.assign({}, ...keys.map(({ key }) => keyAnnotations(key, facts))),
      encryptedData: Object.fromEntries(keys.map(({ key }) => [key, sealed])),
    }),
  );
}

const stack = stackFrom(LAB, 'stacks/lab.yaml');

function specOf(name: string, of: Stack = stack): SecretSpec {
  const spec = of.secrets.find((one) => one.name === name);
  if (spec === undefined) throw new Error(`no Secret ${name}`);
  return spec;
}

/** `code@line:column what; remedy` of everything wrong, after a look that no value is in it. */
function wrong(text: string, of: Stack = stack): readonly string[] {
  const { diagnostics } = withSecrets(of, [{ file: 's.yaml', text }]);
  const said = diagnostics.map(
    ({ code, position, what, remedy }) => `${code}@${position.line}:${position.column} ${what}; ${remedy}`,
  );
  expect(said.join('\n')).not.toContain(CANARY);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may reach a terminal
  expect(said.join('\n')).not.toMatch(/[\x00-\x09\x0B-\x1F\x7F-\x9F\u2028\u2029]/);
  return said;
}

const form = fileOf(specOf('synapse-secrets'));
const signing = fileOf(specOf('synapse-signing-key'));
const withLine = (text: string, line: RegExp, added: string): string => {
  expect(text).toMatch(line);
  return text.replace(line, (found) => `${found}\n${added}`);
};
const lineOf = (text: string, part: string): number => text.slice(0, text.indexOf(part)).split('\n').length;

describe('a SealedSecret that this program writes', () => {
  it.each(stack.secrets.map((spec) => [spec.name, spec] as const))('is admitted: %s', (_, spec) => {
    expect(wrong(fileOf(spec))).toEqual([]);
  });

  it('is admitted without labels, facts and type, as older ones', () => {
    const { name, places } = specOf('synapse-secrets');
    const [{ namespace }] = places;
    const made = newSealedSecret({
      namespace,
      name,
      irreplaceable: false,
      encryptedData: { 'form-secret': sealed },
    });
    expect(wrong(objectText(made))).toEqual([]);
    expect(wrong(objectText({ ...made, spec: { encryptedData: { 'form-secret': sealed } } }))).toEqual([]);
  });

  it('is admitted with the keys that signed before, with comments and with what was sealed before', () => {
    const old = oldSigningKeyAnnotations([{ id: 'ed25519:a_1', key: 'A'.repeat(43), expiredMs: 0 }]);
    const [[name, value] = ['', '']] = Object.entries(old);
    const text = withLine(signing, /^ {2}annotations:$/m, `    ${name}: ${value}`);
    const comments = `---\n# The password of the form: see the wiki.\n${text}# form-secret: ${sealed}\n#\n`;
    expect(wrong(comments)).toEqual([]);
  });

  it('is admitted with a key that the stack does not use any more: status calls it not-needed', () => {
    expect(wrong(withLine(form, /^ {2}encryptedData:$/m, `    left-over: ${sealed}`))).toEqual([]);
  });

  it('is copied as it is', () => {
    const { stack: kept } = withSecrets(stack, [{ file: 's.yaml', text: form }]);
    if (kept === undefined) throw new Error('refused');
    const { files, findings } = renderedOf(kept);
    expect(findings).toEqual([]);
    expect(files.get('lab/secrets/synapse-secrets.yaml')?.endsWith(form)).toBe(true);
  });
});

describe('a SealedSecret is refused', () => {
  const TEMPLATE = /^ {2}template:$/m;
  const META = /^metadata:$/m;
  const MADE = /^ {4}metadata:$/m;

  it.each<[string, RegExp, string, string]>([
    ['a plain value in its template', TEMPLATE, `    data: {form-secret: ${CANARY}}`, 'spec.template.data'],
    ['an immutable Secret', TEMPLATE, '    immutable: true', 'spec.template.immutable'],
    ['another field of its template', TEMPLATE, '    stringData: {a: b}', 'spec.template.stringData'],
    ['an owner', META, '  ownerReferences: []', 'metadata.ownerReferences'],
    [
      'an owner of the Secret',
      MADE,
      '      ownerReferences: [{kind: Pod}]',
      'spec.template.metadata.ownerReferences',
    ],
    ['a finalizer', META, '  finalizers: [a/b]', 'metadata.finalizers'],
    ['a finalizer of the Secret', MADE, '      finalizers: [a/b]', 'spec.template.metadata.finalizers'],
    ['a generated name', META, '  generateName: a', 'metadata.generateName'],
    ['the time it was made', META, '  creationTimestamp: null', 'metadata.creationTimestamp'],
    ['a status', /^kind: .*$/m, 'status: {}', 'status'],
    ['another field', /^kind: .*$/m, `password: ${CANARY}`, 'password'],
    ['another field of spec', /^spec:$/m, '  replicas: 1', 'spec.replicas'],
    ['a label', /^ {2}labels:$/m, '    a: b', 'metadata.labels.a'],
    ['a label of the Secret', /^ {6}labels:$/m, '        a: b', 'spec.template.metadata.labels.a'],
    [
      'a scope for its namespace',
      /^ {2}annotations:$/m,
      '    sealedsecrets.bitnami.com/namespace-wide: "true"',
      'metadata.annotations.sealedsecrets.bitnami.com/namespace-wide',
    ],
    [
      'a scope for the cluster',
      /^ {2}annotations:$/m,
      '    sealedsecrets.bitnami.com/cluster-wide: "true"',
      'metadata.annotations.sealedsecrets.bitnami.com/cluster-wide',
    ],
    [
      'that it takes over a Secret of somebody else',
      MADE,
      '      annotations: {sealedsecrets.bitnami.com/managed: "true"}',
      'spec.template.metadata.annotations.sealedsecrets.bitnami.com/managed',
    ],
    [
      'that Flux forgets it',
      /^ {2}annotations:$/m,
      '    kustomize.toolkit.fluxcd.io/reconcile: disabled',
      'metadata.annotations.kustomize.toolkit.fluxcd.io/reconcile',
    ],
    [
      'that Flux never removes what can be made again',
      /^ {2}annotations:$/m,
      '    kustomize.toolkit.fluxcd.io/prune: disabled',
      'metadata.annotations.kustomize.toolkit.fluxcd.io/prune',
    ],
    [
      'what kubectl apply leaves',
      /^ {2}annotations:$/m,
      `    kubectl.kubernetes.io/last-applied-configuration: '{"stringData": {"a": "${CANARY}"}}'`,
      'metadata.annotations.kubectl.kubernetes.io/last-applied-configuration',
    ],
    ['a very long key', META, `  ${'a'.repeat(500)}: x`, `metadata.${'a'.repeat(57)}...`],
  ])('with %s', (_, line, added, field) => {
    const text = withLine(form, line, added);
    const [only, ...others] = wrong(text);
    expect(others).toEqual([]);
    const place = `${lineOf(text, added)}:${/^ */.exec(added)?.[0].length ?? 0}`.replace(/\d+$/, (n) =>
      String(Number(n) + 1),
    );
    if (field.includes('template.metadata.annotations'))
      expect(only).toContain(`MG067@${place.split(':')[0]}:`);
    else expect(only).toContain(`MG067@${place} `);
    expect(only).toContain(`${field} is not a field that matrix-gitops writes here`);
    expect(only).toMatch(/; (?:remove it|write)/);
  });
  it('with a merge key, in the words for that', () => {
    expect(wrong(withLine(form, META, '  <<: {name: x}'))).toEqual([
      expect.stringContaining('MG060@4:3 merge keys (<<) are not supported'),
    ]);
  });

  it.each<[string, string, string]>([
    ['a Secret of another type', 'type: Opaque', 'type: kubernetes.io/service-account-token'],
    ['a Secret of a type of its own', 'type: Opaque', 'type: kubernetes.io/tls'],
    [
      'another name for the Secret',
      '    metadata:\n      name: synapse-secrets',
      '    metadata:\n      name: other',
    ],
    ['another namespace for the Secret', '      namespace: lab', '      namespace: kube-system'],
  ])('with %s', (_, from, to) => {
    expect(form).toContain(from);
    expect(wrong(form.replace(from, to))).toEqual([
      expect.stringMatching(/^MG068@\d+:\d+ spec\.template\..* is not "/),
    ]);
  });

  it('where its facts name a Secret of the stack, and it is another object', () => {
    const text = form
      .replaceAll('  namespace: lab', '  namespace: kube-system')
      .replaceAll('  name: synapse-secrets', '  name: other');
    expect(text).toContain('strict lab/synapse-secrets');
    expect(wrong(text)).toContainEqual(
      expect.stringMatching(/^MG068@\d+:\d+ metadata\.namespace is not "lab"; write lab$/),
    );
  });

  it.each<[string, string]>([
    ['a revision', 'revision.matrix-gitops/form-secret'],
    ['a time', 'made.matrix-gitops/form-secret'],
    ['a certificate', 'certificate.matrix-gitops/form-secret'],
    ['a scope', 'scope.matrix-gitops/form-secret'],
  ])('with %s that is none', (_, name) => {
    const text = form.replace(new RegExp(`^( +${name}): .*$`, 'm'), `$1: "not ${CANARY}"`);
    expect(text).not.toBe(form);
    expect(wrong(text)).toEqual([
      expect.stringContaining(`metadata.annotations.${name} is not a value that matrix-gitops writes here`),
    ]);
  });

  it.each<[string, (text: string) => string]>([
    ['..data', (text) => withLine(text, /^ {2}encryptedData:$/m, `    ..data: ${sealed}`)],
    ['a key twice', (text) => withLine(text, /^ {2}encryptedData:$/m, `    form-secret: ${sealed}`)],
    ['a path', (text) => withLine(text, /^ {2}encryptedData:$/m, `    ../x: ${sealed}`)],
  ])('with the key %s', (_, change) => {
    expect(wrong(change(form))).toEqual([expect.stringMatching(/^MG060@/)]);
  });
});

describe('text that readers take for different things is refused', () => {
  it.each<[string, string]>([
    ['a line separator, behind which one reader sees another object', '# a\u2028---\u2028kind: Pod'],
    ['a paragraph separator', '# a\u2029kind: Pod'],
    ['a next line', '# a\u0085kind: Pod'],
    ['a lone carriage return', '# a\rkind: Pod'],
    ['an escape sequence', '# a\u001b[31m'],
    ['a text direction', '# a\u202Eb'],
    ['a byte order mark', '\uFEFF# a'],
  ])('%s', (_, comment) => {
    const said = wrong(`${comment}\n${form}`);
    expect(said).not.toEqual([]);
    for (const one of said)
      expect(one).toMatch(
        /^MG0(?:11|67)@1:\d (?:the character U\+[0-9A-F]{4} is not allowed|.*byte order mark)/,
      );
  });

  it.each<[string, (text: string) => string, RegExp]>([
    [
      'a key for a terminal',
      (text) => text.replace('metadata:\n', `metadata:\n  "a\\e[31mb": ${CANARY}\n`),
      /^MG060@\d+:\d+ the character U\+001B is not allowed/,
    ],
    ['a directive', (text) => `%YAML 1.1\n---\n${text}`, /^MG045@1:1 a directive/],
    ['a tag', (text) => text.replace('type: Opaque', 'type: !x Opaque'), /^MG067@\d+:\d+ a tag/],
    ['an anchor', (text) => text.replace('type: Opaque', 'type: &x Opaque'), /^MG067@\d+:\d+ an anchor/],
    [
      'an alias',
      (text) =>
        text
          .replace('namespace: lab', 'namespace: &n lab')
          .replace('      namespace: lab', '      namespace: *n'),
      /^MG067@\d+:\d+ an anchor/,
    ],
  ])('%s', (_, change, expected) => {
    expect(wrong(change(form))[0]).toMatch(expected);
  });

  it('Windows line ends are fine', () => {
    expect(wrong(form.replaceAll('\n', '\r\n'))).toEqual([]);
  });
});

describe('a comment with a secret is refused', () => {
  it.each([
    `# form-secret: ${CANARY}`,
    `#password=${CANARY}`,
    `  # was: --token ${CANARY}`,
    `# stringData: {form-secret: "${CANARY}"}`,
    `# postgres://synapse:${CANARY}@db/synapse`,
    `# ${['-----BEGIN', 'RSA', 'PRIVATE', 'KEY-----'].join(' ')} ${CANARY}`,
    `# ed25519 a_made ${'aB3dE'.repeat(9).slice(0, 43)} ${CANARY}`,
  ])('%s', (comment) => {
    const text = `${form}${comment}\n`;
    const line = form.split('\n').length;
    expect(wrong(text)).toEqual([
      expect.stringMatching(new RegExp(`^MG069@${line}:\\d this comment holds .*; remove`)),
    ]);
    expect(wrong(form.replace('type: Opaque', `type: Opaque ${comment.trim()}`))).toHaveLength(1);
  });
});

describe('a file of SOPS', () => {
  let key: FreshKey;
  let sops: Stack;
  let text: string;
  beforeAll(async () => {
    key = await freshKey();
    sops = stackFrom(`${LAB}secrets: {provider: sops, recipients: [${key.recipient}]}\n`, 'stacks/lab.yaml');
    text = await fileFor(specOf('synapse-secrets', sops));
  });

  async function fileFor(spec: SecretSpec): Promise<string> {
    const vault = sopsVault({ stack: 'lab', recipients: [key.recipient], identities: [], now: new Date() });
    const values = spec.keys.map((one) => {
      const made = '2026-01-31T12:00:00.000Z';
      return [one.key, { value: SecretValue.of(CANARY), revision: 'r0123456789abcdef', made }] as const;
    });
    return await vault.change({ spec, namespace: spec.places[0].namespace }, undefined, {
      values: new Map(values),
      oldSigningKeys: [],
    });
  }

  it('that this program writes is admitted', async () => {
    for (const spec of sops.secrets) expect(wrong(await fileFor(spec), sops)).toEqual([]);
  });

  it.each<[string, RegExp, string, RegExp]>([
    [
      'a value in plain text elsewhere',
      /^kind: .*$/m,
      `password: ${CANARY}`,
      /^MG067@\d+:1 password is not a field/,
    ],
    [
      'an owner',
      /^metadata:$/m,
      '  ownerReferences: []',
      /^MG067@\d+:3 metadata\.ownerReferences is not a field/,
    ],
    [
      'a finalizer',
      /^metadata:$/m,
      '  finalizers: [a/b]',
      /^MG067@\d+:3 metadata\.finalizers is not a field/,
    ],
    ['an immutable Secret', /^kind: .*$/m, 'immutable: "true"', /^MG067@\d+:1 immutable is not a field/],
    ['a label', /^ {2}labels:$/m, '    a: b', /^MG067@\d+:5 metadata\.labels\.a is not a field/],
    [
      'an annotation',
      /^ {2}annotations:$/m,
      `    a: ${CANARY}`,
      /^MG067@\d+:5 metadata\.annotations\.a is not a field/,
    ],
    [
      'something in its sops block',
      /^sops:$/m,
      `  note: ${CANARY}`,
      /^MG067@\d+:3 sops\.note is not a field/,
    ],
    ['a second object', /^sops:[\s\S]*$/m, `---\nkind: Pod\n`, /^MG060@/],
    [
      'an address of a vault',
      /^ {2}encrypted_regex.*$/m,
      '  hc_vault: [{vault_address: "https://example.org"}]',
      /^MG067@/,
    ],
    ['a group for a number', /^ {2}encrypted_regex.*$/m, '  shamir_threshold: {apiVersion: v1}', /^MG067@/],
    ['a suffix that leaves values plain', /^ {2}encrypted_regex.*$/m, '  unencrypted_suffix: _x', /^MG060@/],
    ['a value that is plain', /^stringData:$/m, `  a_x: ${CANARY}`, /^MG060@.* is not encrypted/],
    [
      'a key that is no key',
      /^stringData:$/m,
      `  ..data: ''`,
      /^MG067@\d+:3 a key in stringData is not a valid key/,
    ],
    ['a comment', /^kind: .*$/m, `# form-secret: ${CANARY}`, /^MG069@\d+:1 this comment/],
    ['a line separator', /^kind: .*$/m, '# a\u2028---', /^MG011@\d+:4 the character U\+2028/],
  ])('with %s is refused', (_, line, added, expected) => {
    const said = wrong(withLine(text, line, added), sops);
    expect(said).toEqual([expect.stringMatching(expected)]);
  });

  it('of another type is refused', () => {
    expect(wrong(text.replace('type: Opaque', 'type: kubernetes.io/service-account-token'), sops)).toEqual([
      expect.stringMatching(/^MG068@\d+:\d+ type is not "Opaque"; write Opaque$/),
    ]);
  });

  it('with a rule that leaves values plain is refused', () => {
    expect(wrong(text.replace('^(data|stringData)$', '^(data)$'), sops)[0]).toMatch(
      /^MG060@.* is not encrypted/,
    );
  });

  it('with an encrypted comment is admitted', () => {
    const comment = '#ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:comment]';
    expect(wrong(withLine(text, /^stringData:$/m, `    ${comment}`), sops)).toEqual([]);
  });
});

describe.each(['sealed-secrets', 'sops'] as const)('a file beyond the limits, with %s', (kind) => {
  const provider =
    kind === 'sops'
      ? 'secrets: {provider: sops, recipients: [age1d92wa6hrap86g3axdr8a9lv64vuj7tym4r7kwjwfu0m7dalqy9ys2vtwzd]}'
      : '';
  const limited = stackFrom(
    `schema: 1\nserverName: example.org\nexpose: {lan: {tls: {secret: tls}}}\n${provider}\n`,
  );

  it.each([
    ['brackets', `a: ${'['.repeat(500_000)}`],
    ['commas', `a: [${','.repeat(500_000)}`],
    ['keys', Array.from({ length: 30_000 }, (_, index) => `k${index}: 1`).join('\n')],
  ])('is one error: %s', (_, text) => {
    const { diagnostics } = withSecrets(limited, [{ file: 's.yaml', text }]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['MG016']);
  });
});
