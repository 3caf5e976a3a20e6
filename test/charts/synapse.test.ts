import { describe, expect, it } from 'vitest';
import type { Stack } from '../../charts/stack/stack.ts';
import { configData, configText, dig, digList, objectOf, publicStack, stackFrom } from '../stacks.ts';

const homeserver = (more = ''): unknown => configData(publicStack(more), 'synapse-config', 'homeserver.yaml');

describe('homeserver.yaml', () => {
  it('holds no secret: each comes from a file that the pod mounts, and the database password from PGPASSWORD', () => {
    const config = homeserver();
    expect(dig(config, 'database', 'args', 'password')).toBeUndefined();
    const container = dig(
      objectOf(publicStack(), 'Deployment', 'synapse'),
      'spec',
      'template',
      'spec',
      'containers',
      0,
    );
    expect(digList(container, 'env')).toContainEqual({
      name: 'PGPASSWORD',
      valueFrom: { secretKeyRef: { name: 'matrix-db-app', key: 'password' } },
    });
    expect(digList(container, 'args')).toContain('--no-secrets-in-config');
    const mounts = digList(container, 'volumeMounts').map((mount) => String(dig(mount, 'mountPath')));
    for (const key of [
      'signing_key_path',
      'macaroon_secret_key_path',
      'form_secret_path',
      'registration_shared_secret_path',
    ]) {
      const path = String(dig(config, key));
      expect(mounts, key).toContain(path.slice(0, path.lastIndexOf('/')));
    }
  });

  it('uses nothing that would have to be expanded', () => {
    expect(configText(publicStack(), 'synapse-config', 'homeserver.yaml')).not.toContain('$');
  });

  it('writes sizes in the one grammar that Synapse reads', () => {
    const config = homeserver('synapse: {uploadLimit: 2G, media: {pvc: {size: 50Gi}}}');
    for (const value of [
      dig(config, 'max_upload_size'),
      dig(config, 'max_image_pixels'),
      dig(config, 'caches', 'cache_autotuning', 'max_cache_memory_usage'),
      dig(config, 'caches', 'cache_autotuning', 'target_cache_memory_usage'),
    ]) {
      expect(value).toMatch(/^[1-9][0-9]*[KMG]$/);
    }
  });

  it('keeps the caches below half of the memory limit', () => {
    const config = homeserver('synapse: {resources: {limits: {memory: 8Gi}}}');
    expect(dig(config, 'caches', 'cache_autotuning')).toEqual({
      max_cache_memory_usage: '4096M',
      target_cache_memory_usage: '3072M',
      min_cache_ttl: '5m',
    });
  });

  it('says all three things that calls need, and none of them without LiveKit', () => {
    expect(homeserver()).toMatchObject({
      max_event_delay_duration: '24h',
      experimental_features: { msc4143_enabled: true, msc4222_enabled: true },
      matrix_rtc: { transports: [{ type: 'livekit', livekit_service_url: 'https://rtc.example.org' }] },
      rc_delayed_event_mgmt: { per_second: 1, burst_count: 20 },
    });
    const without = stackFrom('schema: 1\nserverName: example.org\nexpose: {lan: {tls: {secret: tls}}}\n');
    const config = configData(without, 'synapse-config', 'homeserver.yaml');
    expect(Object.keys(Object(config))).not.toEqual(expect.arrayContaining(['matrix_rtc']));
    expect(Object.keys(Object(config))).not.toEqual(expect.arrayContaining(['experimental_features']));
  });

  it('answers identity checks even when federation is closed, and nothing else of it', () => {
    const closed = homeserver('federation: closed');
    expect(dig(closed, 'listeners', 0, 'resources', 0, 'names')).toEqual(['client', 'openid']);
    expect(dig(closed, 'federation_domain_whitelist')).toEqual([]);
    expect(dig(closed, 'trusted_key_servers')).toEqual([]);
    const some = homeserver('federation: {allow: [friends.example]}');
    expect(dig(some, 'federation_domain_whitelist')).toEqual(['friends.example']);
    expect(dig(homeserver(), 'federation_domain_whitelist')).toBeUndefined();
  });

  it('opens connections to no private range for anybody', () => {
    expect(dig(homeserver(), 'ip_range_blacklist')).toEqual(
      expect.arrayContaining([
        '127.0.0.0/8',
        '10.0.0.0/8',
        '172.16.0.0/12',
        '192.168.0.0/16',
        '169.254.0.0/16',
        'fc00::/7',
      ]),
    );
  });

  it('lets an office log in on its first day, and keeps what limits guessing', () => {
    const address = dig(homeserver(), 'rc_login', 'address');
    expect(Number(dig(address, 'burst_count'))).toBeGreaterThanOrEqual(40);
    expect(Number(dig(address, 'per_second'))).toBeGreaterThanOrEqual(0.1);
    expect(Object.keys(Object(dig(homeserver(), 'rc_login')))).toEqual(['address']);
  });

  it('turns encryption on with a plain key, and previews, presence and registration off', () => {
    expect(homeserver()).toMatchObject({
      encryption_enabled_by_default_for_room_type: 'all',
      url_preview_enabled: false,
      presence: { enabled: false },
      enable_registration: false,
    });
  });
});

describe('settings that this schema leaves off', () => {
  it('encrypt only rooms that people are invited to, or none', () => {
    const key = 'encryption_enabled_by_default_for_room_type';
    expect(dig(homeserver(), key)).toBe('all');
    expect(dig(homeserver('synapse: {encryptNewRooms: invite}'), key)).toBe('invite');
    expect(dig(homeserver('synapse: {encryptNewRooms: none}'), key)).toBe('off');
    // Unquoted it would be a boolean for readers of YAML 1.1, Synapse among them.
    const none = publicStack('synapse: {encryptNewRooms: none}');
    expect(configText(none, 'synapse-config', 'homeserver.yaml')).toContain(`${key}: 'off'`);
  });

  it('push encrypted messages to phones, beside what calls need and without it', () => {
    const features = (stack: Stack): unknown =>
      dig(configData(stack, 'synapse-config', 'homeserver.yaml'), 'experimental_features');
    const push = 'synapse: {push: {encryptedEvents: true}}';
    const calls = { msc4143_enabled: true, msc4222_enabled: true };
    expect(features(publicStack())).toEqual(calls);
    expect(features(publicStack(push))).toEqual({ ...calls, msc4028_push_encrypted_events: true });
    const plain = `schema: 1\nserverName: example.org\nexpose: {lan: {tls: {secret: tls}}}\n${push}\n`;
    expect(features(stackFrom(plain))).toEqual({ msc4028_push_encrypted_events: true });
  });

  it('show profiles to people who are logged in only, and refuse old TLS', () => {
    const config = homeserver('synapse: {profilesNeedLogin: true, federationTls: TLSv1.2}');
    expect(config).toMatchObject({
      require_auth_for_profile_requests: true,
      federation_client_minimum_tls_version: '1.2',
    });
    for (const key of ['require_auth_for_profile_requests', 'federation_client_minimum_tls_version']) {
      expect(dig(homeserver(), key)).toBeUndefined();
    }
  });
});

describe('the Synapse pod', () => {
  const pod = dig(objectOf(publicStack(), 'Deployment', 'synapse'), 'spec', 'template', 'spec');

  it('may take half an hour for migrations', () => {
    const probe = dig(pod, 'containers', 0, 'startupProbe');
    expect(
      Number(dig(probe, 'periodSeconds')) * Number(dig(probe, 'failureThreshold')),
    ).toBeGreaterThanOrEqual(1800);
  });

  it('sets neither UID nor GID, which would send the image through gosu', () => {
    const names = digList(pod, 'containers', 0, 'env').map((variable) => dig(variable, 'name'));
    expect(names).not.toContain('UID');
    expect(names).not.toContain('GID');
  });

  it('mounts secrets so that only its own group reads them', () => {
    for (const volume of digList(pod, 'volumes')) {
      if (dig(volume, 'secret') !== undefined) expect(dig(volume, 'secret', 'defaultMode')).toBe(0o440);
    }
  });
});
