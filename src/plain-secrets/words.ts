/**
 * What a secret in plain text looks like, as data: each entry with its reason. `names.ts`, `forms.ts` and the other
 * files of this folder only read these lists. test/rules/secret-corpus.ts says what they must and must not find.
 */

/** An end of a key's name that makes its value a secret. Names are compared as `snake_case`. */
export interface Ending {
  readonly word: string;
  /** Also where no `_` comes before it: `PGPASSWORD`, `authtoken`. */
  readonly glued?: true;
  readonly why: string;
}

/** Ends of names. A plural `s` may follow, and so may an end of {@link VARIANTS}. */
export const ENDINGS: readonly Ending[] = [
  { word: 'password', glued: true, why: 'databases, Redis, LDAP, SIP, Jitsi' },
  { word: 'passwd', glued: true, why: 'the same, shortened' },
  { word: 'passphrase', glued: true, why: 'private keys and backups' },
  { word: 'pass', why: 'smtp_pass; not glued, because of bypass and compass' },
  { word: 'pwd', why: 'connection strings' },
  { word: 'pw', why: 'bind_pw and others; not glued, because of draw.pw' },
  { word: 'passcode', why: 'meetings and telephone' },
  { word: 'password_hash', why: 'can be guessed at leisure by whoever has it' },
  { word: 'bindpw', glued: true, why: 'LDAP' },
  { word: 'rootpw', glued: true, why: 'LDAP' },
  { word: 'requirepass', why: 'Redis' },
  { word: 'masterauth', why: 'Redis' },
  { word: 'secret', glued: true, why: 'form_secret, client_secret, JWT_APP_SECRET' },
  { word: 'token', glued: true, why: 'as_token, hs_token, access tokens' },
  { word: 'secret_key', why: 'macaroon_secret_key, S3' },
  { word: 'secretkey', why: 'the same in one word' },
  { word: 'private_key', why: 'recaptcha_private_key, VAPID, WireGuard' },
  { word: 'privatekey', why: 'the same in one word' },
  { word: 'signing_key', why: "Synapse's signing_key may hold the key itself" },
  { word: 'encryption_key', why: 'modules and bridges' },
  { word: 'customer_key', why: 'sse_customer_key of S3' },
  { word: 'master_key', why: 'search engines, storage' },
  { word: 'auth_key', why: 'VPNs and SMS services' },
  { word: 'account_key', why: 'Azure storage' },
  { word: 'access_key', why: 'secret_access_key of S3' },
  { word: 'accesskey', why: 'the same in one word' },
  { word: 'access_key_id', why: 'the other half of a pair of S3 keys: both belong in one Secret' },
  { word: 'api_key', why: 'push gateways, SMS, search' },
  { word: 'apikey', glued: true, why: 'the same in one word' },
  { word: 'app_key', why: 'SMS and push services' },
  { word: 'user_key', why: 'Pushover' },
  { word: 'lapi_key', why: 'CrowdSec' },
  { word: 'pickle_key', why: 'encrypted bridges' },
  { word: 'session_key', why: 'cookies of web programs' },
  { word: 'shared_key', why: 'VPNs' },
  { word: 'hmac_key', why: 'signed URLs' },
  { word: 'secret_key_base', why: 'Rails' },
  { word: 'secret_salt', why: 'sessions' },
  { word: 'api_hash', why: 'Telegram' },
  { word: 'livekit_key', why: 'LIVEKIT_KEYS holds keys with their secrets' },
  { word: 'pepper', why: "Synapse's password_config" },
  { word: 'credential', why: 'TURN_CREDENTIALS; credential of a TURN server' },
  { word: 'creds', why: 'the same, shortened' },
];

/**
 * What every line with a secret has in it: a part of each of {@link ENDINGS}, an option with a user, or the colons of a
 * line of .pgpass. One look for it spares most lines the others.
 */
export const HINT = /pass|pw|secret|token|key|cred|pepper|hash|auth|-[uapw]|user|cookie|:[^\s:]+:[^\s:]+:/i;

/** Ends that name another spelling of the same secret: `PASSWORD_OLD`, `token_2`, `secret_base64`. */
export const VARIANTS: readonly string[] = [
  'old',
  'new',
  'current',
  'previous',
  'primary',
  'secondary',
  'plain',
  'value',
  'base64',
  'b64',
  'hex',
];

/** Groups of a configuration in which any key may be chosen, and every value is a secret. */
export const SECRET_GROUPS: Readonly<Record<string, string>> = {
  keys: 'LiveKit: key and secret, if all values are texts',
  secrets: 'Matrix Authentication Service, bridges',
  passwords: 'users with their passwords',
  tokens: 'users with their tokens',
  login_shared_secret_map: 'bridges: a secret for each homeserver',
};

/** Keys in such groups whose values are none. */
export const NO_SECRET_IN_GROUP =
  /(?:^|_)(?:path|file|name|type|kind|id|kid|user|username|url|uri|host|port|provider|backend|engine|store|mode)$/;

/** Names that end like a secret and hold none. */
export const HARMLESS_NAMES: Readonly<Record<string, string>> = {
  proxy_pass: 'nginx: where a request goes',
  fastcgi_pass: 'nginx: where a request goes',
  grpc_pass: 'nginx: where a request goes',
  uwsgi_pass: 'nginx: where a request goes',
  public_token: 'says of itself that it is public',
  'webhook.api_key': 'LiveKit: the name of a key, whose secret is elsewhere',
};

/** Fields of Kubernetes objects that hold the name of a Secret, or of a key in one. */
export const REFERENCE_FIELDS: Readonly<Record<string, string>> = {
  secret: 'Traefik, cloudflare-operator: the name of a Secret',
  secrets: 'a list of names of Secrets',
  secretKey: 'External Secrets: the key of a Secret that a value goes to',
  rootCAsSecrets: 'Traefik: names of Secrets',
  certificatesSecrets: 'Traefik: names of Secrets',
  serverTLSSecret: 'CloudNativePG: the name of a Secret',
  serverCASecret: 'CloudNativePG: the name of a Secret',
  clientCASecret: 'CloudNativePG: the name of a Secret',
  replicationTLSSecret: 'CloudNativePG: the name of a Secret',
};

/** Groups of an object whose keys are not fields but chosen by people. */
export const FREE_GROUPS: ReadonlySet<string> = new Set(['data', 'annotations', 'labels']);

/** Annotations whose names end in the name of a Secret or of its key, and that hold facts about it. */
export const FACT_ANNOTATIONS = /^(?:checksum|revision|[a-z-]{1,40}\.matrix-gitops)\//;

/** Values that switch something on or off, whatever their key is called. */
export const SWITCHES: ReadonlySet<string> = new Set([
  '',
  '0',
  '1',
  'true',
  'false',
  'yes',
  'no',
  'on',
  'off',
  'null',
  'none',
  '~',
]);

/**
 * A value that only names where the secret comes from, as a whole: `${NAME}`, `$(NAME)`, `$NAME`, `{{ name }}`, `${{ name }}`,
 * `$(cat /file)`. With a default (`${NAME:-secret}`) or text around it, it holds something of its own.
 */
export const REFERENCE =
  /^(?:\$\{[A-Za-z_]\w*\}|\$\([A-Za-z_]\w*\)|\$[A-Z_][A-Z0-9_]*|\$?\{\{[^{}]*\}\}|\$\((?:cat |< ?)[\w./-]+\))+$/;

/** What documentation writes in place of a password in a URL. */
export const URL_PLACEHOLDER = /^(?:<[^<>]*>|\{\w*\}|%\(\w+\)s|%\{\w+\}|%s)$/;

/** Folders that a file with a secret is read from: under a secret's name, such a path is a reference. */
export const PATH =
  /^(?:file:\/\/)?\/(?:etc|run|var|secrets?|config|conf|data|mnt|home|opt|tmp|keys)\/[\w./-]+$/;

/** What SOPS makes of a value. */
export const SOPS_VALUE = /^ENC\[AES256_GCM,data:[A-Za-z0-9+/=]*,iv:/;

/** A form that only secrets have. */
export interface Form {
  /** In a message, after "holds". */
  readonly what: string;
  /** The text that it begins with, one of these. */
  readonly begins: readonly string[];
  /** What has to follow; nothing in here repeats without a limit. */
  readonly follows: RegExp;
  /** Whether it counts in the middle of a word too. */
  readonly anywhere?: true;
}

/** Forms of private keys and tokens. */
export const FORMS: readonly Form[] = [
  {
    what: 'a private key',
    begins: ['-----BEGIN '],
    follows: /[A-Z0-9 ]{0,40}PRIVATE KEY/y,
    anywhere: true,
  },
  // "-----BEGIN " in base64, as a Secret's data has it; the kind of block is read from what is decoded.
  { what: 'a private key in base64', begins: ['LS0tLS1CRUdJTi'], follows: /[A-Za-z0-9+/]{8,80}/y },
  { what: 'a private key', begins: ['PuTTY-User-Key-File-'], follows: /\d/y },
  { what: 'a private key of age', begins: ['AGE-SECRET-KEY-'], follows: /(?:PQ-)?1[A-Z0-9]{20}/y },
  {
    what: "a signing key of Synapse's",
    begins: ['ed25519 '],
    follows: /\w{1,40} [A-Za-z0-9+/]{43}(?![A-Za-z0-9+/])/y,
  },
  {
    what: 'an access token of Synapse',
    begins: ['syt_'],
    follows: /[A-Za-z0-9+/=_-]{1,200}_[A-Za-z]{20}_\w{6}/y,
  },
  {
    what: 'a token of Matrix Authentication Service',
    begins: ['mat_', 'mcr_', 'mct_', 'mpt_'],
    follows: /[A-Za-z0-9]{30}_[A-Za-z0-9]{6}/y,
  },
  {
    what: 'a signed token (JWT)',
    begins: ['eyJ'],
    follows: /[\w-]{8,4000}\.eyJ[\w-]{4,8000}\.[\w-]{8}/y,
  },
  {
    what: 'a token of GitHub',
    begins: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'],
    follows: /[A-Za-z0-9]{36}/y,
  },
  { what: 'a token of GitHub', begins: ['github_pat_'], follows: /\w{20}/y },
  { what: 'a token of GitLab', begins: ['glpat-', 'gldt-', 'glrt-', 'glptt-'], follows: /[\w-]{20}/y },
  {
    what: 'a token of Slack',
    begins: ['xoxa-', 'xoxb-', 'xoxp-', 'xoxr-', 'xoxs-', 'xapp-'],
    follows: /[A-Za-z0-9-]{10}/y,
  },
  { what: 'a key of AWS', begins: ['AKIA', 'ASIA'], follows: /[A-Z0-9]{16}(?![A-Za-z0-9])/y },
  { what: 'a key of Google', begins: ['AIza'], follows: /[\w-]{35}/y },
  { what: 'a token of Hugging Face', begins: ['hf_'], follows: /[A-Za-z0-9]{30}/y },
  { what: 'an API key', begins: ['sk-'], follows: /[\w-]{20}/y },
  { what: 'a key of Stripe', begins: ['sk_live_', 'rk_live_', 'sk_test_'], follows: /[A-Za-z0-9]{16}/y },
  { what: 'a key of SendGrid', begins: ['SG.'], follows: /[\w-]{16,64}\.[\w-]{16}/y },
  { what: 'a token of npm', begins: ['npm_'], follows: /[A-Za-z0-9]{36}/y },
  { what: 'a token of DigitalOcean', begins: ['dop_v1_'], follows: /[a-f0-9]{64}/y },
  { what: 'a token of Vault', begins: ['hvs.', 'hvb.'], follows: /[\w-]{20}/y },
  { what: 'a token of a Telegram bot', begins: [':AA'], follows: /[\w-]{33}(?![\w-])/y, anywhere: true },
  {
    what: 'a password hash',
    begins: ['$2a$', '$2b$', '$2y$', '$apr1$', '$argon2id$', '$argon2i$'],
    follows: /[\w./=,$+-]{20}/y,
    anywhere: true,
  },
  {
    what: 'a webhook with its token',
    begins: ['hooks.slack.com/services/'],
    follows: /\w{4,20}\/\w{4,20}\/\w{8}/y,
    anywhere: true,
  },
  {
    what: 'a webhook with its token',
    begins: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    follows: /\d{4,30}\/[\w-]{16}/y,
    anywhere: true,
  },
];

/** `Authorization: Bearer …`; the token is what follows. */
export const AUTHORIZATION = /^(?:bearer|basic|token|digest|apikey)\s{1,9}(\S{4,})$/i;

/** Options of commands that take `user:password`. */
export const USER_OPTIONS: ReadonlySet<string> = new Set(['-u', '--user', '--proxy-user']);

/** Short options that take a password, by the program that has them. */
export const PROGRAM_OPTIONS: Readonly<Record<string, string>> = {
  'redis-cli': '-a',
  'valkey-cli': '-a',
  sshpass: '-p',
  mysql: '-p',
  mariadb: '-p',
  ldapsearch: '-w',
};

/** First words of a line whose second word is a secret: Redis. */
export const DIRECTIVES: ReadonlySet<string> = new Set(['requirepass', 'masterauth']);

/** A line of .pgpass: host, port, database, user, password. */
export const PGPASS_LINE = /^[^\s:]+:(?:\d+|\*):[^\s:]+:[^\s:]+:(\S+)$/;

/** A line of .netrc, up to the password. */
export const NETRC_LINE = /^(?:machine\s+\S+|default)\s.{0,300}?\bpassword\s+(\S+)/;

/** A header that carries a session. */
export const COOKIE = /^[^\s=]{1,200}=\S{8}/;

/** Files of ConfigMaps in which everything behind `=` is a value. */
export const SETTINGS_FILE = /\.(?:conf|env|ini|properties)$/;

/** Files of ConfigMaps in which a bare word is an expression, not a value. */
export const CODE_FILE = /\.(?:lua|[cm]?[jt]sx?|py|go|rb|pl|html?|css|svg|md)$/;

/** Options of Synapse that read a secret from a file instead, by the option that holds it. */
export const FILE_OPTIONS: Readonly<Record<string, string>> = {
  registration_shared_secret: 'registration_shared_secret_path',
  macaroon_secret_key: 'macaroon_secret_key_path',
  form_secret: 'form_secret_path',
  turn_shared_secret: 'turn_shared_secret_path',
  client_secret: 'client_secret_path',
  worker_replication_secret: 'worker_replication_secret_path',
  recaptcha_private_key: 'recaptcha_private_key_path',
  signing_key: 'signing_key_path',
};
