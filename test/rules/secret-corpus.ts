/**
 * How people put secrets in the clear into what this program renders, and what only looks like it. Every value is made
 * up; tokens are put together here, so that scanners of this repository find none.
 */

/** A text of the corpus, and what it is written into. */
export interface Case {
  /** What it is, in a few words. */
  readonly title: string;
  readonly text: string;
  /** What must not be repeated by any finding. */
  readonly secret: string;
}

/** The secret of most cases. */
export const SECRET = 'hunter2';

const some = (title: string, text: string, secret = SECRET): Case => ({ title, text, secret });
const letters = (length: number): string => 'aB3dE6gH9jK2mN5pQ8rS'.repeat(10).slice(0, length);
const pem = (kind: string): string => ['-----BEGIN', `${kind}PRIVATE`, 'KEY-----'].join(' ');
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const jwt = `${base64('{"alg":"HS256"}').replaceAll('=', '')}.${base64('{"sub":"someone"}').replaceAll('=', '')}.${letters(43)}`;

/** Known by their form, wherever they are and whatever they are called. */
export const TOKENS: readonly Case[] = [
  some('a key in PEM', `${pem('')}\nMIIB`, 'MIIB'),
  some('an RSA key in PEM', `${pem('RSA ')}\nMIIB`, 'MIIB'),
  some('an encrypted key in PEM', `${pem('ENCRYPTED ')}\nMIIB`, 'MIIB'),
  some('a key of PGP', ['-----BEGIN', 'PGP', 'PRIVATE', 'KEY', 'BLOCK-----\nlQOY'].join(' '), 'lQOY'),
  some('a key in base64', base64(`${pem('')}\nMIIBMIIBMIIBMIIB\n`), base64(pem('')).slice(20, 40)),
  some('a key of age', `AGE-SECRET-KEY-1${letters(58).toUpperCase()}`, letters(20).toUpperCase()),
  some("Synapse's signing key", `ed25519 a_made ${letters(43)}`, letters(43)),
  some(
    'an access token of Synapse',
    `syt_${base64('someone').replace(/=+$/, '')}_${'abcdefghijKLMNOPqrst'}_0aB3dE`,
    '0aB3dE',
  ),
  some('a signed token', jwt, letters(43)),
  some('GitHub', `ghp_${letters(36)}`, letters(36)),
  some('GitHub, fine-grained', `github_pat_${letters(60)}`, letters(60)),
  some('GitLab', `glpat-${letters(20)}`, letters(20)),
  some('Slack', `xoxb-${'1234567890-'}${letters(20)}`, letters(20)),
  some('AWS', `AKIA${letters(16).toUpperCase()}`, letters(16).toUpperCase()),
  some('Hugging Face', `hf_${letters(34)}`, letters(34)),
  some('an API key', `sk-${letters(48)}`, letters(48)),
  some('Stripe', `sk_live_${letters(24)}`, letters(24)),
  some('a Telegram bot', `123456789:AA${letters(33)}`, letters(33)),
  some('a webhook of Slack', `https://hooks.slack.com/services/T0000/B0000/${letters(24)}`, letters(24)),
  some('a webhook of Discord', `https://discord.com/api/webhooks/12345/${letters(60)}`, letters(60)),
  some('a URL with user and password', 'postgres://synapse:hunter2@db:5432/synapse'),
  some('a URL with a password only', 'redis://:hunter2@redis:6379/0'),
  some('a URL with a percent-encoded password', 'amqp://me:hunter2%2F%40@mq/'),
  some('a URL with a default for a placeholder', `postgres://synapse:\${PASSWORD:-hunter2}@db/synapse`),
  some('a URL with a placeholder and more', `postgres://synapse:\${A}hunter2@db/synapse`),
  some('the address of a Sentry project', `https://${letters(32)}@sentry.example.org/4`, letters(32)),
  some('a token in a query', 'https://push.example.org/hook?room=1&access_token=hunter2'),
  some('a hash of a password', `admin:$2y$05$${letters(53)}`, letters(53)),
];

/** For `synapse.extraConfig`. */
export const SYNAPSE: readonly Case[] = [
  some('TURN', '{turn_shared_secret: hunter2}'),
  some('a digit in place of letters', '{turn_shared_secret: 12345678}', '12345678'),
  some('workers', '{worker_replication_secret: hunter2}'),
  some('mail', '{email: {smtp_host: mail.example.org, smtp_user: me, smtp_pass: hunter2}}'),
  some('OIDC', '{oidc_providers: [{idp_id: x, client_id: y, client_secret: hunter2}]}'),
  some('reCAPTCHA', '{recaptcha_public_key: 6Lpublic, recaptcha_private_key: hunter2}'),
  some('Redis', '{redis: {enabled: true, password: hunter2}}'),
  some('MSC3861', '{experimental_features: {msc3861: {client_secret: hunter2}}}'),
  some('MSC3861, administration', '{experimental_features: {msc3861: {admin_token: hunter2}}}'),
  some('MAS', '{matrix_authentication_service: {enabled: true, secret: hunter2}}'),
  some('S3', '{media_storage_providers: [{module: s3, config: {bucket: b, secret_access_key: hunter2}}]}'),
  some(
    'the id of a key of S3',
    '{media_storage_providers: [{module: s3, config: {access_key_id: hunter2}}]}',
  ),
  some('JWT', '{jwt_config: {enabled: true, secret: hunter2, algorithm: HS256}}'),
  some('a pepper', '{password_config: {pepper: hunter2}}'),
  some('SAML', `{saml2_config: {sp_config: {key: "${pem('')} hunter2"}}}`),
  some('CAS', '{cas_config: {enabled: true, service_secret: hunter2}}'),
  some('an app service', '{app_service: {as_token: hunter2}}'),
  some('the other token of an app service', '{app_service: {hs_token: hunter2}}'),
  some('a module', '{modules: [{module: spam.Checker, config: {api: {apiKey: hunter2}}}]}'),
  some('LDAP', '{modules: [{module: ldap, config: {bind_dn: cn=x, bind_password: hunter2}}]}'),
  some('a session', '{session_secret: hunter2}'),
  some('a push gateway', '{push: {apps: {x: {api_key: hunter2}}}}'),
  some('a list of tokens', '{modules: [{module: x, config: {tokens: [hunter2]}}]}'),
  some('Sentry', `{sentry: {dsn: "https://${letters(32)}@sentry.example.org/4"}}`, letters(32)),
  some('JSON in YAML', `{modules: [{module: x, config: {json: '{"a": {"password": "hunter2"}}'}}]}`),
  some('YAML in YAML', '{modules: [{module: x, config: {yaml: "a: 1\\npassword: hunter2\\n"}}]}'),
  some(
    'base64',
    `{modules: [{module: x, config: {blob: ${base64('password: hunter2')}}}]}`,
    base64('hunter2'),
  ),
  some('a command', '{modules: [{module: x, config: {command: [run, --api-secret, hunter2]}}]}'),
  some('a connection string', '{modules: [{module: x, config: {dsn: "host=db user=x password=hunter2"}}]}'),
  some('an order of mail', '{email: {client: {headers: {Authorization: Bearer hunter2}}}}'),
];

/** For `element.extraConfig`, `livekit.extraConfig` and the environments of Jitsi: parts of a stack file. */
export const STACKS: readonly Case[] = [
  some('Element: a key of maps', 'element: {extraConfig: {x: {api_key: hunter2}}}'),
  some('Element: a password', 'element: {extraConfig: {bug_report: {"basicAuthPassword": hunter2}}}'),
  some('LiveKit: keys', 'livekit: {extraConfig: {keys: {APIabc: hunter2hunter2}}, force: for a test}'),
  some('LiveKit: Redis', 'livekit: {extraConfig: {redis: {address: "redis:6379", password: hunter2}}}'),
  some('LiveKit: TURN', 'livekit: {extraConfig: {rtc: {turn_servers: [{host: t, credential: hunter2}]}}}'),
  some('Jitsi: JWT', 'jitsi: {access: anyone, prosody: {env: {JWT_APP_SECRET: hunter2}}}'),
  some('Jitsi: LDAP', 'jitsi: {access: anyone, prosody: {env: {LDAP_BINDPW: hunter2}}}'),
  some('Jitsi: TURN', 'jitsi: {access: anyone, prosody: {env: {TURN_CREDENTIALS: hunter2}}}'),
  some('Jitsi: a recorder', 'jitsi: {access: anyone, jicofo: {env: {JIBRI_RECORDER_PASSWORD: hunter2}}}'),
  some('Jitsi: Etherpad', 'jitsi: {access: anyone, web: {env: {ETHERPAD_APIKEY: hunter2}}}'),
];

/** Fields of a container, for overrides: YAML of what is put into it. */
export const CONTAINERS: readonly Case[] = [
  some('a variable', '{env: [{name: API_TOKEN, value: hunter2}]}'),
  some('a variable in one word', '{env: [{name: PGPASSWORD, value: hunter2}]}'),
  some('an old variable', '{env: [{name: PASSWORD_OLD, value: hunter2}]}'),
  some("LiveKit's keys", '{env: [{name: LIVEKIT_KEYS, value: "APIabc: hunter2"}]}'),
  some('a proxy', '{env: [{name: HTTPS_PROXY, value: "http://me:hunter2@proxy:3128"}]}'),
  some(
    'a configuration in a variable',
    `{env: [{name: CONFIG, value: '{"redis": {"password": "hunter2"}}'}]}`,
  ),
  some('an argument', '{args: [--password=hunter2]}'),
  some('an argument and its value', '{args: [--api-secret, hunter2, --port, "80"]}'),
  some('a variable of a command', '{args: [-e, TOKEN=hunter2]}'),
  some('a script', '{command: [sh, -c, "run --turn-secret hunter2 && wait"]}'),
  some('a script that sets a variable', `{command: [sh, -c, "export DB_PASSWORD='hunter2'\\nexec run"]}`),
  some('curl', '{command: [sh, -c, "curl -u admin:hunter2 http://localhost/"]}'),
  some('curl with a header', `{command: [sh, -c, "curl -H 'Authorization: Bearer hunter2' http://x/"]}`),
  some('a header of another kind', `{command: [sh, -c, "curl -H 'X-Api-Key: hunter2' http://x/"]}`),
  some(
    'a probe',
    '{livenessProbe: {httpGet: {path: /, port: 80, httpHeaders: [{name: Authorization, value: Bearer hunter2}]}}}',
  ),
  some(
    'a probe with a password',
    `{readinessProbe: {httpGet: {path: /, port: 80, httpHeaders: [{name: Authorization, value: "Basic ${base64('me:hunter2')}"}]}}}`,
    base64('me:hunter2'),
  ),
  some('redis-cli', '{command: [redis-cli, -a, hunter2, ping]}'),
  some('mysql', '{command: [sh, -c, "mysql -u me -phunter2 -e x"]}'),
  some('a property of Java', '{args: ["-Dtrust.password=hunter2"]}'),
  some('a text for a file', `{command: [sh, -c, "cat > /x <<EOF\\nclient_secret: hunter2\\nEOF"]}`),
  some(
    'a session',
    '{livenessProbe: {httpGet: {path: /, port: 80, httpHeaders: [{name: Cookie, value: s=hunter2hunter2}]}}}',
  ),
  some('a hook', '{lifecycle: {preStop: {exec: {command: [curl, -u, "me:hunter2", "http://x/"]}}}}'),
];

/** Texts of a ConfigMap: the key is the first word of the title. */
export const FILES: readonly Case[] = [
  some('a.yaml: a group', 'registration_shared_secret: hunter2\n'),
  some('homeserver: YAML without an ending', 'server_name: x\nform_secret: hunter2\n'),
  some('a.txt: YAML with another ending', 'a: 1\ndb:\n  password: hunter2\n'),
  some('a.json: JSON', '{"clientSecret": "hunter2"}'),
  some('config: JSON without an ending', '{"a": [{"password": "hunter2"}]}'),
  some('a.yaml: a second document', 'a: 1\n---\nb: {secret: hunter2}\n'),
  some('a.yaml: an alias', 'x: &a [hunter2]\ntokens: *a\n'),
  some('a.yaml: a comment', 'a: 1\n# password: hunter2\n'),
  some('a.conf: a setting', 'x = 1\npassword = hunter2\n'),
  some('turnserver.conf: coturn', 'use-auth-secret\nstatic-auth-secret=hunter2\n'),
  some('redis.conf: Redis', 'port 6379\nrequirepass hunter2\n'),
  some('a.env: a variable', 'export DB_PASSWORD=hunter2\n'),
  some('prosody.cfg.lua: Lua', 'turn_external_secret = "hunter2"\n'),
  some('run.sh: a script', 'set -e\nTOKEN=hunter2\nrun\n'),
  some('run: a script without an ending', '#!/bin/sh\nrun --password=hunter2\n'),
  some('a.toml: TOML', '[db]\npassword = "hunter2"\n'),
  some('wg0.conf: WireGuard', '[Interface]\nPrivateKey = hunter2\n'),
  some('default.conf: nginx', 'location / {\n  proxy_set_header Authorization "Bearer hunter2";\n}\n'),
  some('pgpass: PostgreSQL', 'db:5432:synapse:synapse:hunter2\n'),
  some('.netrc: logins', 'machine example.org login me password hunter2\n'),
  some(
    '.dockerconfigjson: a registry',
    `{"auths": {"r": {"auth": "${base64('me:hunter2')}"}}}`,
    base64('me:hunter2'),
  ),
  some('a.yaml: a Secret', 'apiVersion: v1\nkind: Secret\nstringData:\n  a: hunter2\n'),
  some('b.yaml: a bind password', 'ldap: {bind_pw: hunter2}'),
  some('b.yaml: a secret for each homeserver', 'bridge: {login_shared_secret_map: {example.org: hunter2}}'),
  some('mas.yaml: secrets', 'secrets: {encryption: hunter2hunter2}'),
  some('b.yaml: a key of a bridge', 'encryption: {pickle_key: hunter2}'),
  some('jwks.json: a key that signs', '{"keys": [{"kty": "RSA", "n": "x", "d": "hunter2"}]}'),
  some('coturn.conf: a user', 'user=me:hunter2\nrealm=example.org'),
  some('mod.cfg.lua: a table', 'sql = { driver = "PostgreSQL", username = "x", password = "hunter2" }'),
  some('settings.py: a dictionary', 'DATABASES = {"default": {"PASSWORD": "hunter2"}}'),
  some('config.js: an object', 'var config = { appSecret: "hunter2" };'),
  some('jvb.conf: HOCON', 'jicofo { client { password = "hunter2" } }'),
  some('a.xml: XML', '<config><password>hunter2</password></config>'),
  some('a.ini: several words', '[security]\nadmin_password = hunter2 and more'),
  some('DSN: a connection string', 'host=db dbname=x user=y password=hunter2'),
  some('ODBC: another one', 'Server=db;Database=x;User Id=y;Password=hunter2;'),
];

/** Whole objects. */
export const OBJECTS: readonly Case[] = [
  some('a Secret', '{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: hunter2}}'),
  some(
    'a Secret in a List',
    '{apiVersion: v1, kind: List, metadata: {name: l}, items: [{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: aHVudGVyMg==}}]}',
    'aHVudGVyMg==',
  ),
  some(
    'a SealedSecret with a plain value in its template',
    '{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: s}, spec: {encryptedData: {}, template: {data: {password: hunter2}}}}',
  ),
  some(
    'a SealedSecret with a value that is not sealed',
    '{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: s}, spec: {encryptedData: {form-secret: hunter2}}}',
  ),
  some(
    'the fixed text of a file that an ExternalSecret composes',
    `{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: s}, spec: {target: {template: {data: {mail.yaml: "smtp_user: {{ .user }}\\nsmtp_pass: hunter2\\n"}}}}}`,
  ),
  some(
    'a field that is called secretKey anywhere else',
    '{apiVersion: example.org/v1, kind: Store, metadata: {name: s}, spec: {secretKey: Hunter_2}}',
    'Hunter_2',
  ),
  some(
    'an annotation',
    '{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {example.org/api-token: hunter2}}}',
  ),
  some(
    'what kubectl apply leaves on an object',
    `{apiVersion: v1, kind: Secret, metadata: {name: s, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{"apiVersion":"v1","kind":"Secret","stringData":{"a":"hunter2"}}'}}}`,
  ),
  some(
    'a header that Traefik adds',
    '{apiVersion: traefik.io/v1alpha1, kind: Middleware, metadata: {name: m}, spec: {headers: {customRequestHeaders: {Authorization: Bearer hunter2}}}}',
  ),
  some(
    'binary data',
    `{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, binaryData: {x: ${base64('password = hunter2\n')}}}`,
    base64('password = hunter2\n'),
  ),
  some(
    'a Secret that is not all encrypted',
    '{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: hunter2}, sops: {mac: x}}',
  ),
];

/** Nothing of this is a secret: for a file of a ConfigMap, by the first word of the title. */
export const HARMLESS_FILES: readonly Case[] = [
  some('a.yaml: a path', 'registration_shared_secret_path: /secrets/x\n'),
  some('a.yaml: another path', 'form_secret_path: /secrets/form\n'),
  some('a.yaml: a file', 'client_secret_file: /secrets/oidc\n'),
  some('a.yaml: a file of keys', 'key_file: /secrets/livekit/keys.yaml\n'),
  some('a.yaml: a path under the name itself', 'private_key: /etc/ssl/private.pem\n'),
  some('a.yaml: a switch', 'registration_requires_token: true\n'),
  some('a.yaml: a group of settings', 'password_config: {enabled: true, localdb_enabled: false}\n'),
  some('a.yaml: an empty list', 'password_providers: []\n'),
  some('a.yaml: a policy', 'password_config: {policy: {minimum_length: 15, require_digit: true}}\n'),
  some('a.yaml: an address', 'token_endpoint: https://id.example.org/token\n'),
  some('a.yaml: how long', 'refreshable_access_token_lifetime: 5m\nsession_lifetime: 24h\n'),
  some('a.yaml: how long, in seconds', 'token_lifetime: 3600\n'),
  some('a.yaml: how a client logs in', 'client_auth_method: client_secret_basic\n'),
  some('a.yaml: a public key', 'recaptcha_public_key: 6LcExample\n'),
  some('a.yaml: a key to check signatures with', `old_signing_keys: {"ed25519:a": {key: ${letters(43)}}}\n`),
  some(
    'a.yaml: keys of others',
    `trusted_key_servers: [{server_name: x, verify_keys: {"ed25519:a": ${letters(43)}}}]\n`,
  ),
  some('a.yaml: nothing', 'password: ""\nsecret: null\ntoken: ~\n'),
  some('a.yaml: turned off', 'password: false\ntoken: none\n'),
  some('a.yaml: references', 'a: {secret: "{{ .x }}", pass: $(PASS), password: $PASSWORD}\n'),
  some('a.yaml: a name of a key', 'webhook: {api_key: matrix-rtc, urls: [http://x/]}\n'),
  some('a.yaml: a warning', 'suppress_key_server_warning: true\n'),
  some('a.yaml: a set of keys', 'keys: [{kid: a, kty: RSA}]\n'),
  some('a.json: what Element shows', '{"setting_defaults": {"UIFeature.passwordReset": false}}'),
  some('a.json: a help page', '{"help": "https://example.org/password?topic=token"}'),
  some('a.json: an algorithm', '{"token_type": "Bearer", "response_type": "token"}'),
  some('a.yaml: a sentence', 'description: "password: the word you log in with; token: another one"\n'),
  some('a.yaml: a comment with words', '# The password: see the Secret\na: 1\n'),
  some(
    'a.yaml: a certificate',
    'cert: |\n  -----BEGIN CERTIFICATE-----\n  MIIB\n  -----END CERTIFICATE-----\n',
  ),
  some('a.yaml: a public key in PEM', 'key: |\n  -----BEGIN PUBLIC KEY-----\n  MIIB\n'),
  some(
    'a.yaml: a key of SSH',
    'authorized: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHhleGFtcGxlZXhhbXBsZWV4YW1wbGVleGFt\n',
  ),
  some(
    'a.yaml: a recipient of age',
    'recipient: age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\n',
  ),
  some('a.yaml: a checksum', 'sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n'),
  some('a.yaml: an image', `image: ghcr.io/x/token@sha256:${'0a1b2c3d'.repeat(8)}\n`),
  some('a.yaml: an encrypted value', 'password: ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]\n'),
  some('a.yaml: user and group', 'user: "991:991"\nlogin: admin\n'),
  some(
    'prosody.cfg.lua: an expression',
    'secret = os.getenv("X")\npassword = module:get_option("password")\n',
  ),
  some(
    'mas.yaml: files of secrets',
    'secrets: {encryption_file: /run/x, keys: [{kid: a, key_file: /run/y}]}\n',
  ),
  some('jwks.json: public keys', '{"keys": [{"kty": "RSA", "n": "x", "e": "AQAB"}]}'),
  some('a.lua: quoted words', 'local name = "password"\nprint("token: ", name)\n'),
  some('a.sh: options', 'ls -a /x -p 80 -w 5\nredis-cli -h redis ping\nmysql -p -u me\n'),
  some('a.js: code', 'const token = readToken();\nconst password = input.value;\n'),
  some('a.py: code', 'password = config.get("password")\ntoken = self.token\n'),
  some('index.html: a page', '<input type="password" name="password">\n<p>token: ask us</p>\n'),
  some('run.sh: references', 'PASSWORD="$PASSWORD"\nTOKEN=$(cat /run/token)\nexport SECRET="${SECRET}"\n'),
  some('run.sh: words', 'echo "enter the password: "\ntest -n "$TOKEN" || exit 1\n'),
  some('run.sh: options for files', 'run --password-file /run/pw --token-ttl 1h --client-secret-path=/x\n'),
  some('a.env: a reference', 'PASSWORD=${PASSWORD}\n'),
  some('nginx.conf: nginx', 'server_tokens off;\nproxy_pass http://127.0.0.1:8008;\n'),
  some(
    'cors.conf: headers',
    'add_header Access-Control-Allow-Headers "X-Requested-With, Content-Type, Authorization";\n',
  ),
  some('auth.conf: a header handed on', 'proxy_set_header Authorization $http_authorization;\n'),
  some('url: a URL', 'https://example.org:8448/_matrix/client/v3/login?type=m.login.password\n'),
  some('url: a URL with a user', 'ssh://git@github.com/x/y.git\n'),
  some('server.json: a host below .pw and its port', '{"m.server": "synapse.example.pw:443"}\n'),
  some('url: a URL with a user and no password', 'postgres://synapse@matrix-db-rw:5432/synapse\n'),
  some('url: a URL with a reference', 'postgres://synapse:$(PGPASSWORD)@db/synapse\n'),
  some('url: another reference', 'postgres://synapse:${PGPASSWORD}@db/synapse\n'),
  some('url: an example', 'postgres://<user>:<password>@db/synapse\n'),
  some('url: an at sign in a path', 'https://a.example:80/@b:c@d\n'),
  some('url: a query with a reference', 'https://meet.example/x?jwt=$jwt&token=${TOKEN}\n'),
  some('text: a Matrix id', '@someone:example.org and #room:example.org\n'),
  some('text: a path', '/secrets/synapse/registration-shared-secret\n'),
];

/** Fields of a container that hold no secret. */
export const HARMLESS_CONTAINERS: readonly Case[] = [
  some('a reference', '{env: [{name: PGPASSWORD, valueFrom: {secretKeyRef: {name: s, key: password}}}]}'),
  some('a path', '{env: [{name: TOKEN_PATH, value: /run/token}]}'),
  some('a file', '{env: [{name: PASSWORD_FILE, value: /run/password}]}'),
  some('a switch', '{env: [{name: ALLOW_EMPTY_TOKEN, value: "false"}, {name: REQUIRE_TOKEN, value: "1"}]}'),
  some('another variable', '{env: [{name: PASSWORD, value: $(OTHER)}]}'),
  some('how long', '{env: [{name: TOKEN_LIFETIME, value: 5m}, {name: SECRET_ROTATION_DAYS, value: "30"}]}'),
  some('arguments', '{args: [--config=/config/a.yaml, --password-file, /run/pw, --port=80]}'),
  some('an argument with a reference', '{args: [--password=$(PASSWORD), --token, $(TOKEN)]}'),
  some('a switch among arguments', '{args: [--require-token, --verbose]}'),
  some('user and group', '{command: [su-exec, "-u", "991:991", run]}'),
  some(
    'a header',
    '{livenessProbe: {httpGet: {path: /, port: 80, httpHeaders: [{name: X-Token-Type, value: a}]}}}',
  ),
];

const sealed = ((): string => {
  const bytes = Buffer.alloc(2 + 512 + 40, 0xa5);
  bytes.writeUInt16BE(512);
  return bytes.toString('base64');
})();

/** Whole objects that hold no secret. */
export const HARMLESS_OBJECTS: readonly Case[] = [
  some(
    'a SealedSecret',
    `{apiVersion: bitnami.com/v1alpha1, kind: SealedSecret, metadata: {name: s, annotations: {revision.matrix-gitops/form-secret: r0123456789abcdef}}, spec: {encryptedData: {form-secret: ${sealed}}}}`,
  ),
  some(
    'a Secret that is encrypted',
    "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]'}, sops: {mac: 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]'}}",
  ),
  some('a Secret without values', '{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {}}'),
  some(
    'an ExternalSecret',
    '{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: s}, spec: {data: [{secretKey: form-secret, remoteRef: {key: matrix/form-secret}}]}}',
  ),
  some(
    'a key of any spelling that an ExternalSecret fills, and a file that it composes',
    `{apiVersion: external-secrets.io/v1, kind: ExternalSecret, metadata: {name: s}, spec: {data: [{secretKey: SMTP_Pass.1, remoteRef: {key: mail}}], target: {template: {data: {password: '{{ index . "SMTP_Pass.1" }}', mail.yaml: "host: a\\nsmtp_pass: {{ index . \\"SMTP_Pass.1\\" | toJson }}\\n# {{ \\"{{\\" }}\\n"}}}}}`,
  ),
  some(
    'the name of a Secret for Traefik',
    '{apiVersion: traefik.io/v1alpha1, kind: Middleware, metadata: {name: m}, spec: {basicAuth: {secret: admin-users}}}',
  ),
  some(
    'the name of a Secret for CloudNativePG',
    '{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, metadata: {name: c}, spec: {certificates: {serverTLSSecret: db-tls}}}',
  ),
  some(
    'annotations with revisions and checksums',
    '{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {revision/synapse-secrets: 0123456789abcdef, checksum/livekit-token: 0123456789abcdef}}}',
  ),
  some(
    'a volume',
    '{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {volumes: [{name: s, secret: {secretName: synapse-signing-key, items: [{key: signing.key, path: signing.key}]}}]}}',
  ),
];
