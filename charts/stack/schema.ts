import * as z from 'zod';
import { recordOf } from '../../src/plain/records.ts';
import { extendsField } from '../../src/stack/extends.ts';
import { dnsLabel, duration, host, ipv4, label, objectName, serverName } from '../../src/stack/fields.ts';
import { NAME_LENGTH } from '../../src/stack/limits.ts';
import { labelKey, labelValue, nodeLabels } from '../../src/stack/node-labels.ts';
import { SCHEMAS } from '../../src/stack/schemas.ts';
import { acceptSchema } from '../../src/system/accept.ts';
import { fluxSchema } from '../../src/system/delivery/flux.ts';
import { doorFields } from '../../src/system/door-settings.ts';
import { includeSchema } from '../../src/system/included.ts';
import { overridesSchema } from '../../src/system/overrides.ts';
import { secretsSchema } from '../../src/system/secret-settings.ts';
import { DEFAULT_VIA, entranceFields, throughSchema, viasAt } from '../entrances/index.ts';
import { entryPointName } from '../entrances/traefik/door.ts';
import { COMPONENT_NAMES, type ComponentName, components, LAN_NAMES, type LanName } from '../index.ts';

const cluster = z.strictObject({
  domain: host.optional().describe("The cluster's own DNS domain. Default: cluster.local."),
  storageClass: objectName.optional().describe("Default: the cluster's default class."),
  network: z
    .strictObject({
      families: z
        .array(z.enum(['IPv4', 'IPv6']))
        .min(1, 'write [IPv4], [IPv6] or [IPv4, IPv6]')
        .max(2, 'write each family once')
        .refine((families) => new Set(families).size === families.length, 'write each family once')
        .optional()
        .describe(
          'Address families that pods listen on. Leave IPv6 out if the kernel of the nodes lacks it (ipv6.disable=1), because nginx does not start there otherwise. Default: [IPv4, IPv6].',
        ),
    })
    .optional()
    .describe("The cluster's network."),
  traefik: z
    .strictObject({
      entryPoints: z
        .strictObject({
          https: entryPointName.optional().describe('Default: websecure.'),
          http: entryPointName
            .optional()
            .describe('The one for plain HTTP, which expose.*.redirect uses. Default: web.'),
        })
        .optional()
        .describe("Traefik's own names for its entry points."),
    })
    .optional()
    .describe("The cluster's Traefik."),
});

/** What each component that can have a name on the local network says about it. */
const lanNames = recordOf<Record<LanName, z.ZodOptional<typeof host>>>(LAN_NAMES, (name) =>
  host.optional().describe(components[name].lanName),
);

const expose = z.strictObject({
  public: z
    .strictObject({
      via: z.enum(viasAt('public')).describe('What carries HTTPS from the Internet.'),
      ...entranceFields('public'),
      through: throughSchema
        .optional()
        .describe(
          'A proxy in the cluster that the entrance leads everything to, and that does the routing, with all its limits and headers. Default: the entrance leads to the programs itself.',
        ),
      ...doorFields,
    })
    .optional()
    .describe('Leave it out for a stack that only the local network can reach.'),
  lan: z
    .strictObject({
      via: z
        .enum(viasAt('lan'))
        .optional()
        .describe(`What carries HTTPS on the local network. Default: ${DEFAULT_VIA.lan}.`),
      ...entranceFields('lan'),
      ...doorFields,
      names: z
        .strictObject(lanNames)
        .optional()
        .describe('Extra host names for the same programs on the local network.'),
    })
    .optional()
    .describe('The way in from the local network.'),
});

const callNodes = z.strictObject({
  nodeSelector: nodeLabels
    .optional()
    .describe(
      'Labels of the nodes that carry calls. Default: any node (then every node needs the open ports).',
    ),
  tolerations: z
    .array(
      z.strictObject({
        key: labelKey.describe("The taint's key."),
        operator: z.enum(['Exists', 'Equal']).optional().describe('Default: Equal.'),
        value: labelValue.optional().describe("The taint's value, with operator Equal."),
        effect: z
          .enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute'])
          .optional()
          .describe('Default: every effect.'),
      }),
    )
    .max(100, 'write at most 100 tolerations')
    .optional()
    .describe('Taints on those nodes that call pods tolerate.'),
  addresses: z
    .strictObject({
      public: ipv4.optional().describe('The address at which the Internet reaches those nodes.'),
      discover: z.enum(['stun']).optional().describe('Ask a public STUN server at each start instead.'),
    })
    .optional()
    .describe(
      "The address that clients connect to, exactly one. Default, without expose.public: the node's own address.",
    ),
  drain: duration
    .optional()
    .describe('How long running calls may continue when their server is replaced. Default: 5m.'),
});

type ComponentFields = {
  readonly [Name in ComponentName]: (typeof components)[Name]['schema'];
};
/** The same components, seen so that the type of each name's schema shows. */
const declared: { readonly [Name in ComponentName]: { readonly schema: ComponentFields[Name] } } = components;
/** The key of every component. Who answers for the server name's host is asked beside who reaches the stack. */
const { wellKnown, ...componentFields } = recordOf<ComponentFields>(
  COMPONENT_NAMES,
  (name) => declared[name].schema,
);

/** The whole stack file. Unknown keys are errors; what follows from other values is not asked. */
export const stackSchema = z.strictObject({
  schema: z
    .literal([...SCHEMAS])
    .describe('Fixes defaults and sizes, so that a newer tool never changes them silently.'),
  extends: extendsField.optional(),
  name: label(NAME_LENGTH)
    .optional()
    .describe("Folder in dist/ and instance label. Default: the file's name."),
  serverName: serverName.describe('The part after the colon in @user:…. It can never change.'),
  namespace: dnsLabel.optional().describe('Default: the name.'),
  callNamespace: dnsLabel
    .optional()
    .describe(
      'A second namespace, for the pods that open ports of their nodes, such as LiveKit and the Jitsi video bridge. Pod Security is then restricted in the first one. Read docs/call-namespace.md before you move a stack that is live. Default: none, and all pods are in namespace.',
    ),
  size: z
    .enum(['small', 'medium', 'large'])
    .optional()
    .describe('Resources, caches and volumes. Default: small.'),
  cluster: cluster.optional().describe('Facts about the cluster.'),
  flux: fluxSchema.optional().describe('How Flux finds dist/.'),
  expose: expose.describe(
    'Who can reach the stack, and through what. At least one of public and lan is required.',
  ),
  wellKnown,
  federation: z
    .union([
      z.enum(['open', 'closed']),
      z.strictObject({ allow: z.array(serverName).min(1).describe('The only servers it talks to.') }),
    ])
    .optional()
    .describe('Default: open.'),
  ...componentFields,
  callNodes: callNodes
    .optional()
    .describe('The nodes that LiveKit, the Jitsi video bridge and coturn run on.'),
  include: includeSchema
    .optional()
    .describe(
      'Plain Kubernetes manifests of your own, which are checked together with the rendered objects and copied into dist/: YAML files, or folders of such files, with paths relative to the folder of this file. See docs/own-manifests.md.',
    ),
  overrides: overridesSchema
    .optional()
    .describe('Changes to rendered objects, applied last, in this order; each with its reason.'),
  accept: acceptSchema
    .optional()
    .describe(
      'What synth refuses until you give a reason: changes that could lose data, and included objects that apply to the whole cluster, grant rights or cannot be checked. Remove an entry when synth says that it is no longer needed.',
    ),
  secrets: secretsSchema.optional().describe('Where the values of Secrets come from.'),
});

/** A stack file as a person wrote it, its shape checked. */
export type StackFile = z.infer<typeof stackSchema>;
