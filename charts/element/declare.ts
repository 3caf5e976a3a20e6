import * as z from 'zod';
import { host } from '../../src/stack/fields.ts';
import { component, isOn } from '../../src/system/component.ts';
import { claims, doors } from '../../src/system/doors.ts';
import { extraConfigField, forceField, owned } from '../../src/system/extra-config.ts';
import { extraFilesField } from '../../src/system/extra-files.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import { page } from '../../src/system/page.ts';
import { overrideResources, type Resources, resourcesField } from '../../src/system/resources.ts';
import { CALLS, CLIENTS } from '../../src/system/topics.ts';
import { BRANDING_URL, brandingField, FILE_SETTINGS, pagesField } from './branding.ts';
import { absentCarriers, elementCalls } from './calls.ts';
import { optionFindings } from './checks.ts';
import { optionFields } from './fields.ts';
import { onLocalName, othersServers } from './notes.ts';
import { type ElementOption, elementOptions } from './options.ts';
import { defaultTheme, themeField, themesField } from './themes.ts';

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
    theme: themeField,
    themes: themesField,
    branding: brandingField,
    pages: pagesField,
    ...optionFields,
    resources: resourcesField.optional(),
    extraConfig: extraConfigField.optional(),
    extraFiles: extraFilesField.optional(),
    force: forceField.optional(),
  })
  .optional()
  .describe('The web client. Present if this key is.');

/** Everything about Element Web that more than one place needs. */
export interface Element {
  readonly host: string;
  readonly brand: string;
  /** The theme that people start with. @default - what the device prefers */
  readonly theme?: string;
  /** @default - what carries calls in the stack */
  readonly calls?: 'livekit' | 'jitsi' | 'both';
  readonly resources: Resources;
  readonly extraConfig: Readonly<Record<string, unknown>>;
  /** Options of its configuration that the stack file decides. @default - none */
  readonly options?: readonly ElementOption[];
  /** Where the icon is on the web server. @default - that of the image */
  readonly icon?: string;
}

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
  const own = written.host ?? `element.${serverName}`;
  const theme = defaultTheme(written);
  const options = elementOptions(written, { serverName, host: own });
  const icon = written.branding?.favicon?.file;
  return {
    host: own,
    brand: written.brand ?? 'Element',
    ...(theme === undefined ? {} : { theme }),
    ...(options.length === 0 ? {} : { options }),
    ...(icon === undefined ? {} : { icon: `${BRANDING_URL}favicon.png` }),
    ...(written.calls === undefined ? {} : { calls: written.calls }),
    resources: overrideResources(RESOURCES, written.resources),
    extraConfig: written.extraConfig ?? {},
  };
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
  fileSettings: FILE_SETTINGS,
  sizes: [],
  offers: ({ host }, facts) => [
    CLIENTS.offer({ hosts: claims(facts, 'element', host).map((one) => one.host) }),
  ],
  check: (written, own, { offers }) => {
    const carriers = CALLS.of(offers);
    const what = elementCalls(own, carriers);
    const startsMeetings = what === 'jitsi' || what === 'both';
    const absent = absentCarriers(own, carriers);
    return [...absent, ...optionFindings(written ?? {}, own.options ?? [], startsMeetings)];
  },
  notes: (own, { facts, offers }) => [...onLocalName(facts, offers), ...othersServers(own, facts)],
  parts: ({ host, resources }, { facts }) => {
    const { workload, service, to } = page(facts, { id: 'element', title: 'Element Web', at: ['element'] });
    return {
      containers: [{ at: ['resources'], resources }],
      workloads: [workload],
      services: [service],
      hosts: claims(facts, 'element', host),
      routes: doors(facts, 'element', host, { match: { kind: 'all' }, to, group: 'element' }),
    };
  },
});
