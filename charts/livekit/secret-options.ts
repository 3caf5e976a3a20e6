import type { Path } from '../../src/stack/reading/yaml-source.ts';

/**
 * Options of livekit.yaml that are secret and that LiveKit takes from a variable `LIVEKIT_<OPTION>`. It makes one for
 * each plain value of its configuration (GenerateCLIFlags), so none for lists, maps and TLS settings, and ignores every
 * variable that it does not know. `LIVEKIT_CONFIG` is another matter: what is in it replaces the whole file.
 *
 * Read in config.go of v1.13.0 and v1.13.7, in redis.go of v1.13.0 and v1.13.5. The key of webhooks (webhook.api_key) would be another one, but belongs to the stack.
 *
 * @see https://github.com/livekit/livekit/blob/v1.13.0/pkg/config/config.go (Config, PrometheusConfig)
 * @see https://github.com/livekit/protocol/blob/main/redis/redis.go (RedisConfig)
 * @see https://github.com/livekit/livekit/blob/v1.13.0/cmd/server/main.go (baseFlags)
 */
export const SECRET_OPTIONS: readonly Path[] = [
  ['prometheus', 'password'],
  ['prometheus', 'username'],
  ['redis', 'password'],
  ['redis', 'username'],
  ['redis', 'sentinel_password'],
  ['redis', 'sentinel_username'],
];
