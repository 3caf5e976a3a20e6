import { SYNAPSE_SECRETS } from '../model/components/synapse.ts';
import { mergePatch } from '../model/merge-patch.ts';
import type { Stack } from '../model/stack.ts';
import { portOf, reach, workloadOf } from '../model/topology.ts';

/** Where the pod finds its files; the chart mounts exactly these. */
export const SYNAPSE_PATHS = {
  config: '/config',
  data: '/data',
  secrets: '/secrets/synapse',
  signingKey: '/secrets/signing-key',
} as const;

/**
 * Addresses Synapse never opens connections to for anybody: private, local and reserved ranges.
 * The list of Synapse's own documentation for `ip_range_blacklist`, written out so that an upgrade cannot shrink it.
 */
const PRIVATE_RANGES = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '192.0.0.0/24',
  '169.254.0.0/16',
  '192.88.99.0/24',
  '198.18.0.0/15',
  '192.0.2.0/24',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '::1/128',
  'fe80::/10',
  'fc00::/7',
  '2001:db8::/32',
  'ff00::/8',
  'fec0::/10',
];

/** What federation comes to in Synapse's options. An absent whitelist is open, an empty one is nobody. */
function federation(stack: Stack): object {
  if (stack.federation === 'open') {
    return { trusted_key_servers: [{ server_name: 'matrix.org' }], suppress_key_server_warning: true };
  }
  const allowed = stack.federation === 'closed' ? [] : stack.federation.allow;
  return { federation_domain_whitelist: allowed, trusted_key_servers: [] };
}

/**
 * What calls through MatrixRTC need of the homeserver: delayed events (a client that vanishes leaves its call),
 * room for the burst of key exchange at a call's start, and the place where the call service is.
 * Source: Element Call, docs/self_hosting.md.
 */
function calls(stack: Stack): object {
  if (stack.livekit === undefined) return {};
  return {
    max_event_delay_duration: '24h',
    rc_message: { per_second: 0.5, burst_count: 30 },
    rc_delayed_event_mgmt: { per_second: 1, burst_count: 20 },
    experimental_features: { msc4143_enabled: true, msc4222_enabled: true },
    matrix_rtc: {
      transports: [{ type: 'livekit', livekit_service_url: stack.livekit.serviceUrl }],
    },
  };
}

/**
 * homeserver.yaml as data. Holds no secret and no `${…}`: Synapse expands nothing.
 *
 * @see https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html
 */
export function homeserver(stack: Stack): unknown {
  return mergePatch(ownHomeserver(stack), stack.synapse.extraConfig);
}

/** The public halves of keys it signed with before: without them what they signed could not be checked any more. */
function oldSigningKeys({ secretFiles }: Stack): object {
  const keys = secretFiles.flatMap((file) => file.oldSigningKeys);
  if (keys.length === 0) return {};
  return {
    old_signing_keys: Object.fromEntries(
      keys.map(({ id, key, expiredMs }) => [id, { key, expired_ts: expiredMs }]),
    ),
  };
}

/** What the stack itself says, before additions. */
function ownHomeserver(stack: Stack): object {
  const self = workloadOf(stack.topology, 'synapse');
  const database = reach(stack.topology, { from: self.id, to: stack.database.cluster, port: 'postgres' });
  const { secrets, config, data } = SYNAPSE_PATHS;
  // Without the federation resource nobody could check our users' identity either: the JWT service asks there.
  const resources = [
    { names: stack.federation === 'closed' ? ['client', 'openid'] : ['client', 'federation'] },
  ];
  return {
    server_name: stack.serverName,
    public_baseurl: `${stack.synapse.baseUrl}/`,
    report_stats: false,
    default_room_version: '12',
    ...oldSigningKeys(stack),
    signing_key_path: `${SYNAPSE_PATHS.signingKey}/${SYNAPSE_SECRETS.signingKey.key}`,
    registration_shared_secret_path: `${secrets}/${SYNAPSE_SECRETS.registration}`,
    macaroon_secret_key_path: `${secrets}/${SYNAPSE_SECRETS.macaroon}`,
    form_secret_path: `${secrets}/${SYNAPSE_SECRETS.form}`,
    log_config: `${config}/log.yaml`,
    listeners: [
      { port: portOf(self, 'http').number, type: 'http', x_forwarded: true, resources },
      { port: portOf(self, 'metrics').number, type: 'metrics' },
      { port: portOf(self, 'health').number, type: 'http', resources: [{ names: ['health'] }] },
    ],
    enable_metrics: true,
    database: {
      name: 'psycopg2',
      // The password comes from PGPASSWORD: written here it would have to stand in the ConfigMap.
      args: {
        user: stack.database.owner,
        dbname: stack.database.name,
        host: database.host,
        port: database.port,
        sslmode: 'require',
        application_name: 'synapse',
        keepalives_idle: 10,
        keepalives_interval: 10,
        keepalives_count: 3,
        cp_min: 5,
        cp_max: stack.synapse.pool,
      },
    },
    media_store_path: `${data}/media_store`,
    max_upload_size: stack.synapse.uploadLimit,
    max_image_pixels: '32M',
    url_preview_enabled: false,
    enable_registration: false,
    presence: { enabled: false },
    encryption_enabled_by_default_for_room_type: 'all',
    ip_range_blacklist: PRIVATE_RANGES,
    ...federation(stack),
    ...calls(stack),
    caches: {
      global_factor: stack.synapse.caches.globalFactor,
      cache_autotuning: {
        max_cache_memory_usage: stack.synapse.caches.max,
        target_cache_memory_usage: stack.synapse.caches.target,
        min_cache_ttl: '5m',
      },
    },
  };
}

/** Synapse's logging: one line per event on standard output; SQL stays at INFO, since DEBUG shows access tokens. */
export function logConfig(): object {
  return {
    version: 1,
    formatters: {
      precise: { format: '%(asctime)s - %(name)s - %(lineno)d - %(levelname)s - %(request)s - %(message)s' },
    },
    handlers: {
      console: { class: 'logging.StreamHandler', formatter: 'precise', stream: 'ext://sys.stdout' },
    },
    loggers: { 'synapse.storage.SQL': { level: 'INFO' } },
    root: { level: 'INFO', handlers: ['console'] },
    disable_existing_loggers: false,
  };
}
