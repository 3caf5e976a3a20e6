import * as z from 'zod';
import { keysOf } from '../../src/plain/records.ts';
import { host } from '../../src/stack/fields.ts';
import { component, isOn, type Parts } from '../../src/system/component.ts';
import { frontDoor } from '../../src/system/doors.ts';
import { extraConfigField, forceField, owned } from '../../src/system/extra-config.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import { PAGE_RESOURCES, page } from '../../src/system/page.ts';
import { overrideResources, type Resources, resourcesField } from '../../src/system/resources.ts';

/** Each of these web clients, by its key in the stack file, which its objects are named after too. */
const PROGRAMS = { cinny: 'Cinny', fluffychat: 'FluffyChat' } as const;

/** One of {@link PROGRAMS}. */
export type WebClientName = keyof typeof PROGRAMS;

const NAMES = keysOf(PROGRAMS);

const client = (name: WebClientName) =>
  z
    .strictObject({
      enabled: z
        .boolean()
        .optional()
        .describe(`false keeps these settings but leaves ${PROGRAMS[name]} out. Default: true.`),
      host: host.optional().describe(`Host where people open it. Default: ${name}.<serverName>.`),
      resources: resourcesField.optional(),
      extraConfig: extraConfigField.optional(),
      force: forceField.optional(),
    })
    .optional()
    .describe(`${PROGRAMS[name]}, a web client. Present if this key is.`);

const schema = z
  .strictObject({ cinny: client('cinny'), fluffychat: client('fluffychat') })
  .optional()
  .describe('Web clients other than Element, each on a host of its own.');

/** Everything about one of the clients that more than one place needs. */
export interface WebClient {
  readonly host: string;
  readonly resources: Resources;
  readonly extraConfig: Readonly<Record<string, unknown>>;
}

/** The clients of a stack. */
export type WebClients = Readonly<Partial<Record<WebClientName, WebClient>>>;

function resolve(written: z.infer<typeof schema>, { serverName }: StackFacts): WebClients | undefined {
  const found: Partial<Record<WebClientName, WebClient>> = {};
  for (const name of NAMES) {
    const one = written?.[name];
    if (!isOn(one)) continue;
    found[name] = {
      host: one.host ?? `${name}.${serverName}`,
      resources: overrideResources(PAGE_RESOURCES, one.resources),
      extraConfig: one.extraConfig ?? {},
    };
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

/** What one of them brings. */
function partsOf(name: WebClientName, { host: own, resources }: WebClient, facts: StackFacts) {
  const door = frontDoor(facts);
  const { workload, service, to } = page(facts, {
    id: name,
    title: PROGRAMS[name],
    at: ['webClients', name],
  });
  return {
    containers: [{ at: [name, 'resources'], resources }],
    workloads: [workload],
    services: [service],
    hosts: [
      {
        component: `webClients.${name}`,
        door,
        host: own,
        at: ['webClients', name, 'host'],
        leadsTo: 'entrance',
        certificate: { group: name },
      },
    ],
    routes: [{ door, host: own, match: { kind: 'all' }, to, group: name }],
  } as const satisfies Parts;
}

/** Web clients beside Element. */
export const webClients = component({
  key: 'webClients',
  schema,
  resolve,
  // Each has one host: they connect to the homeserver's canonical address anyway.
  lanName: undefined,
  images: {
    cinny: {
      program: 'cinny',
      tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [4, 11, 0],
      example: 'v4.12.6',
      because: 'older releases have not been tried',
    },
    fluffychat: {
      program: 'fluffychat-web',
      tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [2, 9, 0],
      example: 'v2.9.1',
      because: 'older releases know other settings',
    },
  },
  additions: [
    { at: ['cinny', 'extraConfig'], owned: () => owned({ homeserverList: 'serverName' }) },
    {
      at: ['fluffychat', 'extraConfig'],
      owned: () => owned({ defaultHomeserver: 'serverName', presetHomeserver: 'serverName' }),
    },
  ],
  sizes: [],
  parts: (own, { facts }) => {
    const all = NAMES.flatMap((name) => {
      const one = own[name];
      return one === undefined ? [] : [partsOf(name, one, facts)];
    });
    return {
      containers: all.flatMap(({ containers }) => containers),
      workloads: all.flatMap(({ workloads }) => workloads),
      services: all.flatMap(({ services }) => services),
      hosts: all.flatMap(({ hosts }) => hosts),
      routes: all.flatMap(({ routes }) => routes),
    };
  },
});
