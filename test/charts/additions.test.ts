import { describe, expect, it } from 'vitest';
import { loadStack } from '../../charts/stack/load.ts';
import { configData, dig, objectOf, publicStack, renderedOf, repositoryImages } from '../stacks.ts';

const HEAD = `
schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {secret: tls}}}
callNodes: {addresses: {public: 198.51.100.7}}
`;

/** Codes and texts of what is wrong with a stack. */
function wrong(more: string): readonly string[] {
  const { diagnostics } = loadStack('x.yaml', HEAD + more, repositoryImages());
  return diagnostics.map(({ code, what, remedy }) => `${code} ${what}; ${remedy}`);
}

describe('an option that belongs to something that a stack can have', () => {
  const options = 'synapse: {extraConfig: {matrix_rtc: {transports: []}}}\n';

  it("is anybody's where the stack does not have it", () => {
    expect(wrong(options)).toEqual([]);
    expect(wrong(`${options}livekit: {enabled: false}\n`)).toEqual([]);
  });

  it('is not where it does', () => {
    expect(wrong(`${options}livekit: {}\n`)).toEqual([
      expect.stringContaining(
        'MG054 synapse.extraConfig.matrix_rtc.transports replaces what belongs to livekit;',
      ),
    ]);
  });

  it('can be in the options with values of Secrets, too', () => {
    const secret = 'secrets: {own: {rtc: {token: {}}}}\n';
    const fragment = 'synapse: {extraSecretConfig: {matrix_rtc: {token: {fromSecret: rtc, key: token}}}}\n';
    expect(wrong(secret + fragment)).toEqual([]);
    expect(wrong(`${secret}${fragment}livekit: {}\n`)).toEqual([
      expect.stringContaining(
        'MG103 synapse.extraSecretConfig.matrix_rtc would replace the whole rendered matrix_rtc',
      ),
    ]);
  });
});

describe('raw additions', () => {
  const stack = publicStack(`
synapse:
  extraConfig:
    auto_join_rooms: ['#welcome:example.org']
    presence: {enabled: true}
    caches: {per_cache_factors: {get_users_in_room: 2}}
    rc_message: null
`);
  const config = configData(stack, 'synapse-config', 'homeserver.yaml');

  it('merge into what is rendered, group by group, and null removes', () => {
    expect(config).toMatchObject({
      server_name: 'example.org',
      auto_join_rooms: ['#welcome:example.org'],
      presence: { enabled: true },
      caches: { global_factor: 0.5, per_cache_factors: { get_users_in_room: 2 } },
    });
    expect(dig(config, 'rc_message')).toBeUndefined();
  });

  it('reach the environment of a Jitsi program as the image reads it', () => {
    const jitsi = renderedOf(publicStack()).files.get('test/config/jitsi-config.yaml') ?? '';
    expect(jitsi).not.toContain('ENABLE_PREJOIN_PAGE');
    const more = loadStack(
      'x.yaml',
      `${HEAD}jitsi: {access: anyone, web: {env: {ENABLE_PREJOIN_PAGE: false, START_AUDIO_MUTED: 5}}}`,
      repositoryImages(),
    ).value;
    if (more === undefined) throw new Error('refused');
    expect(dig(objectOf(more, 'ConfigMap', 'jitsi-web-env'), 'data')).toMatchObject({
      ENABLE_PREJOIN_PAGE: '0',
      START_AUDIO_MUTED: '5',
    });
  });

  it.each([
    [
      'synapse: {extraConfig: {max_upload_size: 1G}}',
      'synapse.extraConfig.max_upload_size',
      'write synapse.uploadLimit instead',
    ],
    [
      'synapse: {extraConfig: {database: {args: {host: db}}}}',
      'synapse.extraConfig.database.args.host',
      'write database instead',
    ],
    ['synapse: {extraConfig: {database: null}}', 'synapse.extraConfig.database', 'write database instead'],
    ['synapse: {extraConfig: {listeners: []}}', 'synapse.extraConfig.listeners', 'remove it'],
    [
      'livekit: {extraConfig: {rtc: {udp_port: 7000}}}',
      'livekit.extraConfig.rtc.udp_port',
      'write livekit.udp instead',
    ],
    [
      'livekit: {extraConfig: {room: {auto_create: true}}}',
      'livekit.extraConfig.room.auto_create',
      'remove it',
    ],
    [
      'element: {extraConfig: {element_call: {disable: true}}}',
      'element.extraConfig.element_call.disable',
      'write element.calls instead',
    ],
    [
      'jitsi: {access: anyone, web: {env: {PUBLIC_URL: https://x}}}',
      'jitsi.web.env.PUBLIC_URL',
      'write jitsi.host instead',
    ],
    [
      'jitsi: {access: anyone, jvb: {env: {JVB_PORT: 1}}}',
      'jitsi.jvb.env.JVB_PORT',
      'write jitsi.udp instead',
    ],
  ])('are refused where another setting owns the value: %s', (more, place, remedy) => {
    const [only, ...rest] = wrong(more);
    expect(rest).toEqual([]);
    expect(only).toContain(`MG054 ${place} replaces what belongs to`);
    expect(only).toContain(remedy);
    expect(only).toMatch(/add force: \{[\w.]+: "reason"\}/);
  });

  it('may replace owned values with a reason, which SUMMARY.md repeats', () => {
    const forced = publicStack('synapse: {extraConfig: {max_upload_size: 1G}, force: the proxy allows more}');
    expect(dig(configData(forced, 'synapse-config', 'homeserver.yaml'), 'max_upload_size')).toBe('1G');
    const summary = renderedOf(forced).files.get('test/SUMMARY.md') ?? '';
    expect(summary).toContain('- `synapse.extraConfig.max_upload_size`: the proxy allows more');
  });

  it('may replace one owned value with a reason of its own, and no other', () => {
    const one = 'extraConfig: {max_upload_size: 1G, server_name: x.org}';
    expect(wrong(`synapse: {${one}, force: {max_upload_size: the proxy allows more}}`)).toEqual([
      expect.stringContaining('MG054 synapse.extraConfig.server_name replaces what belongs to serverName'),
    ]);
    const forced = publicStack(
      'synapse: {extraConfig: {max_upload_size: 1G, database: {args: {host: db}}}, force: {max_upload_size: more, database: outside}}',
    );
    const summary = renderedOf(forced).files.get('test/SUMMARY.md') ?? '';
    expect(summary).toContain('- `synapse.extraConfig.max_upload_size`: more');
    expect(summary).toContain('- `synapse.extraConfig.database.args.host`: outside');
  });

  it.each([
    ['synapse: {extraConfig: {presence: {enabled: true}}, force: x}', 'synapse.force'],
    ['synapse: {force: x}', 'synapse.force'],
    [
      'synapse: {extraConfig: {max_upload_size: 1G}, force: {max_upload_size: x, server_name: y}}',
      'synapse.force.server_name',
    ],
    ['jitsi: {access: anyone, web: {env: {START_AUDIO_MUTED: 5}, force: {TZ: x}}}', 'jitsi.web.force.TZ'],
  ])('take no reason that nothing needs: %s', (more, place) => {
    expect(wrong(more)).toEqual([expect.stringContaining(`MG111 ${place} is not needed`)]);
  });

  it.each([
    'element: {extraConfig: {jitsi: {skip_built_in_welcome_screen: true}}}',
    'element: {extraConfig: {element_call: {brand: Calls}}}',
    'element: {extraConfig: {default_server_config: {m.identity_server: {base_url: https://id.example.org}}}}',
    'livekit: {extraConfig: {webhook: {filter_params: {include_events: [room_finished]}}}}',
    'synapse: {extraConfig: {caches: {cache_autotuning: {min_cache_ttl: 10m}}}}',
  ])('are free next to an owned key: %s', (more) => {
    expect(wrong(more)).toEqual([]);
  });

  it.each([
    [
      'element: {extraConfig: {jitsi: {preferred_domain: x.org}}}',
      'element.extraConfig.jitsi.preferred_domain',
    ],
    ['element: {extraConfig: {jitsi: null}}', 'element.extraConfig.jitsi'],
    [
      'element: {extraConfig: {default_server_config: {m.homeserver: {base_url: https://x.org}}}}',
      'element.extraConfig.default_server_config',
    ],
  ])('are not free in the owned key itself: %s', (more, place) => {
    expect(wrong(more)).toEqual([expect.stringContaining(`MG054 ${place}`)]);
  });

  it('never carry a secret into a ConfigMap unnoticed', () => {
    const leaking = publicStack('synapse: {extraConfig: {turn_shared_secret: abc, turn_uris: []}}');
    expect(renderedOf(leaking).findings).toEqual([expect.objectContaining({ code: 'MR008' })]);
  });
});
