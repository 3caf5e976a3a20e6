import { mergePatch } from '../../src/plain/merge-patch.ts';
import { databaseFor, databaseServer } from '../../src/system/databases.ts';
import { CALLS, TURN } from '../../src/system/topics.ts';
import { portOf, reach, workloadOf } from '../../src/topology/topology.ts';
import type { Scene } from '../stack/stack.ts';
import type { Synapse } from './declare.ts';
import { SYNAPSE_PATHS } from './paths.ts';
import { SYNAPSE_SECRETS } from './secrets.ts';

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

/**
 * Logins from one address, failed ones included. An office or a local network is one address: Synapse's own limit
 * lets five people in, then one every five and a half minutes. What holds guessing back is the limit for each
 * account, which stays at Synapse's own.
 */
const LOGINS_BY_ADDRESS = { per_second: 0.15, burst_count: 40 };

/** The setting `federation` as Synapse's options. No whitelist means everybody, an empty one means nobody. */
function federation(stack: Scene): object {
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
function calls(stack: Scene, own: Synapse): object {
  const services = CALLS.of(stack.offers).flatMap((one) => (one.by === 'livekit' ? [one.serviceUrl] : []));
  if (services.length === 0) return experimental(own, false);
  return {
    max_event_delay_duration: '24h',
    rc_message: { per_second: 0.5, burst_count: 30 },
    rc_delayed_event_mgmt: { per_second: 1, burst_count: 20 },
    ...experimental(own, true),
    matrix_rtc: {
      transports: services.map((url) => ({ type: 'livekit', livekit_service_url: url })),
    },
  };
}

/** Features that Synapse switches by the number of their proposal; no key at all where none is on. */
function experimental(own: Synapse, calls: boolean): object {
  const features = {
    ...(calls ? { msc4143_enabled: true, msc4222_enabled: true } : {}),
    ...(own.pushesEncryptedEvents ? { msc4028_push_encrypted_events: true } : {}),
  };
  return Object.keys(features).length === 0 ? {} : { experimental_features: features };
}

/**
 * The servers that relay calls between two people. Guests have nobody to call. A login that is the same for everybody
 * has no options for files: it is in a file of its own, composed inside a Secret.
 */
function turn(stack: Scene): object {
  const [server] = TURN.of(stack.offers);
  if (server === undefined) return {};
  const { uris, login } = server;
  return {
    turn_uris: [...uris],
    ...(login.by === 'shared-secret'
      ? { turn_shared_secret_path: `${SYNAPSE_PATHS.turn}/${login.key}`, turn_user_lifetime: '1h' }
      : {}),
    turn_allow_guests: false,
  };
}

/** What is only written where the stack file asks for it: Synapse's own default otherwise. */
function privacy({ profilesNeedLogin, federationTls }: Synapse): object {
  return {
    ...(profilesNeedLogin ? { require_auth_for_profile_requests: true } : {}),
    // A text, as Synapse wants it.
    ...(federationTls === undefined
      ? {}
      : { federation_client_minimum_tls_version: federationTls.replace('TLSv', '') }),
  };
}

/** Synapse's word for no room at all is `off`. */
const ENCRYPTION = { all: 'all', invite: 'invite', none: 'off' } as const;

/**
 * homeserver.yaml as data. Holds no secret and no `${…}`: Synapse expands nothing.
 *
 * @see https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html
 */
export function homeserver(stack: Scene, own: Synapse): unknown {
  return mergePatch(ownHomeserver(stack, own), own.extraConfig);
}

/** The public halves of keys it signed with before: without them what they signed could not be checked any more. */
function oldSigningKeys({ secretFiles }: Scene): object {
  const keys = secretFiles.flatMap((file) => file.oldSigningKeys);
  if (keys.length === 0) return {};
  return {
    old_signing_keys: Object.fromEntries(
      keys.map(({ id, key, expiredMs }) => [id, { key, expired_ts: expiredMs }]),
    ),
  };
}

/** The database that is kept for it, and how it is reached. */
function database(stack: Scene, self: string): object {
  const { database, connections } = databaseFor(stack, self);
  const { host, port } = reach(stack.topology, {
    from: self,
    to: databaseServer(stack).workload,
    port: 'postgres',
  });
  return {
    name: 'psycopg2',
    // The password comes from PGPASSWORD: written here it would have to stand in the ConfigMap.
    args: {
      user: database.name,
      dbname: database.name,
      host,
      port,
      sslmode: 'require',
      application_name: 'synapse',
      keepalives_idle: 10,
      keepalives_interval: 10,
      keepalives_count: 3,
      cp_min: 5,
      cp_max: connections,
    },
  };
}

/** What the stack itself says, before additions. */
function ownHomeserver(stack: Scene, own: Synapse): object {
  const self = workloadOf(stack.topology, 'synapse');
  const { secrets, config, data } = SYNAPSE_PATHS;
  // Without the federation resource nobody could check our users' identity either: the JWT service asks there.
  const resources = [
    { names: stack.federation === 'closed' ? ['client', 'openid'] : ['client', 'federation'] },
  ];
  return {
    server_name: stack.serverName,
    public_baseurl: `${own.baseUrl}/`,
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
    database: database(stack, self.id),
    media_store_path: `${data}/media_store`,
    max_upload_size: own.uploadLimit,
    max_image_pixels: '32M',
    url_preview_enabled: false,
    enable_registration: false,
    presence: { enabled: false },
    rc_login: { address: LOGINS_BY_ADDRESS },
    encryption_enabled_by_default_for_room_type: ENCRYPTION[own.encryptNewRooms],
    ...privacy(own),
    ip_range_blacklist: PRIVATE_RANGES,
    ...federation(stack),
    ...calls(stack, own),
    ...turn(stack),
    caches: {
      global_factor: own.caches.globalFactor,
      cache_autotuning: {
        max_cache_memory_usage: own.caches.max,
        target_cache_memory_usage: own.caches.target,
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
