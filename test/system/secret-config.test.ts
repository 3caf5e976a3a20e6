import { describe, expect, it } from 'vitest';
import { SECRET_OPTIONS } from '../../charts/livekit/secret-options.ts';
import { loadStack } from '../../charts/stack/load.ts';
import { renderedOptions } from '../../charts/synapse/options.ts';
import { composed } from '../secret-values.ts';
import { allProfiles, configData, dig, objectOf, repositoryImages, stackFrom } from '../stacks.ts';

const HEAD = `schema: 2
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
`;
const MAIL = 'secrets: {own: {mail: {password: {}}}}\n';
const REFERENCE = '{fromSecret: mail, key: password}';

function wrong(more: string): readonly string[] {
  const { diagnostics } = loadStack('x.yaml', HEAD + more, repositoryImages());
  return diagnostics.map(
    ({ code, position, what, remedy }) => `${code} ${position.line}:${position.column} ${what}; ${remedy}`,
  );
}

const fragment = (options: string): string => `synapse: {extraSecretConfig: ${options}}\n${MAIL}`;

describe('options with values of Secrets', () => {
  it('are composed in a Secret of their own, which Synapse reads last', () => {
    const stack = stackFrom(
      HEAD +
        fragment(`{turn_shared_secret: ${REFERENCE}, email: {smtp_pass: ${REFERENCE}, list: [1, null]}}`),
    );
    const spec = stack.secrets.find(({ name }) => name === 'synapse-secret-config');
    expect(spec?.keys.map(({ key }) => key)).toEqual(['secret-config.yaml']);
    expect(composed(spec, { 'mail/password': 'a"b: #\\' })).toEqual({
      email: { list: [1, null], smtp_pass: 'a"b: #\\' },
      turn_shared_secret: 'a"b: #\\',
    });
    const pod = dig(objectOf(stack, 'Deployment', 'synapse'), 'spec', 'template', 'spec');
    // Synapse itself would refuse turn_shared_secret in any file with this option.
    expect(dig(pod, 'containers', 0, 'args')).toEqual([
      'run',
      '--config-path=/config/homeserver.yaml',
      '--config-path=/secrets/config/secret-config.yaml',
    ]);
    expect(JSON.stringify(pod)).toContain('"mountPath":"/secrets/config"');
    expect(JSON.stringify(configData(stack, 'synapse-config', 'homeserver.yaml'))).not.toContain('email');
  });

  it('are the same whatever their order', () => {
    const [one, other] = [`{a: 1, b: ${REFERENCE}}`, `{b: {key: password, fromSecret: mail}, a: 1}`].map(
      (text) => stackFrom(HEAD + fragment(text)).secrets.find(({ name }) => name === 'synapse-secret-config'),
    );
    expect(one).toEqual(other);
  });

  it.each([
    [
      '{email: {smtp_pass: {fromSecret: post, key: password}}}',
      'MG101 4:39 the stack has no Secret "post"; declare it: secrets: {own: {post: {password: {}}}}',
    ],
    [
      '{email: {smtp_pass: {fromSecret: mial, key: password}}}',
      'MG101 4:39 the stack has no Secret "mial"; did you mean "mail"? declare it: secrets: {own: {mial: {password: {}}}}',
    ],
    [
      '{email: {smtp_pass: {fromSecret: mail, key: pass}}}',
      'MG101 4:39 the Secret "mail" has no key "pass" with a value of its own; did you mean "password"? declare it',
    ],
    [
      '{email: {smtp_pass: {fromSecret: mail}}}',
      'MG101 4:39 synapse.extraSecretConfig.email.smtp_pass does not name a key of a Secret; write {fromSecret: NAME, key: KEY}',
    ],
    [
      '{a: {fromSecret: synapse-secret-config, key: secret-config.yaml}}',
      'MG101 4:31 the stack has no Secret "synapse-secret-config"',
    ],
    ['{email: {smtp_host: m}}', 'MG101 4:11 nothing in synapse.extraSecretConfig comes from a Secret'],
    [
      `{a: ${REFERENCE}, email: {smtp_pass: hunter2hunter2}}`,
      'MG102 4:88 synapse.extraSecretConfig.email.smtp_pass holds a secret in plain text',
    ],
    [
      '{email: {smtp_pass: hunter2hunter2}}',
      'MG102 4:50 synapse.extraSecretConfig.email.smtp_pass holds a secret in plain text',
    ],
    [
      `{caches: {x: ${REFERENCE}}}`,
      'MG103 4:31 synapse.extraSecretConfig.caches would replace the whole rendered caches',
    ],
    [
      `{email: ${REFERENCE}}, extraConfig: {email: {smtp_host: m}}`,
      'MG103 4:31 synapse.extraSecretConfig.email would replace the whole synapse.extraConfig.email',
    ],
  ])('%s: is refused at its place', (options, expected) => {
    const found = wrong(fragment(options));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });

  it.each([
    [
      `{redis: {pasword: ${REFERENCE}}}`,
      'MG135 4:39 the program takes no option redis.pasword from its environment, where livekit.extraSecretConfig goes; did you mean redis: {password: …}? it takes prometheus.password, ',
    ],
    [
      `{redis.password: ${REFERENCE}}`,
      'MG135 4:31 the program takes no option redis.password from its environment, where livekit.extraSecretConfig goes; did you mean redis: {password: …}? it takes',
    ],
    // LIVEKIT_CONFIG would replace the whole file.
    [`{config: ${REFERENCE}}`, 'MG135 4:31 the program takes no option config from its environment'],
    // A list has no variable, nor has what is inside of TLS settings.
    [
      `{rtc: {turn_servers: ${REFERENCE}}}`,
      'the path of a file in livekit.extraFiles where one of them can read its secret from a file',
    ],
    [
      `{redis: {tls: {client_cert_file: ${REFERENCE}}}}`,
      'MG135 4:45 the program takes no option redis.tls.cl',
    ],
    [
      `{rtc: {turn_servers: [{secret: ${REFERENCE}}]}}`,
      'MG101 4:53 livekit.extraSecretConfig.rtc.turn_servers[0]',
    ],
    [
      `{webhook: {api_key: ${REFERENCE}}}`,
      'MG103 4:41 livekit.extraSecretConfig.webhook.api_key would replace',
    ],
  ])('%s: is refused where LiveKit has no variable for it', (options, expected) => {
    const found = wrong(`livekit: {extraSecretConfig: ${options}}\ncallNodes: {}\n${MAIL}`);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(expected);
  });

  it('are variables for each option that LiveKit takes from its environment', () => {
    const options = SECRET_OPTIONS.map(
      ([group, option]) => `${String(group)}: {${String(option)}: ${REFERENCE}}`,
    );
    for (const option of options) {
      expect(wrong(`livekit: {extraSecretConfig: {${option}}}\ncallNodes: {}\n${MAIL}`)).toEqual([]);
    }
  });

  it('know every option that is rendered for some stack', () => {
    const rendered = allProfiles().flatMap((stack) =>
      Object.keys(Object(configData(stack, 'synapse-config', 'homeserver.yaml'))),
    );
    const added = allProfiles().flatMap((stack) => Object.keys(stack.synapse.extraConfig));
    const all = new Set(rendered.filter((option) => !added.includes(option)));
    // Only after a rotation of the signing key.
    const known = new Set(allProfiles().flatMap(({ offers }) => renderedOptions(offers)));
    const rest = [...known].filter((option) => !added.includes(option));
    expect([...all, 'old_signing_keys'].sort()).toEqual(rest.sort());
  });
});
