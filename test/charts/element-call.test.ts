import { describe, expect, it } from 'vitest';
import { GUEST_CALLS } from '../../src/system/topics.ts';
import { configData, configText, objectsOf, stackFrom } from '../stacks.ts';

const LAN =
  'schema: 2\nserverName: example.org\nexpose: {lan: {tls: {issuer: {name: home-ca}}}}\nlivekit: {}\n';

/** The keys that Element Call knows in its config.json: src/config/ConfigOptions.ts of v0.24.0. */
const KNOWN = [
  'default_server_config',
  'features',
  'livekit',
  'matrix_rtc_mode',
  'matrix_rtc_session',
  'media_devices',
  'media_quality',
  'opentelemetry',
  'posthog',
  'rageshake',
  'sentry',
  'ssla',
  'sync_disconnect_grace_period_ms',
];

describe('the page for calls', () => {
  const stack = stackFrom(`${LAN}elementCall: {}\n`);

  it('is told of the homeserver and of the call service, and tells nobody else of its users', () => {
    const config = configData(stack, 'element-call-config', 'config.json');
    expect(config).toEqual({
      default_server_config: {
        'm.homeserver': { base_url: 'https://matrix.example.org', server_name: 'example.org' },
      },
      livekit: { livekit_service_url: 'https://rtc.example.org' },
    });
    expect(KNOWN).toEqual(expect.arrayContaining(Object.keys(Object(config))));
  });

  it('takes more options, as Element Call spells them', () => {
    const more = stackFrom(
      `${LAN}elementCall: {host: meet.example.org, extraConfig: {media_devices: {enable_audio: false}}}\n`,
    );
    expect(configData(more, 'element-call-config', 'config.json')).toMatchObject({
      media_devices: { enable_audio: false },
    });
    expect(GUEST_CALLS.of(more.offers)).toEqual([{ url: 'https://meet.example.org' }]);
  });

  it('has a host of its own, which it offers for guests', () => {
    expect(GUEST_CALLS.of(stack.offers)).toEqual([{ url: 'https://call.example.org' }]);
    expect(GUEST_CALLS.of(stackFrom(LAN).offers)).toEqual([]);
    const hosts = stack.topology.hosts.filter(({ component }) => component === 'elementCall');
    expect(hosts.map(({ host, certificate }) => [host, certificate?.group])).toEqual([
      ['call.example.org', 'element-call'],
    ]);
    const names = objectsOf(stack).map(({ manifest }) => `${manifest.kind}/${manifest.metadata.name}`);
    expect(names).toEqual(
      expect.arrayContaining(['Certificate/element-call-tls', 'IngressRoute/element-call']),
    );
  });

  it('answers its own addresses with the page, and never a missing file', () => {
    const nginx = configText(stack, 'element-call-config', 'default.conf');
    expect(nginx).toContain('try_files $uri /index.html;');
    expect(nginx).toContain('try_files $uri =404;');
  });
});
