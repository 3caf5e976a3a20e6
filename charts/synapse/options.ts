import { type Owned, owned } from '../../src/system/extra-config.ts';
import { CALLS, type Offered, TURN } from '../../src/system/topics.ts';

/** Options of homeserver.yaml that other parts of any stack are built on. */
const ALWAYS_OWNED = owned({
  server_name: 'serverName',
  public_baseurl: 'synapse.host',
  signing_key_path: 'the Secret synapse-signing-key',
  signing_key: 'the Secret synapse-signing-key',
  registration_shared_secret: 'the Secret synapse-secrets',
  registration_shared_secret_path: 'the Secret synapse-secrets',
  macaroon_secret_key: 'the Secret synapse-secrets',
  macaroon_secret_key_path: 'the Secret synapse-secrets',
  form_secret: 'the Secret synapse-secrets',
  form_secret_path: 'the Secret synapse-secrets',
  log_config: 'the rendered log configuration',
  listeners: 'the ports that routes and probes use',
  enable_metrics: 'the metrics port',
  'database.name': 'database',
  'database.args.user': 'database',
  'database.args.password': 'the Secret of the database',
  'database.args.dbname': 'database',
  'database.args.host': 'database',
  'database.args.port': 'database',
  'database.args.sslmode': 'database',
  media_store_path: 'synapse.media',
  max_upload_size: 'synapse.uploadLimit',
  federation_domain_whitelist: 'federation',
  'caches.cache_autotuning.max_cache_memory_usage': 'synapse.resources.limits.memory',
  'caches.cache_autotuning.target_cache_memory_usage': 'synapse.resources.limits.memory',
});

/** The same where calls go through a service that Synapse tells clients of. Elsewhere they may be for one of your own. */
const OWNED_BY_CALLS = owned({
  'matrix_rtc.transports': 'livekit',
  max_event_delay_duration: 'livekit',
  'experimental_features.msc4143_enabled': 'livekit',
  'experimental_features.msc4222_enabled': 'livekit',
});

/** The same where somebody relays calls. */
const OWNED_BY_TURN = owned({
  turn_uris: 'turn',
  turn_shared_secret: 'turn',
  turn_shared_secret_path: 'turn',
  turn_username: 'turn',
  turn_password: 'turn',
});

/** Options of homeserver.yaml that belong to others in a stack where this is offered. */
export function synapseOwned(offers: readonly Offered[]): readonly Owned[] {
  return [
    ...ALWAYS_OWNED,
    ...(hasCalls(offers) ? OWNED_BY_CALLS : []),
    ...(hasTurn(offers) ? OWNED_BY_TURN : []),
  ];
}

/** Every option at the top of homeserver.yaml that is rendered for some stack without calls. */
const RENDERED_OPTIONS = [
  'caches',
  'database',
  'default_room_version',
  'enable_metrics',
  'enable_registration',
  'encryption_enabled_by_default_for_room_type',
  'experimental_features',
  'federation_client_minimum_tls_version',
  'federation_domain_whitelist',
  'form_secret_path',
  'ip_range_blacklist',
  'listeners',
  'log_config',
  'macaroon_secret_key_path',
  'max_image_pixels',
  'max_upload_size',
  'media_store_path',
  'old_signing_keys',
  'presence',
  'public_baseurl',
  'rc_login',
  'registration_shared_secret_path',
  'report_stats',
  'require_auth_for_profile_requests',
  'server_name',
  'signing_key_path',
  'suppress_key_server_warning',
  'trusted_key_servers',
  'url_preview_enabled',
] as const;

/** The same that is only rendered for calls. */
const RENDERED_FOR_CALLS = ['matrix_rtc', 'max_event_delay_duration', 'rc_delayed_event_mgmt', 'rc_message'];

/** The same where somebody relays calls. */
const RENDERED_FOR_TURN = ['turn_allow_guests', 'turn_shared_secret_path', 'turn_uris', 'turn_user_lifetime'];

/** Every option at the top of homeserver.yaml that is rendered where this is offered. */
export function renderedOptions(offers: readonly Offered[]): readonly string[] {
  return [
    ...RENDERED_OPTIONS,
    ...(hasCalls(offers) ? RENDERED_FOR_CALLS : []),
    ...(hasTurn(offers) ? RENDERED_FOR_TURN : []),
  ];
}

function hasCalls(offers: readonly Offered[]): boolean {
  return CALLS.of(offers).some(({ by }) => by === 'livekit');
}

function hasTurn(offers: readonly Offered[]): boolean {
  return TURN.of(offers).length > 0;
}

/** Options that would undo what comes from files of Secrets, where this is offered. */
export function inlineSecrets(offers: readonly Offered[]): readonly string[] {
  return [
    'form_secret',
    'macaroon_secret_key',
    'registration_shared_secret',
    'signing_key',
    ...(hasTurn(offers) ? ['turn_password', 'turn_shared_secret', 'turn_username'] : []),
  ];
}
