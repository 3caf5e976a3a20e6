import * as z from 'zod';
import { host, memory, objectName, synapseSize } from '../fields.ts';
import { bytes, mebibytes } from '../quantity.ts';
import { type BySize, overrideResources, type Resources, resourcesField, type Size } from '../resources.ts';
import { RANDOM_HEX_32 } from '../secrets.ts';
import type { StackBase } from '../stack.ts';
import { OUTSIDE } from '../topology.ts';
import type { Component } from './component.ts';
import { doors } from './doors.ts';

/** `synapse:` of the stack file. */
export const synapseSchema = z.strictObject({
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
  resources: resourcesField.optional(),
});

/** Everything about Synapse that more than one place needs. */
export interface Synapse {
  readonly host: string;
  /** What clients are told: `https://<host>`. */
  readonly baseUrl: string;
  readonly uploadLimit: string;
  readonly media: { readonly claim: string; readonly size: string; readonly storageClass?: string };
  readonly resources: Resources;
  readonly caches: SynapseCaches;
}

/** Synapse's cache settings; sizes in its own grammar (binary M). */
export interface SynapseCaches {
  readonly globalFactor: number;
  /** Above this it evicts until `target`. */
  readonly max: string;
  readonly target: string;
}

/** Element and Matrix clients page uploads of a few MB; below this Synapse is killed while joining a large room. */
export const SYNAPSE_MEMORY_FLOOR = '1Gi';
/** Smallest volume for uploads that a filesystem and a handful of pictures fit into. */
export const MEDIA_VOLUME_FLOOR = '1Gi';

const SIZES: BySize<{ media: string; globalFactor: number; resources: Resources }> = {
  small: {
    media: '20Gi',
    globalFactor: 0.5,
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '3Gi' } },
  },
  medium: {
    media: '50Gi',
    globalFactor: 1,
    resources: { requests: { cpu: '1', memory: '2Gi' }, limits: { memory: '6Gi' } },
  },
  large: {
    media: '200Gi',
    globalFactor: 2,
    resources: { requests: { cpu: '2', memory: '4Gi' }, limits: { memory: '12Gi' } },
  },
};

/** Caches may take half of the memory limit: the other half is Synapse itself and a large room's state. */
function caches(globalFactor: number, memoryLimit: string): SynapseCaches {
  const limit = mebibytes(memoryLimit);
  return { globalFactor, max: `${Math.floor(limit / 2)}M`, target: `${Math.floor((limit * 3) / 8)}M` };
}

/** Fills in what the stack file leaves out of `synapse:`. */
export function resolveSynapse(
  written: z.infer<typeof synapseSchema> | undefined,
  context: { readonly serverName: string; readonly size: Size; readonly storageClass: string | undefined },
): Synapse {
  const size = SIZES[context.size];
  const resolvedHost = written?.host ?? `matrix.${context.serverName}`;
  const resources = overrideResources(size.resources, written?.resources);
  const storageClass = written?.media?.pvc.storageClass ?? context.storageClass;
  return {
    host: resolvedHost,
    baseUrl: `https://${resolvedHost}`,
    uploadLimit: written?.uploadLimit ?? '50M',
    media: {
      claim: 'synapse-media',
      size: written?.media?.pvc.size ?? size.media,
      ...(storageClass === undefined ? {} : { storageClass }),
    },
    resources,
    caches: caches(size.globalFactor, resources.limits.memory),
  };
}

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

/** The homeserver. */
export const synapse = {
  parties: (stack: StackBase) => [
    {
      id: 'synapse',
      component: 'synapse',
      setting: 'synapse',
      instance: stack.name,
      namespace: stack.namespace,
      network: 'pod',
      title: 'Synapse',
      service: 'synapse',
      ports: [
        { name: 'http', number: 8008, protocol: 'TCP', service: 8008 },
        { name: 'metrics', number: 9000, protocol: 'TCP' },
        { name: 'health', number: 8080, protocol: 'TCP' },
      ],
      addresses: [],
    },
  ],
  flows: (stack: StackBase) => [
    {
      from: 'synapse',
      to: stack.database.cluster,
      port: 'postgres',
      why: 'keeps everything but uploads',
      direct: false,
    },
    {
      from: 'synapse',
      to: OUTSIDE.homeservers,
      port: 'federation',
      why: 'federation, push gateways and key servers',
      direct: false,
    },
  ],
  routes: (stack: StackBase) =>
    doors(stack, stack.synapse.host, 'synapse', {
      // An allow-list: the admin API and metrics listen on the same port and are never public.
      match: { kind: 'prefix', paths: ['/_matrix/', '/_synapse/client/'] },
      to: 'synapse',
      port: 'http',
      group: 'synapse',
      certificate: 'synapse',
    }),
  secrets: (stack: StackBase) => [
    {
      namespace: stack.namespace,
      name: SYNAPSE_SECRETS.name,
      keys: [
        {
          key: SYNAPSE_SECRETS.registration,
          what: 'lets an administrator create accounts (register_new_matrix_user)',
          readers: ['synapse'],
          make: RANDOM_HEX_32,
          loss: 'nobody notices; make a new one',
        },
        {
          key: SYNAPSE_SECRETS.macaroon,
          what: 'signs short-lived login tokens and unsubscribe links',
          readers: ['synapse'],
          make: RANDOM_HEX_32,
          loss: 'links and half-finished logins from before stop working',
        },
        {
          key: SYNAPSE_SECRETS.form,
          what: 'protects the forms Synapse shows',
          readers: ['synapse'],
          make: RANDOM_HEX_32,
          loss: 'nobody notices; make a new one',
        },
      ],
    },
    {
      namespace: stack.namespace,
      name: SYNAPSE_SECRETS.signingKey.name,
      keys: [
        {
          key: SYNAPSE_SECRETS.signingKey.key,
          what: "the homeserver's identity: signs every event and request to other servers",
          readers: ['synapse'],
          // The seed of an Ed25519 key is any 32 random bytes; Synapse wants them in unpadded base64.
          make: 'echo "ed25519 a_$(openssl rand -hex 2) $(openssl rand 32 | openssl base64 -A | tr -d =)"',
          loss: 'other servers take this one for an impostor; keep a copy outside the cluster',
        },
      ],
    },
  ],
} satisfies Component;
