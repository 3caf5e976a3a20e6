import { describe, expect, it } from 'vitest';
import { loadStack } from '../charts/stack/load.ts';
import { placedFindings } from '../src/render/findings.ts';
import { render } from '../src/render/render.ts';
import type { Finding } from '../src/rules/rule.ts';
import { repositoryImages } from './stacks.ts';

const HEAD = `schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}
`;

/** The errors of a stack whose settings break rules, and what is left without a place. */
function placed(more: string): { readonly errors: readonly string[]; readonly findings: readonly Finding[] } {
  const { value, source, diagnostics } = loadStack('stack.yaml', HEAD + more, repositoryImages());
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  const rendered = render(value);
  expect(rendered.findings).not.toEqual([]);
  const { diagnostics: errors, findings } = placedFindings(rendered.findings, value, source);
  return {
    errors: errors.map(({ position: { line, column }, code, what }) => `${line}:${column} ${code} ${what}`),
    findings,
  };
}

const HOMESERVER = 'ConfigMap/stack/synapse-config data["homeserver.yaml"]';

describe('what rules object to', () => {
  it.each([
    [
      'a raw addition',
      `synapse:
  uploadLimit: 20M
  extraConfig:
    presence: {enabled: false}
    email:
      smtp_host: mail.example.org
      smtp_pass: "hunter2hunter2"
`,
      [`10:18 MG180 with this, ${HOMESERVER} holds a plain secret at email.smtp_pass (MR008)`],
    ],
    [
      'two raw additions',
      `synapse:
  extraConfig:
    turn_shared_secret: "4vQ9xZpL0aTq"
    registration_requires_token: true
    recaptcha_private_key: "6Lc7vQ9xZpL0aTq"
`,
      [
        `6:25 MG180 with this, ${HOMESERVER} holds a plain secret at turn_shared_secret (MR008)`,
        `8:28 MG180 with this, ${HOMESERVER} holds a plain secret at recaptcha_private_key (MR008)`,
      ],
    ],
    [
      'an item of a list',
      `synapse:
  extraConfig:
    oidc_providers:
      - {idp_id: a, client_id: b, issuer: "https://a.example.org/"}
      - {idp_id: c, client_id: d, issuer: "https://c.example.org/", client_secret: "4vQ9xZpL0aTq"}
`,
      [`8:84 MG180 with this, ${HOMESERVER} holds a plain secret at oidc_providers[1].client_secret (MR008)`],
    ],
    [
      'an environment variable',
      `jitsi: {access: anyone, web: {env: {ENABLE_LOBBY: true, TURN_PASSWORD: hunter2hunter2}}}
callNodes: {addresses: {public: 198.51.100.7}}
`,
      ['4:72 MG180'],
    ],
    [
      'an ordinary setting',
      `element: {theme: dark, brand: "ghp_16C7e42F292c6912E7710c838347Ae178B4a"}
`,
      ['4:31 MG180 with this, ConfigMap/stack/element-config data["config.json"]'],
    ],
  ])('is at its place in the stack file: %s', (_what, more, expected) => {
    const { errors, findings } = placed(more);
    expect(findings).toEqual([]);
    expect(errors.map((error, index) => error.slice(0, expected[index]?.length))).toEqual(expected);
  });

  it('is at the addition, not at an override of the same object', () => {
    const { errors } = placed(`synapse:
  extraConfig: {turn_shared_secret: "4vQ9xZpL0aTq"}
overrides:
  - target: {kind: ConfigMap, name: synapse-config}
    patch: {metadata: {annotations: {a: b}}}
    why: a test
`);
    expect(errors).toEqual([
      `5:37 MG180 with this, ${HOMESERVER} holds a plain secret at turn_shared_secret (MR008)`,
    ]);
  });

  it('stays where it is when no setting is at fault', () => {
    const { value, source } = loadStack('stack.yaml', HEAD, repositoryImages());
    if (value === undefined) throw new Error('the stack does not load');
    const object = { group: '', kind: 'ConfigMap', namespace: 'stack', name: 'synapse' };
    const finding = { code: 'MR001', file: 'x.yaml', object, path: [], what: 'is wrong', remedy: 'mend it' };
    expect(placedFindings([finding], value, source)).toEqual({ diagnostics: [], findings: [finding] });
  });
});

describe('the remedy for a secret in a raw addition names only what its program can take', () => {
  it.each([
    [
      'synapse: {extraConfig: {email: {smtp_pass: hunter2hunter2}}}',
      'declare a Secret in secrets.own, and move the option to synapse.extraSecretConfig, with {fromSecret: NAME, key: KEY} in place of the value, or use an option that names a file, and give the program that file with synapse.extraFiles: {PATH: {fromSecret: NAME, key: KEY}}',
    ],
    [
      'callNodes: {addresses: {public: 198.51.100.7}}\njitsi: {access: anyone, prosody: {env: {LDAP_BINDPW: hunter2hunter2}}}',
      'declare a Secret in secrets.own, and write {fromSecret: NAME, key: KEY} in place of the value',
    ],
    [
      'element: {extraConfig: {own: {password: hunter2hunter2}}}',
      'remove it: this program shows its settings to everybody',
    ],
  ])('%s', (more, remedy) => {
    const { value, source } = loadStack('stack.yaml', `${HEAD}${more}\n`, repositoryImages());
    if (value === undefined) throw new Error('it does not load');
    const { diagnostics } = placedFindings(render(value).findings, value, source);
    expect(diagnostics.map((one) => one.remedy)).toEqual([remedy]);
  });
});
