import { describe, expect, it } from 'vitest';
import { secretsRule } from '../../rules/mr008-secrets.ts';
import { changed, found, goodStack, yaml } from './stack.ts';

const synapse = 'Deployment/app/synapse';
const env = 'spec.template.spec.containers[synapse].env';
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
      expect.stringContaining(`Secret/a/s ${field}: would be committed in the clear`),
    ]);
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
        expect.stringContaining(`env[${name}].value: holds a secret as a plain value; use valueFrom`),
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
    const expected = 'data.x: holds a private key; move it to a Secret';
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
    ['a.yaml', 'password: ""\nsecret: null\ntoken: "${TOKEN}"\nform_secret: "{{ .form }}"\npass: $(PASS)'],
    ['a.json', '{"secret": {"a": 1}, "password": false}'],
    ['prosody.cfg.lua', 'secret = os.getenv("X")\npassword = ""'],
    ['run.sh', 'PASSWORD="$PASSWORD"\nTOKEN=$(cat /run/token)\necho password: not here'],
    ['a.env', 'PASSWORD=${PASSWORD}'],
    ['nginx.conf', 'server_tokens off;\nadd_header X "a";'],
  ])('passes %s: %s', (name, text) => {
    expect(found(secretsRule, config(name, text))).toEqual([]);
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
      expect.stringContaining('is not valid YAML or JSON (line 2), so nothing says it holds no secret'),
    ]);
    expect(result.join()).not.toContain('hunter2');
  });
});
