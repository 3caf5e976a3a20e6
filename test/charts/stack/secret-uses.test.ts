import { describe, expect, it } from 'vitest';
import { loadStack } from '../../../charts/stack/load.ts';
import { dig, digList, objectOf, repositoryImages, stackFrom } from '../../stacks.ts';

const HEAD = `schema: 2
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
secrets: {own: {own: {word: {}, idle: {}}}}
`;

const variables = (stack: ReturnType<typeof stackFrom>, name: string): readonly unknown[] =>
  digList(objectOf(stack, 'Deployment', name), 'spec', 'template', 'spec', 'containers', 0, 'env');
const FROM_OWN = { valueFrom: { secretKeyRef: { name: 'own', key: 'word' } } };

describe('variables from Secrets', () => {
  const jitsi = (more: string): string => `${HEAD}jitsi: {access: anyone, ${more}}\ncallNodes: {}\n`;

  it('are read by the program itself, which is one of the readers of the Secret', () => {
    const stack = stackFrom(jitsi('prosody: {env: {A: {fromSecret: own, key: word}, B: true}}'));
    expect(variables(stack, 'jitsi-prosody')).toContainEqual({ name: 'A', ...FROM_OWN });
    expect(dig(objectOf(stack, 'ConfigMap', 'jitsi-prosody-env'), 'data')).toMatchObject({ B: '1' });
    expect(dig(objectOf(stack, 'ConfigMap', 'jitsi-prosody-env'), 'data', 'A')).toBeUndefined();
    const own = stack.secrets.find(({ name }) => name === 'own');
    expect(own?.keys.map(({ key, readers }) => [key, readers])).toEqual([
      ['idle', []],
      ['word', ['jitsi-prosody']],
    ]);
  });

  it('replace an owned variable for a reason, so that there is one of its name', () => {
    const stack = stackFrom(
      jitsi(
        'jvb: {env: {JVB_AUTH_PASSWORD: {fromSecret: own, key: word}}, force: {JVB_AUTH_PASSWORD: shared with another stack}}',
      ),
    );
    const named = variables(stack, 'jitsi-jvb').filter((one) => dig(one, 'name') === 'JVB_AUTH_PASSWORD');
    expect(named).toEqual([{ name: 'JVB_AUTH_PASSWORD', ...FROM_OWN }]);
  });
});

describe('files from Secrets', () => {
  it.each([
    [
      'bridge, key: registration.yml',
      'the Secret "bridge" has no key "registration.yml"',
      'registration.yaml',
    ],
    ['brigde, key: registration.yaml', 'the stack has no Secret "brigde" in namespace x', 'bridge'],
    [
      'synapse-secrets, key: from-secret',
      'the Secret "synapse-secrets" has no key "from-secret"',
      'form-secret',
    ],
  ])('that are misspelt say what may be meant: %s', (reference, what, meant) => {
    const { diagnostics } = loadStack(
      'x.yaml',
      `schema: 2
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
secrets: {own: {bridge: {registration.yaml: {}}}}
synapse: {extraFiles: {/extra/r.yaml: {fromSecret: ${reference}}}}
`,
      repositoryImages(),
    );
    expect(diagnostics).toEqual([
      expect.objectContaining({
        code: 'MG131',
        what,
        remedy: expect.stringMatching(`^did you mean "${meant}"\\? `),
      }),
    ]);
  });
});

describe('options of LiveKit with values of Secrets', () => {
  it('are variables named after them, which LiveKit lays over its file', () => {
    const stack = stackFrom(
      `${HEAD}livekit:
  extraConfig: {prometheus: {port: 6789, username: metrics}}
  extraSecretConfig: {prometheus: {password: {fromSecret: own, key: word}}}
callNodes: {}
`,
    );
    expect(variables(stack, 'livekit')).toContainEqual({ name: 'LIVEKIT_PROMETHEUS_PASSWORD', ...FROM_OWN });
    expect(stack.secrets.find(({ name }) => name === 'own')?.keys[1]?.readers).toEqual(['livekit']);
  });
});
