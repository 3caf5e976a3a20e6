import * as z from 'zod';
import { extraConfigField, forceField, owned } from '../extra-config.ts';
import { extraFilesField } from '../extra-files.ts';
import type { StackFacts } from '../facts.ts';
import { host, memory, objectName, synapseSize } from '../fields.ts';
import { bytes, mebibytes } from '../quantity.ts';
import {
  type BySize,
  overrideResources,
  type Resources,
  resourcesField,
  resourcesText,
  sizeRow,
} from '../resources.ts';
import type { BySchema } from '../schemas.ts';
import { secretConfigField, secretConfigSecret } from '../secret-config.ts';
import { RANDOM_HEX_32 } from '../secrets.ts';
import { DATABASE_SERVER, DATABASES, HOMESERVER, WELL_KNOWN_CLIENT } from '../topics.ts';
import { PEERS } from '../topology.ts';
import { component } from './component.ts';
import { claims, doors } from './doors.ts';

const schema = z
  .strictObject({
    host: host
      .optional()
      .describe('Where clients and other homeservers reach it. Default: matrix.<serverName>.'),
    uploadLimit: synapseSize
      .optional()
      .describe('Largest file a person may upload, in binary K, M or G. Default: 50M.'),
    media: z
      .strictObject({
        pvc: z
          .strictObject({
            size: memory
              .optional()
              .describe(
                'Volume for uploads. It only ever grows. Default: 20Gi (small), 50Gi (medium), 200Gi (large).',
              ),
            storageClass: objectName.optional().describe('Default: cluster.storageClass.'),
          })
          .describe('A volume made by this stack.'),
      })
      .optional()
      .describe('Where uploads are kept.'),
    encryptNewRooms: z
      .enum(['all', 'invite', 'none'])
      .optional()
      .describe(
        'Which new rooms are encrypted unless their maker says otherwise: all, or those that people are invited to. A room stays encrypted for ever: whoever joins later reads nothing from before, and most bridges and bots read nothing at all, which is rarely meant for public rooms. Default: invite; all in schema 1.',
      ),
    push: z
      .strictObject({
        encryptedEvents: z
          .boolean()
          .optional()
          .describe(
            'true sends phones a push for every encrypted message (MSC4028), so that they can find mentions in rooms set to mentions only; it costs battery. Default: true; false in schema 1.',
          ),
      })
      .optional()
      .describe('Notifications to phones.'),
    profilesNeedLogin: z
      .boolean()
      .optional()
      .describe(
        'true shows names and pictures of people only to those who are logged in. Default: true; false in schema 1.',
      ),
    federationTls: z
      .enum(['TLSv1.2', 'TLSv1.3'])
      .optional()
      .describe(
        'Oldest TLS with which it connects to other homeservers. Default: TLSv1.2; whatever they offer in schema 1.',
      ),
    resources: resourcesField.optional(),
    extraConfig: extraConfigField.optional(),
    extraSecretConfig: secretConfigField.optional(),
    extraFiles: extraFilesField.optional(),
    force: forceField.optional(),
  })
  .optional()
  .describe('The homeserver. Always there.');

/** Everything about Synapse that more than one place needs. */
export interface Synapse {
  readonly host: string;
  /** What clients are told: `https://<host>`. */
  readonly baseUrl: string;
  readonly uploadLimit: string;
  readonly media: { readonly claim: string; readonly size: string; readonly storageClass?: string };
  readonly encryptNewRooms: 'all' | 'invite' | 'none';
  readonly pushesEncryptedEvents: boolean;
  readonly profilesNeedLogin: boolean;
  /** Oldest TLS version towards other homeservers; absent for Synapse's own default. */
  readonly federationTls?: 'TLSv1.2' | 'TLSv1.3';
  readonly resources: Resources;
  readonly caches: SynapseCaches;
  /** Most connections it keeps to the database. */
  readonly pool: number;
  readonly extraConfig: Readonly<Record<string, unknown>>;
  /** Options with values of Secrets; absent where there are none. */
  readonly secretConfig?: Readonly<Record<string, unknown>>;
}

/** Synapse's cache settings; sizes in its own grammar (binary M). */
export interface SynapseCaches {
  readonly globalFactor: number;
  /** Above this it evicts until `target`. */
  readonly max: string;
  readonly target: string;
}

/** Element and Matrix clients page uploads of a few MB; below this Synapse is killed while joining a large room. */
const MEMORY_FLOOR = '1Gi';
/** Smallest volume for uploads that a filesystem and a handful of pictures fit into. */
export const MEDIA_VOLUME_FLOOR = '1Gi';

const SIZES: BySize<{ media: string; globalFactor: number; pool: number; resources: Resources }> = {
  small: {
    media: '20Gi',
    pool: 10,
    globalFactor: 0.5,
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '3Gi' } },
  },
  medium: {
    media: '50Gi',
    pool: 15,
    globalFactor: 1,
    resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '6Gi' } },
  },
  large: {
    media: '200Gi',
    pool: 20,
    globalFactor: 2,
    resources: { requests: { cpu: '2', memory: '4Gi' }, limits: { memory: '12Gi' } },
  },
};

/** In schema 1 Synapse's own, as far as they were not set; from schema 2 on what people expect of a homeserver today. */
const DEFAULTS: BySchema<
  Pick<Synapse, 'encryptNewRooms' | 'pushesEncryptedEvents' | 'profilesNeedLogin' | 'federationTls'>
> = {
  1: { encryptNewRooms: 'all', pushesEncryptedEvents: false, profilesNeedLogin: false },
  2: {
    encryptNewRooms: 'invite',
    pushesEncryptedEvents: true,
    profilesNeedLogin: true,
    federationTls: 'TLSv1.2',
  },
};

/** Caches may take half of the memory limit: the other half is Synapse itself and a large room's state. */
function caches(globalFactor: number, memoryLimit: string): SynapseCaches {
  const limit = mebibytes(memoryLimit);
  return { globalFactor, max: `${Math.floor(limit / 2)}M`, target: `${Math.floor((limit * 3) / 8)}M` };
}

function resolve(written: z.infer<typeof schema>, facts: StackFacts): Synapse {
  const size = SIZES[facts.size];
  const defaults = DEFAULTS[facts.schema];
  const federationTls = written?.federationTls ?? defaults.federationTls;
  const resolvedHost = written?.host ?? `matrix.${facts.serverName}`;
  const resources = overrideResources(size.resources, written?.resources);
  const storageClass = written?.media?.pvc.storageClass ?? facts.cluster.storageClass;
  return {
    host: resolvedHost,
    baseUrl: `https://${resolvedHost}`,
    uploadLimit: written?.uploadLimit ?? '50M',
    media: {
      claim: 'synapse-media',
      size: written?.media?.pvc.size ?? size.media,
      ...(storageClass === undefined ? {} : { storageClass }),
    },
    encryptNewRooms: written?.encryptNewRooms ?? defaults.encryptNewRooms,
    pushesEncryptedEvents: written?.push?.encryptedEvents ?? defaults.pushesEncryptedEvents,
    profilesNeedLogin: written?.profilesNeedLogin ?? defaults.profilesNeedLogin,
    ...(federationTls === undefined ? {} : { federationTls }),
    resources,
    caches: caches(size.globalFactor, resources.limits.memory),
    pool: size.pool,
    extraConfig: written?.extraConfig ?? {},
    ...(written?.extraSecretConfig === undefined ? {} : { secretConfig: written.extraSecretConfig }),
  };
}

/** Options of homeserver.yaml that other parts of the stack are built on. */
const OWNED = owned({
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
  'matrix_rtc.transports': 'livekit',
  max_event_delay_duration: 'livekit',
  'experimental_features.msc4143_enabled': 'livekit',
  'experimental_features.msc4222_enabled': 'livekit',
  'caches.cache_autotuning.max_cache_memory_usage': 'synapse.resources.limits.memory',
  'caches.cache_autotuning.target_cache_memory_usage': 'synapse.resources.limits.memory',
});

/** Bytes of an `uploadLimit`. */
export function uploadBytes(limit: string): number {
  return bytes(`${limit}i`);
}

/** Names of Synapse's Secrets and their keys, as the deployment guide fixed them (docs/corrections.md). */
export const SYNAPSE_SECRETS = {
  name: 'synapse-secrets',
  registration: 'registration-shared-secret',
  macaroon: 'macaroon-secret-key',
  form: 'form-secret',
  signingKey: { name: 'synapse-signing-key', key: 'signing.key' },
} as const;

/** The Secret with options of homeserver.yaml that hold values of Secrets, and the file in it. */
export const SYNAPSE_SECRET_CONFIG = { name: 'synapse-secret-config', file: 'secret-config.yaml' } as const;

/** Every option at the top of homeserver.yaml that is rendered for some stack. */
export const RENDERED_OPTIONS = [
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
  'matrix_rtc',
  'max_event_delay_duration',
  'max_image_pixels',
  'max_upload_size',
  'media_store_path',
  'old_signing_keys',
  'presence',
  'public_baseurl',
  'rc_delayed_event_mgmt',
  'rc_login',
  'rc_message',
  'registration_shared_secret_path',
  'report_stats',
  'require_auth_for_profile_requests',
  'server_name',
  'signing_key_path',
  'suppress_key_server_warning',
  'trusted_key_servers',
  'url_preview_enabled',
] as const;

/** Options that would undo what comes from files of Secrets. */
const INLINE_SECRETS = ['form_secret', 'macaroon_secret_key', 'registration_shared_secret', 'signing_key'];

/** The homeserver. */
export const synapse = component({
  key: 'synapse',
  schema,
  resolve,
  lanName: 'The homeserver.',
  images: {
    synapse: {
      tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [1, 157, 2],
      example: 'v1.163.2',
      because: 'older releases have known security holes and lack options that are rendered',
    },
  },
  additions: [{ at: ['extraConfig'], owned: OWNED }],
  secretConfigs: [
    {
      kind: 'file',
      at: ['extraSecretConfig'],
      plain: ['extraConfig'],
      secret: SYNAPSE_SECRET_CONFIG.name,
      rendered: [...RENDERED_OPTIONS, ...INLINE_SECRETS],
    },
  ],
  extraFiles: [
    {
      at: ['extraFiles'],
      workload: 'synapse',
      // `/conf` and `/start.py` are the image's own.
      taken: ['/conf', '/config', '/data', '/secrets', '/start.py', '/tmp'],
    },
  ],
  sizes: [
    sizeRow(
      'requests and limits',
      SIZES,
      ({ resources }) => resourcesText(resources),
      "2Gi ended in out-of-memory kills on a small federated server; Synapse's process uses one core at most, and a CPU limit would stall everybody",
    ),
    sizeRow(
      'cache factor',
      SIZES,
      ({ globalFactor }) => String(globalFactor),
      "Synapse's default is 0.5; a factor of 1 takes 3 to 4 GB (Synapse admin FAQ)",
    ),
    sizeRow(
      'most memory for caches',
      SIZES,
      ({ globalFactor, resources }) => caches(globalFactor, resources.limits.memory).max,
      'half of the memory limit; the other half is the program and the state of large rooms',
    ),
    sizeRow(
      'database connections',
      SIZES,
      ({ pool }) => String(pool),
      "Synapse's documentation uses 10; one process fills 20 at most",
    ),
    sizeRow(
      'volume for uploads',
      SIZES,
      ({ media }) => media,
      'files of other servers are kept too; volumes only ever grow',
    ),
  ],
  offers: ({ host, baseUrl }, { namespace }) => [
    HOMESERVER.offer({
      component: 'synapse',
      host,
      baseUrl,
      workload: 'synapse',
      service: { service: 'synapse', namespace, port: 8008 },
    }),
    DATABASES.offer({ name: 'synapse', owner: 'synapse', for: 'synapse' }),
    WELL_KNOWN_CLIENT.offer({ 'm.homeserver': { base_url: baseUrl } }),
  ],
  parts: ({ host, resources, secretConfig }, { facts, offers }) => {
    const { namespace } = facts;
    return {
      containers: [{ at: ['resources'], resources, floor: MEMORY_FLOOR }],
      workloads: [
        {
          kind: 'workload',
          id: 'synapse',
          role: 'synapse',
          instance: facts.name,
          namespace,
          title: 'Synapse',
          hostNetwork: false,
          ports: [
            { name: 'http', number: 8008, protocol: 'TCP', on: 'pod' },
            { name: 'metrics', number: 9000, protocol: 'TCP', on: 'pod', purpose: 'metrics' },
            { name: 'health', number: 8080, protocol: 'TCP', on: 'pod', purpose: 'health' },
          ],
          at: ['synapse'],
        },
      ],
      services: [
        { name: 'synapse', namespace, selects: { role: 'synapse' }, ports: [{ number: 8008, to: 'http' }] },
      ],
      flows: [
        ...DATABASE_SERVER.of(offers).map(({ workload }) => ({
          from: 'synapse',
          to: workload,
          port: 'postgres',
          why: 'keeps everything but uploads',
        })),
        {
          from: 'synapse',
          to: PEERS.homeservers,
          port: 'federation',
          why: 'federation, push gateways and key servers',
        },
      ],
      hosts: claims(facts, 'synapse', host),
      routes: doors(facts, 'synapse', host, {
        // An allow-list: the admin API and metrics listen on the same port and are never public.
        match: { kind: 'prefix', paths: ['/_matrix/', '/_synapse/client/'] },
        to: { service: 'synapse', namespace, port: 8008 },
        group: 'synapse',
      }),
      secrets: [
        {
          places: [{ namespace }],
          name: SYNAPSE_SECRETS.name,
          keys: [
            {
              key: SYNAPSE_SECRETS.registration,
              what: 'lets an administrator create accounts (register_new_matrix_user)',
              readers: ['synapse'],
              form: RANDOM_HEX_32,
              loss: 'whoever has it creates accounts, administrators too; make a new one',
              rotation: 'nobody notices; programs that create accounts need the new value',
              rotateAfterDays: 365,
            },
            {
              key: SYNAPSE_SECRETS.macaroon,
              what: 'signs short-lived login tokens and unsubscribe links',
              readers: ['synapse'],
              form: RANDOM_HEX_32,
              loss: 'whoever has it can forge short-lived login tokens; make a new one',
              rotation: 'links and half-finished logins from before stop working',
              rotateAfterDays: 365,
            },
            {
              key: SYNAPSE_SECRETS.form,
              what: 'protects the forms Synapse shows',
              readers: ['synapse'],
              form: RANDOM_HEX_32,
              loss: 'whoever has it can forge those forms; make a new one',
              rotation: 'forms that are open at that moment have to be opened again',
              rotateAfterDays: 365,
            },
          ],
        },
        {
          places: [{ namespace }],
          name: SYNAPSE_SECRETS.signingKey.name,
          irreplaceable: true,
          keys: [
            {
              key: SYNAPSE_SECRETS.signingKey.key,
              what: "the homeserver's identity: signs every event and request to other servers",
              readers: ['synapse'],
              form: { kind: 'synapse-signing-key' },
              loss: 'other servers take this one for an impostor; keep a copy outside the cluster',
              rotation:
                'nobody, as long as the old public key stays published: other servers fetch the new one by themselves',
            },
          ],
        },
        ...(secretConfig === undefined
          ? []
          : [
              secretConfigSecret(secretConfig, {
                ...SYNAPSE_SECRET_CONFIG,
                namespace,
                reader: 'synapse',
              }),
            ]),
      ],
    };
  },
});
