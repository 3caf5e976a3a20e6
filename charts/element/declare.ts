import * as z from 'zod';
import { host } from '../../src/stack/fields.ts';
import { component, isOn } from '../../src/system/component.ts';
import { claims, doors } from '../../src/system/doors.ts';
import { extraConfigField, forceField, owned } from '../../src/system/extra-config.ts';
import { extraFilesField } from '../../src/system/extra-files.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import { overrideResources, type Resources, resourcesField } from '../../src/system/resources.ts';
import { CALLS, CLIENTS, HOMESERVER } from '../../src/system/topics.ts';

const schema = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe('false keeps these settings but leaves Element out. Default: true.'),
    host: host.optional().describe('Host where people open it. Default: element.<serverName>.'),
    brand: z.string().min(1).max(60).optional().describe('Name shown in the title. Default: Element.'),
    calls: z
      .enum(['livekit', 'jitsi', 'both'])
      .optional()
      .describe(
        'What the call button starts. Default: what the stack has; both if it has LiveKit and Jitsi.',
      ),
    theme: z.enum(['light', 'dark']).optional().describe('Theme until a person chooses one. Default: light.'),
    resources: resourcesField.optional(),
    extraConfig: extraConfigField.optional(),
    extraFiles: extraFilesField.optional(),
    force: forceField.optional(),
  })
  .optional()
  .describe('The web client. Present if this key is.');

/** What Element's call button starts; `none` hides it. */
export type ElementCalls = 'livekit' | 'jitsi' | 'both' | 'none';

/** Everything about Element Web that more than one place needs. */
export interface Element {
  readonly host: string;
  readonly brand: string;
  readonly theme: 'light' | 'dark';
  /** @default - what carries calls in the stack */
  readonly calls?: 'livekit' | 'jitsi' | 'both';
  readonly resources: Resources;
  readonly extraConfig: Readonly<Record<string, unknown>>;
}

/** What to write for what carries calls. */
const ADD = {
  livekit: 'add livekit: {} at the top of the file (or remove enabled: false from it)',
  jitsi: 'add jitsi: {access: password} at the top of the file (or remove enabled: false from it)',
} as const;

/** Keys of config.json that follow from the stack. */
const OWNED = [
  { path: ['default_server_config', 'm.homeserver'], owner: 'serverName and synapse.host' },
  ...owned({
    default_server_name: 'serverName',
    brand: 'element.brand',
    default_theme: 'element.theme',
    'element_call.disable': 'element.calls',
    'element_call.use_exclusively': 'element.calls',
    'element_call.guest_spa_url': 'the page for guests of calls',
    'jitsi.preferred_domain': 'element.calls and jitsi.host',
  }),
];

/**
 * The program itself, whose parts are all of one release. Free are what people replace: themes, pictures, icons, pages
 * and the manifest of the app.
 *
 * @see https://github.com/element-hq/element-web/blob/develop/apps/web/webpack.config.ts (what is built, and copied next to it)
 */
const PROGRAM = [
  'bundles',
  'decoderWorker.min.wasm',
  'i18n',
  'index.html',
  'jitsi.html',
  'jitsi_external_api.min.js',
  'opus-*',
  'recorder-worklet.*',
  'sw.js',
  'usercontent',
  'version',
  'wave-encoderWorker.*',
  'widgets/element-call',
].map((name) => `/app/${name}`);

/** Static files: the same at every size. */
const RESOURCES: Resources = {
  requests: { cpu: '10m', memory: '32Mi' },
  limits: { cpu: '100m', memory: '64Mi' },
};

function resolve(written: z.infer<typeof schema>, { serverName }: StackFacts): Element | undefined {
  if (!isOn(written)) return undefined;
  return {
    host: written.host ?? `element.${serverName}`,
    brand: written.brand ?? 'Element',
    theme: written.theme ?? 'light',
    ...(written.calls === undefined ? {} : { calls: written.calls }),
    resources: overrideResources(RESOURCES, written.resources),
    extraConfig: written.extraConfig ?? {},
  };
}

/** What Element's call button starts: what the stack file says, or else whatever carries calls. */
export function elementCalls({ calls }: Element, carriers: readonly { readonly by: string }[]): ElementCalls {
  const has = (by: string): boolean => carriers.some((one) => one.by === by);
  return calls ?? availableCalls(has('livekit'), has('jitsi'));
}

function availableCalls(livekit: boolean, jitsi: boolean): ElementCalls {
  if (livekit && jitsi) return 'both';
  if (livekit) return 'livekit';
  return jitsi ? 'jitsi' : 'none';
}

/** The web client. */
export const element = component({
  key: 'element',
  schema,
  resolve,
  lanName: 'The web client.',
  images: {
    element: {
      program: 'element-web',
      tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [1, 12, 24],
      example: 'v1.12.28',
      because: 'older releases need different settings for calls',
    },
  },
  additions: [{ at: ['extraConfig'], owned: () => OWNED }],
  extraFiles: [
    {
      at: ['extraFiles'],
      workload: 'element',
      // Of `config.json` and `config.<host>.json` Element takes the second, as a whole.
      taken: ['/app/config.*', ...PROGRAM, '/docker-entrypoint*', '/etc/nginx', '/tmp', '/usr/share/nginx'],
      // The image's script lists these modules in a config.json that its own nginx.conf serves, and not this stack's.
      unread: [
        {
          path: '/modules',
          why: 'the image lists what is there in a config.json that this stack does not serve',
          instead:
            'put it below /app, such as /app/own/module.js, and name its address there: element.extraConfig: {modules: [/own/module.js]}',
        },
      ],
      served: ['/app'],
    },
  ],
  sizes: [],
  offers: ({ host }, facts) => [
    CLIENTS.offer({ hosts: claims(facts, 'element', host).map((one) => one.host) }),
  ],
  check: (_written, { calls }, { offers }) => {
    const carriers = CALLS.of(offers).map(({ by }) => by);
    const wanted = calls === 'both' ? (['livekit', 'jitsi'] as const) : calls === undefined ? [] : [calls];
    return wanted
      .filter((one) => !carriers.includes(one))
      .map((one) => ({
        code: 'MG027',
        at: ['element', 'calls'],
        what: `element.calls is ${calls}, but this stack has no ${one}`,
        remedy: `${ADD[one]}, or remove element.calls, which then follows what the stack has`,
      }));
  },
  notes: (_own, { facts, offers }) => {
    const name = facts.expose.lan?.names.element;
    if (name === undefined) return [];
    // A person who has gone as far as a name of its own expects everything behind it.
    return HOMESERVER.of(offers).map(({ baseUrl }) => ({
      where: 'local-network',
      text: [
        `Element opened as ${name} still connects to ${baseUrl}, as it does everywhere: the local network must be able to reach that address too.`,
      ],
    }));
  },
  parts: ({ host, resources }, { facts }) => ({
    containers: [{ at: ['resources'], resources }],
    workloads: [
      {
        kind: 'workload',
        id: 'element',
        role: 'element',
        instance: facts.name,
        namespace: facts.namespace,
        title: 'Element Web',
        hostNetwork: false,
        ports: [{ name: 'http', number: 8080, protocol: 'TCP', on: 'pod' }],
        at: ['element'],
      },
    ],
    services: [
      {
        name: 'element',
        namespace: facts.namespace,
        selects: { role: 'element' },
        ports: [{ number: 80, to: 'http' }],
      },
    ],
    hosts: claims(facts, 'element', host),
    routes: doors(facts, 'element', host, {
      match: { kind: 'all' },
      to: { service: 'element', namespace: facts.namespace, port: 80 },
      group: 'element',
    }),
  }),
});
