import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/stack/limits.ts';
import { CONFIG, errors, loaded, STACK } from './manifests.ts';

/** An object with a few parts of its own. */
const object = (apiVersion: string, kind: string, metadata: string, more = ''): string =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: ${metadata}\n${more}`;
const ROLE = object('rbac.authorization.k8s.io/v1', 'Role', '{name: page, namespace: chat}', 'rules: []\n');

describe('an object of no known kind', () => {
  it.each([
    ['v1', 'configmap', 'ConfigMap (v1)'],
    ['app/v1', 'Deployment', 'Deployment (apps/v1)'],
    ['networking.k8s.io/v1', 'networkpolicy', 'NetworkPolicy (networking.k8s.io/v1)'],
  ])('%s %s may be a known one, which is named', (apiVersion, kind, meant) => {
    expect(errors(object(apiVersion, kind, '{name: a, namespace: chat}'))).toEqual([
      expect.stringContaining(`; did you mean ${meant}? check what it does; `),
    ]);
  });

  it('that is like none is not taken for one', () => {
    const [only] = errors(object('example.org/v1', 'Widget', '{name: a, namespace: chat}'));
    expect(only).not.toContain('did you mean');
  });
});

describe('a document of an included file', () => {
  it.each([
    ['text', /^stacks\/own\/a\.yaml:1:1 MG122: this document is not a Kubernetes object; /],
    [
      '{}',
      /:1:1 MG122: this document has no apiVersion, no kind, no metadata\.name, which every object needs; add apiVersion/,
    ],
    [object('v1', 'ConfigMap', '{namespace: chat}'), /:3:1 MG122: this document has no metadata\.name, /],
    [object('v1', 'ConfigMap', '{name: 12, namespace: chat}'), /:3:18 MG122: metadata\.name is not text; /],
    [
      object('v1', 'ConfigMap', '{name: a, namespace: [chat]}'),
      /:3:\d+ MG122: metadata\.namespace is not text; /,
    ],
    ['apiVersion: v1\nkind: List\nitems: []\n', /:2:7 MG122: a List is a list of objects, .*; write each/],
    [
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [b.yaml]\n',
      /:2:7 MG122: this document is for kustomize, /,
    ],
    [
      object('v1', 'ConfigMap', '{name: a}'),
      /:3:1 MG123: the ConfigMap a has no namespace, .*; add namespace: chat below metadata$/,
    ],
    [
      object('v1', 'ConfigMap', '{name: a, namespace: kube-system}'),
      /:3:32 MG123: the ConfigMap a is for the namespace "kube-system", which is not one of this stack; write chat/,
    ],
    [
      object('v1', 'Namespace', '{name: a, namespace: chat}'),
      /:3:32 MG123: the Namespace a has a namespace, .*; remove the namespace$/,
    ],
    [
      object('v1', 'Secret', '{name: page, namespace: chat}', 'stringData: {token: abcdefgh}\n'),
      /:2:7 MG124: the Secret page holds values in plain text; write secrets: \{own: \{page: \{token: \{\}\}\}\} .* and replace every value/,
    ],
    [
      object('v1', 'Secret', '{name: page, namespace: chat}', 'data: {token: ENC}\nsops: {mac: x}\n'),
      /:2:7 MG124: the Secret page holds ciphertext that would not be kept and checked with the others; .*remove the object here$/,
    ],
    [
      object(
        'bitnami.com/v1alpha1',
        'SealedSecret',
        '{name: page, namespace: chat}',
        'spec: {encryptedData: {token: AgB}}\n',
      ),
      /:2:7 MG124: the SealedSecret page holds ciphertext /,
    ],
    [
      object(
        'cert-manager.io/v1',
        'Certificate',
        '{name: page, namespace: chat}',
        'spec: {secretName: synapse-secrets, dnsNames: [a.org], issuerRef: {name: x}}\n',
      ),
      /:4:20 MG126: the Certificate page creates the Secret "synapse-secrets", which the stack already has/,
    ],
    [
      object('external-secrets.io/v1', 'ExternalSecret', '{name: matrix-db-app, namespace: chat}'),
      /:3:18 MG126: the ExternalSecret matrix-db-app creates the Secret "matrix-db-app", /,
    ],
    [
      `${CONFIG}---\n${CONFIG}`,
      /:8:18 MG126: ConfigMap\/chat\/page is already defined at stacks\/own\/a\.yaml:2; /,
    ],
    [
      // With the Secrets that the operator makes for it.
      object('postgresql.cnpg.io/v1', 'Cluster', '{name: matrix-db, namespace: chat}'),
      /:3:18 MG126: the Cluster matrix-db creates the Secret "matrix-db-app", /,
    ],
    [
      ROLE,
      /:2:7 MG125: Role\/chat\/page is not applied without your agreement: it grants rights in the cluster/,
    ],
    [
      object('v1', 'Namespace', '{name: other}'),
      /:2:7 MG125: Namespace\/other .*: it applies to the whole cluster; .* - \{code: MG125, object: Namespace\/other, why: /,
    ],
    [
      object('example.org/v1', 'Widget', '{name: "a b", namespace: chat}'),
      /MG125: .* no schema for its kind, .* object: "Widget\/chat\/a b", /,
    ],
    [
      object('networking.k8s.io/v1', 'Ingress', '{name: page, namespace: chat}', 'spec: {}\n'),
      /MG125: Ingress\/chat\/page .*: it opens a way in from outside that no rule reads/,
    ],
    [
      object(
        'networking.k8s.io/v1',
        'NetworkPolicy',
        '{name: deny, namespace: chat}',
        'spec: {podSelector: {}, policyTypes: [Ingress, Egress]}\n',
      ),
      /:2:7 MG125: NetworkPolicy\/chat\/deny .*: it can cut off programs of the stack, which no rule checks; .* object: NetworkPolicy\/chat\/deny, /,
    ],
    [
      object('cilium.io/v2', 'CiliumNetworkPolicy', '{name: deny, namespace: chat}', 'spec: {}\n'),
      /MG125: .*: it can cut off programs of the stack, which no rule checks.* no schema for its kind/,
    ],
    [
      object('cilium.io/v2', 'CiliumClusterwideNetworkPolicy', '{name: deny}', 'spec: {}\n'),
      /MG125: .*: it applies to the whole cluster.* it can cut off programs of the stack, which no rule checks/,
    ],
    [
      object(
        'kustomize.toolkit.fluxcd.io/v1',
        'Kustomization',
        '{name: a, namespace: chat}',
        'spec: {interval: 1h, prune: true, sourceRef: {kind: GitRepository, name: x}}\n',
      ),
      /MG125: .*: it makes Flux apply what it names, with the rights of Flux; /,
    ],
    [
      object(
        'v1',
        'Secret',
        '{name: token, namespace: chat, annotations: {kubernetes.io/service-account.name: page}}',
        'type: kubernetes.io/service-account-token\n',
      ),
      /:2:7 MG125: Secret\/chat\/token .*: it makes the cluster create a ServiceAccount token that never expires; /,
    ],
  ])('%#', (text, expected) => {
    expect(errors(text)).toEqual([expect.stringMatching(expected)]);
  });

  it('never shows a value of a Secret', () => {
    const secret = object('v1', 'Secret', '{name: a, namespace: chat}', 'stringData: {a: hunter2hunter2}\n');
    expect(errors(secret).join('\n')).not.toContain('hunter2');
  });

  it('is one of a few hundred', () => {
    const some = (count: number, name: string): string =>
      Array.from({ length: count }, (_, index) =>
        CONFIG.replace('name: page', `name: ${name}-${index}`),
      ).join('---\n');
    expect(errors(some(LIMITS.includedObjects + 1, 'a'))).toEqual([
      expect.stringMatching(/:1000:1 MG016: this file has more than 200 documents; include less/),
    ]);
    const texts = {
      'stacks/chat.yaml': STACK.replace('own/a.yaml', 'own'),
      'stacks/own/b.yaml': some(1, 'b'),
    };
    expect(errors(some(LIMITS.includedObjects, 'a'), '', texts)).toEqual([
      expect.stringMatching(/b\.yaml:1:1 MG016: the included files hold more than 200 objects; /),
    ]);
  });
});

describe('an agreement to an object', () => {
  const agreed = (object: string): string => `accept: [{code: MG125, object: ${object}, why: x}]\n`;

  it('lets it pass, and SUMMARY.md says why', () => {
    expect(errors(ROLE, agreed('Role/chat/page'))).toEqual([]);
    const policy = object(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      '{name: deny, namespace: chat}',
      'spec: {podSelector: {}, policyTypes: [Ingress]}\n',
    );
    expect(errors(policy, agreed('NetworkPolicy/chat/deny'))).toEqual([]);
  });

  it('must be needed', () => {
    const idle =
      'stacks/chat.yaml:5:10 MG078: this agrees to ConfigMap/chat/page, but no included object of that name needs it';
    expect(errors(CONFIG, agreed('ConfigMap/chat/page'))).toEqual([expect.stringContaining(idle)]);
    expect(errors(ROLE, agreed('Role/chat/other')).join('\n')).toContain('MG125: Role/chat/page');
  });
});

describe('the paths of include', () => {
  const texts = (files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(files).map(([path, text]) => [`stacks/${path}`, text]));
  const named = (list: string, files: Readonly<Record<string, string>>): readonly string[] => {
    const { 'stacks/chat.yaml': text = '' } = texts({ 'chat.yaml': 'schema: 2\nserverName: example.org\n' });
    const stack = `${text}expose: {lan: {tls: {issuer: {name: home-ca}}}}\ninclude: ${list}\n`;
    return errors(CONFIG, '', { 'stacks/chat.yaml': stack, ...texts(files) });
  };
  const other = CONFIG.replace('name: page', 'name: other');

  it.each([
    ['[own/b.yaml]', {}, /^stacks\/chat\.yaml:4:11 MG012: cannot read stacks\/own\/b\.yaml: it is missing/],
    ['[own, own/a.yaml]', {}, /:4:16 MG121: stacks\/own\/a\.yaml is included twice; /],
    [
      '[own, more]',
      { 'more/A.yml': other },
      /:4:16 MG121: .*A\.yml and .*a\.yaml would be the same file in dist/,
    ],
    [
      '[own]',
      { 'own/notes.txt': 'x' },
      /:4:11 MG121: stacks\/own\/notes\.txt does not end in \.yaml or \.yml; /,
    ],
    ['[own/notes.txt]', { 'own/notes.txt': 'x' }, /MG121: stacks\/own\/notes\.txt does not end in /],
    [
      '[own]',
      { 'own/kustomization.yaml': 'x' },
      /MG121: .*kustomization\.yaml is for kustomize, and dist\/ has/,
    ],
    ['[own]', { 'own/in/b.yaml': other }, /MG121: stacks\/own\/in is a folder inside an included folder; /],
    ['[own]', { 'own/a b.yaml': other }, /MG043: the file name "a b\.yaml" is not valid; /],
    ['[more]', { 'more/.hidden.yaml': other }, /MG121: the folder stacks\/more contains no files; /],
    [
      '[own]',
      { 'own/b.yaml': `# ${'x'.repeat(999_990)}\n` },
      /MG016: the included files have more than 1,000,000 char/,
    ],
    ['[.]', {}, /chat\.yaml:1:1 MG122: this document has no apiVersion, /],
  ])('%s with %j', (list, files, expected) => {
    expect(named(list, files).join('\n')).toMatch(expected);
  });

  it('name files, folders, hidden files in which are left out, and places above', () => {
    expect(named('[own/]', { 'own/.b.yaml': '[' })).toEqual([]);
    expect(named('[../stacks/own/a.yaml]', {})).toEqual([]);
  });

  it('in a file that is extended count from its folder', () => {
    const stack = 'extends: shared/base.yaml\nschema: 2\nserverName: example.org\n';
    const base = 'expose: {lan: {tls: {issuer: {name: home-ca}}}}\ninclude: [own/b.yaml, own/c.yaml]\n';
    expect(
      errors(CONFIG, '', {
        'stacks/chat.yaml': stack,
        'stacks/shared/base.yaml': base,
        'stacks/shared/own/b.yaml': other,
      }),
    ).toEqual([
      expect.stringMatching(/^stacks\/shared\/base\.yaml:2:23 MG012: cannot read stacks\/shared\/own\/c/),
    ]);
  });

  it('are needed in the texts only where they are named', () => {
    const { stack } = loaded(CONFIG, '', { 'stacks/own/else.txt': 'x' });
    expect(stack?.name).toBe('chat');
  });
});
