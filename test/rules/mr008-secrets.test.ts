import { describe, expect, it } from 'vitest';
import { ENDINGS, HINT, USER_OPTIONS } from '../../src/plain-secrets/words.ts';
import { secretsRule } from '../../src/rules/mr008-secrets.ts';
import { allProfiles, chartedOf, renderedOf, stackFrom } from '../stacks.ts';
import {
  type Case,
  CONTAINERS,
  FILES,
  HARMLESS_CONTAINERS,
  HARMLESS_FILES,
  HARMLESS_OBJECTS,
  OBJECTS,
  STACKS,
  SYNAPSE,
  TOKENS,
} from './secret-corpus.ts';
import { changed as changedStack, found, goodStack, yaml } from './stack.ts';

const synapse = 'Deployment/app/synapse';
const env = 'spec.template.spec.containers[synapse].env';
/** The changed object alone: the rule looks at each by itself. */
const changed = (...what: Parameters<typeof changedStack>) =>
  changedStack(...what).filter((object) => !goodStack().includes(object));
const config = (name: string, text: string) =>
  changed('ConfigMap/app/synapse-config', { data: { [name]: text } });
// Put together here, so that scanners of this repository find no key.
const pem = (kind: string) => `-----BEGIN ${kind}PRIVATE KEY-----\nMIIB\n-----END ${kind}PRIVATE KEY-----\n`;

describe('MR008 secrets', () => {
  it('passes references to secrets', () => {
    expect(found(secretsRule, goodStack())).toEqual([]);
  });

  it.each(['data', 'stringData'])('objects to a Secret with %s', (field) => {
    const secret = yaml(
      `{apiVersion: v1, kind: Secret, metadata: {name: s, namespace: a}, ${field}: {a: aHVudGVyMg==}}`,
    );
    expect(found(secretsRule, secret)).toEqual([
      expect.stringContaining(`Secret/a/s ${field}: would be committed in plain text`),
    ]);
  });

  it('passes what age encrypted, whatever its last line ends in', () => {
    const line = 'ZjTsnljbAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const armor = (last: string): string =>
      `-----BEGIN AGE ENCRYPTED FILE-----\n${line}\n${last}\n-----END AGE ENCRYPTED FILE-----\n`;
    for (const last of ['ZjTsnljbfahPw==', 'apiToken=', 'password==']) {
      expect(found(secretsRule, config('enc', armor(last)))).toEqual([]);
    }
    expect(found(secretsRule, config('enc', armor('password=hunter22')))).toHaveLength(1);
  });

  it('passes a Secret without values', () => {
    expect(found(secretsRule, yaml('{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {}}'))).toEqual(
      [],
    );
  });

  it.each(['JVB_AUTH_PASSWORD', 'turn_secret', 'MACAROON_SECRET_KEY', 'API_TOKEN', 'PRIVATE_KEY'])(
    'objects to the variable %s',
    (name) => {
      const result = found(secretsRule, changed(synapse, { [env]: [{ name, value: 'hunter2' }] }));
      expect(result).toEqual([
        expect.stringContaining(`env[${name}].value: holds a secret as a plain value; write valueFrom`),
      ]);
    },
  );

  it.each([
    ['TOKEN_PATH', '/a'],
    ['PASSWORD_FILE', '/a'],
    ['SECRET_FROM_FILE', '/a'],
    ['LEVEL', 'hunter2'],
    ['ALLOW_EMPTY_TOKEN', 'false'],
    ['PASSWORD', ''],
    ['PASSWORD', '$(OTHER)'],
  ])('passes the variable %s=%s', (name, value) => {
    expect(found(secretsRule, changed(synapse, { [env]: [{ name, value }] }))).toEqual([]);
  });

  it.each(['', 'RSA ', 'EC ', 'OPENSSH '])('objects to a private key (%s) anywhere', (kind) => {
    const expected = 'data.x: holds a private key; declare a Secret in secrets.own';
    expect(found(secretsRule, config('x', pem(kind)))).toEqual([expect.stringContaining(expected)]);
    const args = changed(synapse, { 'spec.template.spec.containers[synapse].args': [pem(kind)] });
    expect(found(secretsRule, args)).toEqual([expect.stringContaining('args[0]: holds a private key')]);
  });

  it.each([
    ['a.yaml', 'registration_shared_secret: hunter2', 'at registration_shared_secret'],
    ['a.yaml', 'macaroon_secret_key: "hunter2"', 'at macaroon_secret_key'],
    ['a.yml', 'form_secret: hunter2', 'at form_secret'],
    ['a.yaml', 'database: {args: {password: hunter2}}', 'at database.args.password'],
    ['a.yaml', 'email:\n  smtp_pass: 123456', 'at email.smtp_pass'],
    ['a.yaml', 'a: 1\n---\nlist: [{name: x, secret: hunter2}]', 'at [1].list[x].secret'],
    ['a.json', '{"clientSecret": "hunter2"}', 'at clientSecret'],
    ['a.json', '{"as_token": "hunter2"}', 'at as_token'],
    ['a.yaml', 'redis: {"pass-word": 1, "shared-secret": hunter2}', 'at redis.shared-secret'],
    ['a.conf', 'x = 1\npassword = hunter2', 'in line 2 (password)'],
    ['a.env', 'export DB_PASSWORD=hunter2', 'in line 1 (DB_PASSWORD)'],
    ['prosody.cfg.lua', 'turn_external_secret = "hunter2"', 'in line 1 (turn_external_secret)'],
    ['JVB_AUTH_PASSWORD', 'hunter2', 'is the value of a secret variable'],
  ])('objects to a secret in %s: %s', (name, text, expected) => {
    const result = found(secretsRule, config(name, text));
    expect(result).toEqual([expect.stringContaining(expected)]);
    expect(result.join()).not.toContain('hunter2');
  });

  it.each([
    [
      'a.yaml',
      'registration_shared_secret_path: /a\npassword_config: {enabled: true}\nregistration_requires_token: true',
    ],
    ['a.yaml', 'password: ""\nsecret: null\nform_secret: "{{ .form }}"\npass: $(PASS)'],
    ['a.json', '{"secret": {"a": 1}, "password": false}'],
    ['prosody.cfg.lua', 'secret = os.getenv("X")\npassword = ""'],
    ['run.sh', 'PASSWORD="$PASSWORD"\nTOKEN=$(cat /run/token)\necho password: not here'],
    ['a.env', 'PASSWORD=${PASSWORD}'],
    ['nginx.conf', 'server_tokens off;\nadd_header X "a";'],
  ])('passes %s: %s', (name, text) => {
    expect(found(secretsRule, config(name, text))).toEqual([]);
  });

  it.each([
    ['a.yaml', 'smtp_pass: "${SMTP_PASS}"', 'holds a placeholder that nothing replaces at smtp_pass; '],
    ['a.json', '{"secret": "${A:-hunter2}"}', 'holds a plain secret at secret; '],
    ['a.yaml', 'macaroon_secret_key: x${A}', 'holds a plain secret at macaroon_secret_key; '],
  ])('takes no placeholder for a reference where nothing fills it in: %s: %s', (name, text, expected) => {
    const result = found(secretsRule, config(name, text));
    expect(result).toEqual([expect.stringContaining(expected)]);
    expect(result.join()).not.toContain('hunter2');
  });

  it('objects to a URL with a password, not to one with a placeholder', () => {
    const url = (password: string) => config('url', `postgres://synapse:${password}@db-rw:5432/synapse`);
    expect(found(secretsRule, url('hunter2'))).toEqual([
      expect.stringContaining('data.url: holds a URL with a password'),
    ]);
    expect(found(secretsRule, url('$(PGPASSWORD)'))).toEqual([]);
    expect(found(secretsRule, config('url', 'http://a.example:80/@b'))).toEqual([]);
  });

  it('objects to a configuration it cannot read, without repeating it', () => {
    const result = found(secretsRule, config('a.yaml', 'a: 1\npassword: *hunter2\n'));
    expect(result).toEqual([
      expect.stringContaining('is not valid YAML or JSON (line 2), so it cannot be checked for secrets'),
    ]);
    expect(result.join()).not.toContain('hunter2');
  });
});

const named = (cases: readonly Case[]) => cases.map((one) => [one.title, one] as const);
const fileOf = ({ title, text }: Case) => config(title.slice(0, title.indexOf(':')), text);
const containerOf = ({ text }: Case) =>
  changed(synapse, {
    'spec.template.spec.containers[synapse]': { name: 'synapse', ...yaml(text)[0] },
  });

/** Found, and not repeated. */
function expectFound(lines: readonly string[], secret: string): void {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.join()).not.toContain(secret);
}

const HEAD = `schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}
callNodes: {addresses: {public: 198.51.100.7}}
`;

/** The lines of this rule about the objects of a stack. */
function inStack(more: string): readonly string[] {
  return found(
    secretsRule,
    chartedOf(stackFrom(HEAD + more)).flatMap(({ manifests }) => manifests),
  );
}

describe('MR008 finds', () => {
  it.each(named(TOKENS))('by its form, in a field, a text and an argument: %s', (_, { text, secret }) => {
    expectFound(found(secretsRule, config('x', text)), secret);
    expectFound(found(secretsRule, config('a.json', JSON.stringify({ a: [{ b: text }] }))), secret);
    expectFound(
      found(secretsRule, containerOf({ title: '', text: JSON.stringify({ args: [text] }), secret })),
      secret,
    );
    expectFound(found(secretsRule, config('x', Buffer.from(text).toString('base64'))), secret);
  });

  it.each(named(SYNAPSE))('in synapse.extraConfig: %s', (_, { text, secret }) => {
    expectFound(inStack(`synapse: {extraConfig: ${text}}`), secret);
  });

  it.each(named(STACKS))('in a stack file: %s', (_, { text, secret }) => {
    expectFound(inStack(text.startsWith('element') ? `${text}\njitsi: {access: anyone}` : text), secret);
  });

  it.each(named(FILES))('in a file of a ConfigMap, %s', (_, one) => {
    expectFound(found(secretsRule, fileOf(one)), one.secret);
  });

  it.each(named(CONTAINERS))('in a container: %s', (_, one) => {
    expectFound(found(secretsRule, containerOf(one)), one.secret);
  });

  it.each(named(OBJECTS))('in an object: %s', (_, { text, secret }) => {
    expectFound(found(secretsRule, yaml(text)), secret);
  });
});

describe('MR008 passes', () => {
  it.each(named(HARMLESS_FILES))('in a file of a ConfigMap, %s', (_, one) => {
    expect(found(secretsRule, fileOf(one))).toEqual([]);
  });

  it.each(named(HARMLESS_CONTAINERS))('in a container: %s', (_, one) => {
    expect(found(secretsRule, containerOf(one))).toEqual([]);
  });

  it.each(named(HARMLESS_OBJECTS))('in an object: %s', (_, { text }) => {
    expect(found(secretsRule, yaml(text))).toEqual([]);
  });

  it('everything that is rendered here', () => {
    for (const stack of allProfiles()) {
      expect(renderedOf(stack).findings.filter(({ code }) => code === 'MR008')).toEqual([]);
    }
  });
});

describe('the list of words', () => {
  it('has a reason for each, and a hint that one look finds', () => {
    for (const { word, why } of ENDINGS) {
      expect(why).not.toBe('');
      expect(word).toMatch(HINT);
    }
    for (const option of USER_OPTIONS) expect(option).toMatch(HINT);
  });

  it('is tried by enough cases', () => {
    const must = [TOKENS, SYNAPSE, STACKS, FILES, CONTAINERS, OBJECTS].flat();
    const mustNot = [HARMLESS_FILES, HARMLESS_CONTAINERS, HARMLESS_OBJECTS].flat();
    expect(must.length).toBeGreaterThanOrEqual(110);
    expect(mustNot.length).toBeGreaterThanOrEqual(65);
  });
});

describe('MR008 on texts without end', () => {
  it('takes text that YAML unfolds without end', () => {
    const lines = ['a0: &a0 {password: hunter2}'];
    for (let n = 1; n < 40; n++) lines.push(`a${n}: &a${n} [${`*a${n - 1},`.repeat(10)}]`);
    expectFound(found(secretsRule, config('a.yaml', lines.join('\n'))), 'hunter2');
  });

  it('takes text that is nested without end', () => {
    const text = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;
    expect(found(secretsRule, config('a.json', text)).length).toBe(1);
    expect(found(secretsRule, config('x', text)).length).toBeLessThanOrEqual(1);
  });
});
