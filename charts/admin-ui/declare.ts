import * as z from 'zod';
import { addressRange, host } from '../../src/stack/fields.ts';
import { component, isOn } from '../../src/system/component.ts';
import { guardedClaim } from '../../src/system/doors.ts';
import { reason } from '../../src/system/extra-config.ts';
import type { Note } from '../../src/system/note.ts';
import { PAGE_RESOURCES, page } from '../../src/system/page.ts';
import { overrideResources, type Resources, resourcesField } from '../../src/system/resources.ts';
import { HOMESERVER } from '../../src/system/topics.ts';
import { type Route, type Topology, workloadOf } from '../../src/topology/topology.ts';

/** What nobody on the Internet has as an address: a range for IPv6 is that of local networks, not of all private ones. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fd00::/8'] as const;

const schema = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe('false keeps these settings but leaves the page out. Default: true.'),
    host: host.describe(
      'Host where administrators open it, on the local network only. The admin API of the homeserver is there too, and nowhere else.',
    ),
    allow: z
      .array(addressRange)
      .min(1, 'write at least one range')
      .max(100, 'write at most 100 ranges')
      .optional()
      .describe(`Addresses that may open it. Default: private ones, ${PRIVATE.join(', ')}.`),
    resources: resourcesField.optional(),
    sharedEntrance: reason
      .optional()
      .describe(
        'Why the page is safe although the Internet is let in through the same program. Without a reason that is an error.',
      ),
  })
  .optional()
  .describe(
    'Ketesa, a page for administrators of the homeserver. Present if this key is; requires expose.lan.',
  );

/** Everything about the page that more than one place needs. */
export interface AdminUi {
  readonly host: string;
  readonly allow: readonly string[];
  readonly resources: Resources;
  /** Why it may share an entrance with the Internet. @default - it may not */
  readonly sharedEntrance?: string;
}

function resolve(written: z.infer<typeof schema>): AdminUi | undefined {
  if (!isOn(written)) return undefined;
  return {
    host: written.host,
    allow: written.allow ?? PRIVATE,
    resources: overrideResources(PAGE_RESOURCES, written.resources),
    ...(written.sharedEntrance === undefined ? {} : { sharedEntrance: written.sharedEntrance }),
  };
}

/** What the page asks the homeserver for, on the page's own host. */
const HOMESERVER_PATHS = ['/_matrix/', '/_synapse/admin/'];

/** How somebody gets an account for it. */
function firstAdministrator(page: string, topology: Topology, all: ReturnType<typeof HOMESERVER.of>): Note[] {
  return all.map(({ workload, createAdministrator }) => ({
    where: 'summary',
    title: 'The first administrator',
    passages: [
      {
        text: [
          'Log in at ',
          { code: page },
          ' with an account of an administrator. This command creates one; it asks for a name and a password:',
        ],
      },
      {
        copy: 'bash',
        lines: [
          `kubectl -n ${workloadOf(topology, workload).namespace} exec -it deploy/${workload} -- ${createAdministrator.join(' ')}`,
        ],
      },
      {
        text: [
          'The page also creates registration tokens. People can register with one only if ',
          { code: 'synapse.extraConfig' },
          ' has ',
          { code: 'enable_registration: true' },
          ' and ',
          { code: 'registration_requires_token: true' },
          '.',
        ],
      },
    ],
  }));
}

/** A page for administrators of the homeserver. */
export const adminUi = component({
  key: 'adminUi',
  schema,
  resolve,
  // Its host is one already.
  lanName: undefined,
  images: {
    'admin-ui': {
      program: 'ketesa',
      tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [1, 2, 0],
      example: 'v1.4.0',
      because: 'older releases have not been tried',
    },
  },
  additions: [],
  sizes: [],
  notes: ({ host: name }, { offers, topology }) =>
    firstAdministrator(`https://${name}`, topology, HOMESERVER.of(offers)),
  parts: ({ host: name, allow, sharedEntrance, resources }, { facts, offers }) => {
    const { workload, service, to } = page(facts, { id: 'admin-ui', title: 'Ketesa', at: ['adminUi'] });
    const route = {
      door: 'lan',
      host: name,
      allow: { ranges: allow, decidedBy: ['adminUi', 'allow'] },
      group: 'admin-ui',
    } as const;
    return {
      containers: [{ at: ['resources'], resources }],
      workloads: [workload],
      services: [service],
      hosts: [guardedClaim('adminUi', name, sharedEntrance)],
      routes: [
        { ...route, match: { kind: 'all' }, to },
        ...HOMESERVER.of(offers).map(
          (homeserver): Route => ({
            ...route,
            match: { kind: 'prefix', paths: HOMESERVER_PATHS },
            to: homeserver.service,
          }),
        ),
      ],
    };
  },
});
