import type * as z from 'zod';
import { bytes } from '../../src/plain/quantity.ts';
import type { BySchema } from '../../src/stack/schemas.ts';
import { component } from '../../src/system/component.ts';
import { claims, doors, limitedDoors } from '../../src/system/doors.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import { overrideResources, type Resources } from '../../src/system/resources.ts';
import { DATABASE_SERVER, DATABASES, HOMESERVER, TURN, WELL_KNOWN_CLIENT } from '../../src/system/topics.ts';
import { PEERS } from '../../src/topology/topology.ts';
import { GUESSED_PATHS } from './guessed-paths.ts';
import { inlineSecrets, renderedOptions, synapseOwned } from './options.ts';
import { SYNAPSE_PATHS } from './paths.ts';
import { synapsePorts } from './ports.ts';
import { synapseSchema } from './schema.ts';
import { SYNAPSE_SECRET_CONFIG, synapseSecrets, synapseTurn } from './secrets.ts';
import {
  MEDIA_VOLUME_FLOOR,
  SYNAPSE_MEMORY_FLOOR,
  SYNAPSE_SIZE_ROWS,
  SYNAPSE_SIZES,
  type SynapseCaches,
  synapseCaches,
  uploadBytes,
} from './sizes.ts';
import { weakened } from './weak.ts';

/** Seconds until it begins to answer: it joins a large room, or makes a first sync, for minutes before it says a word. */
const SLOWEST_ANSWER = 300;

/** Everything about Synapse that more than one place needs. */
export interface Synapse {
  readonly host: string;
  /** The address that clients get: `https://<host>`. */
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

function resolve(written: z.infer<typeof synapseSchema>, facts: StackFacts): Synapse {
  const size = SYNAPSE_SIZES[facts.size];
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
    caches: synapseCaches(size.globalFactor, resources.limits.memory),
    pool: size.pool,
    extraConfig: written?.extraConfig ?? {},
    ...(written?.extraSecretConfig === undefined ? {} : { secretConfig: written.extraSecretConfig }),
  };
}

/** The homeserver. */
export const synapse = component({
  key: 'synapse',
  schema: synapseSchema,
  resolve,
  lanName: 'The homeserver.',
  images: {
    synapse: {
      program: 'synapse',
      tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [1, 157, 2],
      example: 'v1.163.2',
      because: 'older releases have known security holes and lack options that are rendered',
    },
  },
  additions: [{ at: ['extraConfig'], owned: synapseOwned }],
  secretConfigs: [
    {
      kind: 'file',
      at: ['extraSecretConfig'],
      plain: ['extraConfig'],
      secret: SYNAPSE_SECRET_CONFIG.name,
      rendered: (offers) => [...renderedOptions(offers), ...inlineSecrets(offers)],
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
  // Workers read the same file, and open none of the listeners in it.
  opensPorts: [{ role: 'synapse', file: 'homeserver.yaml', read: synapsePorts }],
  sizes: SYNAPSE_SIZE_ROWS,
  offers: ({ host, baseUrl, pool }, { namespace }) => [
    HOMESERVER.offer({
      component: 'synapse',
      host,
      baseUrl,
      workload: 'synapse',
      service: { service: 'synapse', namespace, port: 8008 },
      // It reads the shared secret from the file that the configuration names, and finds the port there too.
      createAdministrator: [
        'register_new_matrix_user',
        '--config',
        `${SYNAPSE_PATHS.config}/homeserver.yaml`,
        '--admin',
      ],
    }),
    DATABASES.offer({
      name: 'synapse',
      readers: [{ selects: { role: 'synapse' }, connections: pool }],
      first: true,
    }),
    WELL_KNOWN_CLIENT.offer({ 'm.homeserver': { base_url: baseUrl } }),
  ],
  check: (written, { uploadLimit, media }) =>
    uploadBytes(uploadLimit) <= bytes(media.size)
      ? []
      : [
          {
            code: 'MG026',
            at: ['synapse', 'uploadLimit'],
            ...(written?.media?.pvc?.size === undefined
              ? {}
              : { other: ['synapse', 'media', 'pvc', 'size'] }),
            what: `an upload of ${uploadLimit} does not fit the media volume of ${media.size}`,
            remedy: 'lower synapse.uploadLimit or raise synapse.media.pvc.size',
          },
        ],
  notes: ({ extraConfig, secretConfig }) =>
    weakened(extraConfig, secretConfig).map((text) => ({ where: 'before-live', text })),
  parts: ({ host, uploadLimit, media, resources }, { facts, offers }) => {
    const { namespace } = facts;
    return {
      containers: [{ at: ['resources'], resources, floor: SYNAPSE_MEMORY_FLOOR }],
      volumes: [
        {
          at: ['media', 'pvc', 'size'],
          classAt: ['media', 'pvc', 'storageClass'],
          object: { kind: 'PersistentVolumeClaim', name: media.claim },
          size: media.size,
          floor: MEDIA_VOLUME_FLOOR,
          because: 'it holds the uploads',
        },
      ],
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
          why: 'stores everything except uploads',
        })),
        {
          from: 'synapse',
          to: PEERS.homeservers,
          port: 'federation',
          why: 'federation, push gateways and key servers',
        },
      ],
      hosts: claims(facts, 'synapse', host),
      routes: [
        ...doors(facts, 'synapse', host, {
          // An allow-list: the admin API and metrics listen on the same port and are never public.
          match: { kind: 'prefix', paths: ['/_matrix/', '/_synapse/client/'] },
          to: { service: 'synapse', namespace, port: 8008 },
          timeouts: { request: SLOWEST_ANSWER },
          body: {
            bytes: uploadBytes(uploadLimit),
            text: uploadLimit,
            decidedBy: ['synapse', 'uploadLimit'],
          },
          group: 'synapse',
        }),
        ...limitedDoors(facts, 'synapse', host, {
          paths: GUESSED_PATHS,
          to: { service: 'synapse', namespace, port: 8008 },
          group: 'synapse',
        }),
      ],
    };
  },
  secrets: ({ secretConfig }, { facts: { namespace }, offers }) => [
    ...synapseSecrets(namespace, secretConfig),
    ...synapseTurn(
      namespace,
      TURN.of(offers).map(({ login }) => login),
    ),
  ],
});
