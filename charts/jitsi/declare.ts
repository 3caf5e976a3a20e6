import * as z from 'zod';
import { compareText } from '../../src/plain/compare.ts';
import { keysOf } from '../../src/plain/records.ts';
import { shellWord } from '../../src/plain/shell.ts';
import { host, port } from '../../src/stack/fields.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import { dotted } from '../../src/stack/reading/yaml-source.ts';
import { component, isOn, type Placed } from '../../src/system/component.ts';
import { claims, doors } from '../../src/system/doors.ts';
import { extraEnvField, forceField, owned, publicEnvField } from '../../src/system/extra-config.ts';
import { type ExtraFilesPlace, extraFilesField } from '../../src/system/extra-files.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import type { Note } from '../../src/system/note.ts';
import type { KnownReleases } from '../../src/system/releases.ts';
import { overrideResources, type Resources, resourcesField } from '../../src/system/resources.ts';
import type { SecretVariable } from '../../src/system/secret-use.ts';
import type { SecretKey, ValueForm } from '../../src/system/secrets.ts';
import { CALLS, WELL_KNOWN_CLIENT } from '../../src/system/topics.ts';
import { PEERS, type ServicePoint, type Workload, workloadOf } from '../../src/topology/topology.ts';
import {
  type Access,
  accessFields,
  accessFindings,
  accessNotes,
  accessSecretUses,
  resolveAccess,
} from './access.ts';
import { type Bridge, bridgeFindings, bridgesField, resolveBridges } from './bridges.ts';
import { unfitForJitsi } from './contexts.ts';
import { decidedTwice, type Features, featureFields, resolveFeatures } from './features.ts';
import { JITSI_OPENS } from './ports.ts';
import { JITSI_MEMORY_FLOORS, JITSI_PARTS, JITSI_SIZE_ROWS, JITSI_SIZES, type JitsiPart } from './sizes.ts';

/** What can be set for each of Jitsi's programs. */
const partSchema = z.strictObject({
  resources: resourcesField.optional(),
  env: extraEnvField.optional(),
  extraFiles: extraFilesField.optional(),
  force: forceField.optional(),
});

const schema = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe('false keeps these settings but leaves Jitsi out. Default: true.'),
    host: host.optional().describe('Host where people open meetings. Default: meet.<serverName>.'),
    ...accessFields,
    ...featureFields,
    attach: z
      .enum(['hostPort', 'hostNetwork'])
      .optional()
      .describe('How the video bridge gets its UDP port on the node. Default: hostPort.'),
    udp: port.optional().describe("The video bridge's UDP port. Default: 10000."),
    prosody: partSchema.optional().describe('XMPP server.'),
    jicofo: partSchema.optional().describe('Conference focus.'),
    jvb: partSchema
      .extend({ nodes: bridgesField.optional() })
      .optional()
      .describe('Video bridge, and more of them.'),
    web: partSchema
      .extend({ env: publicEnvField.optional() })
      .optional()
      .describe('Web pages and signalling proxy.'),
  })
  .optional()
  .describe('Meetings with Jitsi. Present if this key is.');

/** Everything about Jitsi that more than one place needs. */
export interface Jitsi {
  readonly host: string;
  readonly access: Access;
  readonly features: Features;
  readonly attach: 'hostPort' | 'hostNetwork';
  /** The video bridges: the first, and those on nodes of their own. */
  readonly bridges: readonly [Bridge, ...Bridge[]];
  readonly resources: Readonly<Record<JitsiPart, Resources>>;
  /** Environment that the stack file adds, as text. */
  readonly env: Readonly<Record<JitsiPart, Readonly<Record<string, string>>>>;
  /** The same from Secrets; none for the pages, which show what is in their environment. */
  readonly secretEnv: Readonly<Record<Exclude<JitsiPart, 'web'>, readonly SecretVariable[]>>;
  /** Claim for the accounts; only with `access: password`. */
  readonly accountsClaim?: string;
}

function resolve(written: z.infer<typeof schema>, { serverName, size }: StackFacts): Jitsi | undefined {
  if (!isOn(written)) return undefined;
  const sizes = JITSI_SIZES[size];
  const access = resolveAccess(written);
  return {
    host: written.host ?? `meet.${serverName}`,
    access,
    features: resolveFeatures(written),
    attach: written.attach ?? 'hostPort',
    bridges: resolveBridges(written.udp ?? 10000, written.jvb?.nodes),
    resources: {
      prosody: overrideResources(sizes.prosody, written.prosody?.resources),
      jicofo: overrideResources(sizes.jicofo, written.jicofo?.resources),
      jvb: overrideResources(sizes.jvb, written.jvb?.resources),
      web: overrideResources(sizes.web, written.web?.resources),
    },
    env: {
      prosody: environment(written.prosody?.env),
      jicofo: environment(written.jicofo?.env),
      jvb: environment(written.jvb?.env),
      web: environment(written.web?.env),
    },
    secretEnv: {
      prosody: secretVariables(written.prosody?.env),
      jicofo: secretVariables(written.jicofo?.env),
      jvb: secretVariables(written.jvb?.env),
    },
    ...(access.by === 'password' ? { accountsClaim: 'jitsi-accounts' } : {}),
  };
}

/** The images read 1 and 0 as yes and no; every other word is yes. */
function environment(written: z.infer<typeof extraEnvField> | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(written ?? {}).flatMap(([name, value]) =>
      typeof value === 'object'
        ? []
        : [[name, typeof value === 'boolean' ? (value ? '1' : '0') : String(value)]],
    ),
  );
}

function secretVariables(written: z.infer<typeof extraEnvField> | undefined): readonly SecretVariable[] {
  return Object.entries(written ?? {})
    .flatMap(([name, value]) =>
      typeof value === 'object' ? [{ name, secret: value.fromSecret, key: value.key }] : [],
    )
    .sort((a, b) => compareText(a.name, b.name));
}

/** Internal names, which need no DNS. */
const XMPP_DOMAINS = 'the XMPP domains, which all four programs share';

/** Variables, of any of Jitsi's programs, that other parts of the stack are built on. */
const OWNED = owned({
  AUTH_TYPE: 'jitsi.access',
  BOSH_RELATIVE: 'the hosts of Jitsi',
  COLIBRI_REST_ENABLED: "the video bridge's graceful shutdown",
  CSP_HEADER: 'element.host and federation',
  DISABLE_HTTPS: 'the entrance, which terminates TLS',
  DOCKER_HOST_ADDRESS: 'callNodes.addresses',
  ENABLE_AUTH: 'jitsi.access',
  ENABLE_GUESTS: 'jitsi.access',
  ENABLE_JVB_XMPP_SERVER: "Prosody's Service",
  ENABLE_LETSENCRYPT: 'the entrance, which terminates TLS',
  ENABLE_XMPP_WEBSOCKET: 'the signalling of pages and Prosody',
  JICOFO_AUTH_PASSWORD: 'the Secret jitsi-secrets',
  JICOFO_AUTH_TYPE: 'jitsi.access',
  JICOFO_ENABLE_AUTH: 'jitsi.access',
  JICOFO_ENABLE_REST: "Jicofo's REST interface, which has no password and answers only its own pod",
  JICOFO_MAX_MEMORY: 'jitsi.jicofo.resources.limits.memory',
  JVB_ADVERTISE_IPS: 'callNodes.addresses',
  JVB_AUTH_PASSWORD: 'the Secret jitsi-secrets',
  JVB_AUTH_USER: "the video bridge's account",
  JVB_BREWERY_MUC: 'the room where Jicofo finds video bridges',
  JVB_DISABLE_STUN: 'callNodes.addresses',
  JVB_DISABLE_XMPP: "Prosody's Service",
  JVB_MUC_NICKNAME: "the video bridge's name",
  JVB_PORT: 'jitsi.udp',
  JVB_XMPP_AUTH_DOMAIN: XMPP_DOMAINS,
  JVB_XMPP_INTERNAL_MUC_DOMAIN: XMPP_DOMAINS,
  JVB_XMPP_PORT: "Prosody's Service",
  JVB_XMPP_SERVER: "Prosody's Service",
  PROSODY_AUTH_TYPE: 'jitsi.access',
  PROSODY_GUEST_AUTH_TYPE: 'jitsi.access',
  PROSODY_HTTP_PORT: "Prosody's Service",
  PROSODY_MODE: "Prosody's part in the stack",
  PUBLIC_URL: 'jitsi.host',
  SHUTDOWN_REST_ENABLED: "the video bridge's graceful shutdown",
  VIDEOBRIDGE_MAX_MEMORY: 'jitsi.jvb.resources.limits.memory',
  XMPP_AUTH_DOMAIN: XMPP_DOMAINS,
  XMPP_BOSH_URL_BASE: "Prosody's Service",
  XMPP_DOMAIN: XMPP_DOMAINS,
  XMPP_GUEST_DOMAIN: XMPP_DOMAINS,
  XMPP_HIDDEN_DOMAIN: XMPP_DOMAINS,
  XMPP_INTERNAL_MUC_DOMAIN: XMPP_DOMAINS,
  XMPP_MUC_DOMAIN: XMPP_DOMAINS,
  XMPP_PORT: "Prosody's Service",
  XMPP_RECORDER_DOMAIN: XMPP_DOMAINS,
  XMPP_SERVER: "Prosody's Service",
});

/** Jitsi's Secret and its keys, as the deployment guide fixed them (docs/corrections.md). */
export const JITSI_SECRETS = {
  name: 'jitsi-secrets',
  jicofo: 'jicofo-auth-password',
  jvb: 'jvb-auth-password',
} as const;

/** The images put it unquoted into a shell line. */
const PASSWORD: ValueForm = { kind: 'hex', bytes: 16, unquoted: true };

/** What the images' own scripts read and write. */
const IMAGE_PATHS = ['/defaults', '/etc/cont-init.d', '/etc/services.d', '/init', '/tmp'];

/** Where the files are that each program has already, and those that it shows to everybody. */
const PLACES: Readonly<Record<JitsiPart, Pick<ExtraFilesPlace, 'taken' | 'served' | 'inImage'>>> = {
  prosody: {
    taken: [...IMAGE_PATHS, '/var/lib/prosody'],
    inImage: ['/config', '/prosody-plugins', '/prosody-plugins-custom', '/prosody-plugins-contrib'],
  },
  jicofo: { taken: IMAGE_PATHS, inImage: ['/config'] },
  jvb: { taken: [...IMAGE_PATHS, '/config/custom-jvb.conf'], inImage: ['/config'] },
  web: {
    taken: [...IMAGE_PATHS, '/config/custom-config.js', '/usr/share/jitsi-meet/.well-known'],
    inImage: ['/config'],
    // The image appends the second to what it serves as interface_config.js.
    served: ['/usr/share/jitsi-meet', '/config/custom-interface_config.js'],
  },
};

/** A part's workload; its labels, Service and policies are named after it. */
export function jitsiWorkload(part: JitsiPart): string {
  return `jitsi-${part}`;
}

function workloads(facts: StackFacts, jitsi: Jitsi): readonly Workload[] {
  const common = {
    kind: 'workload',
    instance: facts.name,
    namespace: facts.namespace,
    at: ['jitsi'],
    hostNetwork: false,
  } as const;
  const onHost = jitsi.attach === 'hostNetwork';
  return [
    {
      ...common,
      id: jitsiWorkload('prosody'),
      role: jitsiWorkload('prosody'),
      title: 'Prosody (XMPP)',
      ports: [
        { name: 'c2s', number: 5222, protocol: 'TCP', on: 'pod' },
        { name: 'http', number: 5280, protocol: 'TCP', on: 'pod' },
      ],
    },
    {
      ...common,
      id: jitsiWorkload('jicofo'),
      role: jitsiWorkload('jicofo'),
      title: 'Jicofo (conference focus)',
      // It only calls others. Its REST port asks for no password and stays on the pod's loopback interface.
      ports: [],
    },
    ...jitsi.bridges.map(
      ({ id, title, udp, udpAt, at, onNodes }): Workload => ({
        ...common,
        id,
        role: jitsiWorkload('jvb'),
        title,
        at,
        hostNetwork: onHost,
        ports: [
          { name: 'media', number: udp, protocol: 'UDP', on: 'node', decidedBy: udpAt },
          // On the node's network its unauthenticated REST port is bound to loopback, where nobody listens for others.
          ...(onHost ? [] : [{ name: 'http', number: 8080, protocol: 'TCP', on: 'pod' } as const]),
        ],
        // Its own scripts fix the number.
        ...(onHost
          ? {
              onLoopback: [
                { name: 'REST on loopback', number: 8080, protocol: 'TCP', becauseOf: ['jitsi', 'attach'] },
              ],
            }
          : {}),
        ...(onNodes === undefined ? {} : { onNodes }),
      }),
    ),
    {
      ...common,
      id: jitsiWorkload('web'),
      role: jitsiWorkload('web'),
      title: 'Jitsi Meet',
      ports: [{ name: 'http', number: 8000, protocol: 'TCP', on: 'pod' }],
    },
  ];
}

function services({ namespace }: StackFacts, jitsi: Jitsi): readonly ServicePoint[] {
  const service = (name: string, part: JitsiPart, ports: ServicePoint['ports']): ServicePoint => ({
    name,
    namespace,
    selects: { role: jitsiWorkload(part) },
    ports,
  });
  return [
    service('prosody', 'prosody', [
      { number: 5222, to: 'c2s' },
      { number: 5280, to: 'http' },
    ]),
    ...(jitsi.attach === 'hostNetwork' ? [] : [service('jvb', 'jvb', [{ number: 8080, to: 'http' }])]),
    service('jitsi-web', 'web', [{ number: 80, to: 'http' }]),
  ];
}

const RELEASES: Omit<KnownReleases, 'program'> = {
  tag: /^stable-([0-9]+)(?:-([0-9]+))?$/,
  atLeast: [11146, 0],
  example: 'stable-11146-2',
  because: 'older images run as root, with different ports and volumes',
};

/**
 * Rooms of two meet in Jitsi as well. Element would otherwise call them directly, which needs a TURN server that this
 * stack does not have: such calls fail behind most routers, or go through a server of matrix.org.
 */
function meetings(host: string): object {
  return { preferredDomain: host, useFor1To1Calls: true };
}

/** The images put values of their environment into programs and configuration as they are: none may leave its place. */
function unfitEnvironment({ env }: Jitsi): readonly CheckFinding[] {
  return JITSI_PARTS.flatMap((part) =>
    Object.entries(env[part]).flatMap(([variable, value]) => {
      const unfit = unfitForJitsi(part, variable, value);
      if (unfit === undefined) return [];
      const at = ['jitsi', part, 'env', variable];
      return [{ code: 'MG039', at, what: `${dotted(at)} ${unfit.what}`, remedy: unfit.remedy }] as const;
    }),
  );
}

function notes({ access, attach, accountsClaim }: Jitsi, { topology }: Placed): readonly Note[] {
  const found: Note[] = [...accessNotes(access)];
  if (attach === 'hostPort') {
    found.push({
      where: 'before-live',
      text: [
        "Unless a network policy prevents it, every pod in the cluster can reach the video bridge's REST port 8080.",
      ],
    });
  }
  if (accountsClaim !== undefined)
    found.push(accounts(workloadOf(topology, jitsiWorkload('prosody')).namespace));
  return found;
}

/** People's accounts are no Secrets, but somebody has to make them. */
function accounts(namespace: string): Note {
  const kubectl = `kubectl -n ${shellWord(namespace)} exec`;
  const prosodyctl = 'deploy/jitsi-prosody -- prosodyctl --config /run/prosody/config/prosody.cfg.lua';
  return {
    where: 'secrets',
    title: 'Jitsi accounts',
    passages: [
      {
        text: [
          'Everyone who may start meetings needs an account in Prosody. This command asks for the password:',
        ],
      },
      { copy: 'bash', lines: [`${kubectl} -it ${prosodyctl} adduser NAME@meet.jitsi`] },
      {
        text: [
          'The accounts of Jicofo and the video bridge are kept on the same volume, with the passwords from their first start. After changing ',
          { code: JITSI_SECRETS.name },
          ', remove those two accounts before you restart Prosody:',
        ],
      },
      {
        copy: 'bash',
        lines: [
          `${kubectl} ${prosodyctl} deluser focus@auth.meet.jitsi`,
          `${kubectl} ${prosodyctl} deluser jvb@auth.meet.jitsi`,
        ],
      },
    ],
  };
}

/** Meetings with Jitsi: XMPP server, conference focus, video bridge and web pages. */
export const jitsi = component({
  key: 'jitsi',
  schema,
  resolve,
  lanName: 'Meetings.',
  images: {
    'jitsi-prosody': { program: 'prosody', ...RELEASES },
    'jitsi-jicofo': { program: 'jicofo', ...RELEASES },
    'jitsi-jvb': { program: 'jvb', ...RELEASES },
    'jitsi-web': { program: 'web', ...RELEASES },
  },
  oneRelease: "Jitsi's programs must all be of one release",
  opensPorts: JITSI_OPENS,
  additions: JITSI_PARTS.map((part) => ({ at: [part, 'env'], owned: () => OWNED, takesSecrets: true })),
  extraFiles: JITSI_PARTS.map((part) => ({
    at: [part, 'extraFiles'],
    workload: jitsiWorkload(part),
    ...PLACES[part],
  })),
  sizes: JITSI_SIZE_ROWS,
  offers: ({ host }) => [
    CALLS.offer({ by: 'jitsi', host }),
    // Element's classic Android app reads only the older of the two names.
    WELL_KNOWN_CLIENT.offer({ 'io.element.jitsi': meetings(host), 'im.vector.riot.jitsi': meetings(host) }),
  ],
  check: (written, jitsi, { facts }) => [
    ...bridgeFindings(written?.jvb?.nodes, jitsi.bridges, facts),
    ...unfitEnvironment(jitsi),
    ...(written === undefined ? [] : accessFindings(written)),
    ...decidedTwice(
      jitsi.features,
      jitsi.access.by === 'jwt',
      (part, variable) => written?.[part]?.env?.[variable] !== undefined,
    ),
  ],
  notes,
  parts: (jitsi, { facts }) => {
    const { namespace } = facts;
    const prosody = jitsiWorkload('prosody');
    return {
      containers: JITSI_PARTS.map((part) => ({
        at: [part, 'resources'],
        resources: jitsi.resources[part],
        floor: JITSI_MEMORY_FLOORS[part],
      })),
      workloads: workloads(facts, jitsi),
      services: services(facts, jitsi),
      flows: [
        ...jitsi.bridges.map(({ id }) => ({
          from: PEERS.clients,
          to: id,
          port: 'media',
          why: 'meeting traffic',
        })),
        { from: jitsiWorkload('jicofo'), to: prosody, port: 'c2s', why: 'manages conferences' },
        ...jitsi.bridges.map(({ id }) => ({
          from: id,
          to: prosody,
          port: 'c2s',
          why: 'takes part in conferences',
        })),
        { from: jitsiWorkload('web'), to: prosody, port: 'http', why: 'passes on signalling' },
      ],
      hosts: claims(facts, 'jitsi', jitsi.host),
      routes: doors(facts, 'jitsi', jitsi.host, {
        match: { kind: 'all' },
        to: { service: 'jitsi-web', namespace, port: 80 },
        group: 'jitsi',
      }),
      secretUses: [
        ...accessSecretUses(jitsi.access, prosody),
        ...keysOf(jitsi.secretEnv).flatMap((part) =>
          jitsi.secretEnv[part].map(({ name, secret, key }) => ({
            workload: jitsiWorkload(part),
            secret,
            key,
            at: ['jitsi', part, 'env', name],
          })),
        ),
      ],
    };
  },
  secrets: (jitsi, { facts: { namespace } }) => [
    {
      places: [{ namespace }],
      name: JITSI_SECRETS.name,
      keys: [
        {
          key: JITSI_SECRETS.jicofo,
          what: "Jicofo's XMPP account",
          readers: [jitsiWorkload('prosody'), jitsiWorkload('jicofo')],
          form: PASSWORD,
          loss: 'anyone who has it and can reach Prosody can pose as this program; create a new one',
          rotation: 'meetings in progress end',
          ...afterRotation(jitsi),
        },
        {
          key: JITSI_SECRETS.jvb,
          what: "the video bridge's XMPP account",
          readers: [jitsiWorkload('prosody'), ...jitsi.bridges.map(({ id }) => id)],
          form: PASSWORD,
          loss: 'anyone who has it and can reach Prosody can pose as this program; create a new one',
          rotation: 'meetings in progress end',
          ...afterRotation(jitsi),
        },
      ],
    },
  ],
});

/** With accounts on a volume, Prosody goes on with the passwords it has there. */
function afterRotation({ accountsClaim }: Jitsi): Pick<SecretKey, 'afterRotation'> {
  return accountsClaim === undefined
    ? {}
    : {
        afterRotation:
          'remove the accounts of Jicofo and the video bridge from Prosody first: SECRETS.md, "Jitsi accounts", has the commands',
      };
}
