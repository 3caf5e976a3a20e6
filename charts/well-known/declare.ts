import type * as z from 'zod';
import type { CheckFinding } from '../../src/stack/finding.ts';
import { component } from '../../src/system/component.ts';
import { doors, frontDoor } from '../../src/system/doors.ts';
import { HOMESERVER } from '../../src/system/topics.ts';
import { clientOwned } from './answers.ts';
import { elsewhere } from './elsewhere.ts';
import { OPENID_USERINFO, WELL_KNOWN_PREFIX } from './paths.ts';
import { resolveWellKnown, wellKnownSchema } from './schema.ts';

/** The specification asks for a contact or a page, and of each contact for a way to write to it. */
function idleSupport(written: z.infer<typeof wellKnownSchema>): readonly CheckFinding[] {
  if (typeof written !== 'object' || written.support === undefined) return [];
  const path = ['wellKnown', 'support'];
  const { page, contacts } = written.support;
  if (page === undefined && contacts === undefined) {
    return [
      {
        code: 'MG087',
        at: path,
        what: 'wellKnown.support names neither a page nor contacts',
        remedy: 'add page: https://… or contacts: [{role: admin, email: …}], or remove it',
      },
    ];
  }
  return (contacts ?? []).flatMap(({ matrix, email }, index) =>
    matrix !== undefined || email !== undefined
      ? []
      : [
          {
            code: 'MG087',
            at: [...path, 'contacts', index],
            what: `contact number ${index + 1} has no address`,
            remedy: 'add matrix: "@user:server" or email: user@server',
          },
        ],
  );
}

/**
 * The server name's own host: JSON answers that tell clients and other homeservers where Synapse is,
 * and the one federation path that is asked for there. Rendered with `wellKnown: here`.
 */
export const wellKnown = component({
  key: 'wellKnown',
  schema: wellKnownSchema,
  resolve: resolveWellKnown,
  // Its hosts are the server name's and Synapse's.
  lanName: undefined,
  images: {
    'well-known': {
      program: 'nginx-unprivileged',
      tag: /^([0-9]+)\.([0-9]+)(?:\.([0-9]+))?(?:-[a-z0-9.-]+)?$/,
      atLeast: [1, 26, 0],
      example: '1.30.4-alpine',
      because: 'older releases have not been tried',
    },
  },
  additions: [{ at: ['extraClient'], owned: clientOwned }],
  sizes: [],
  check: idleSupport,
  notes: (own, whole) => (own.at === 'here' ? [] : [elsewhere(own, whole)]),
  parts: ({ at }, { facts, offers }) => {
    if (at === 'elsewhere') return {};
    const { namespace, serverName } = facts;
    const answers = {
      match: { kind: 'prefix', paths: [WELL_KNOWN_PREFIX] },
      to: { service: 'well-known', namespace, port: 80 },
      group: 'well-known',
    } as const;
    const homeservers = HOMESERVER.of(offers);
    // Its own host is the server name's, unless the homeserver has that already.
    const ownHost = homeservers.some(({ host }) => host === serverName)
      ? []
      : [{ door: frontDoor(facts), host: serverName } as const];
    return {
      workloads: [
        {
          kind: 'workload',
          id: 'well-known',
          role: 'well-known',
          instance: facts.name,
          namespace,
          title: 'well-known',
          hostNetwork: false,
          ports: [{ name: 'http', number: 8080, protocol: 'TCP', on: 'pod' }],
          at: ['wellKnown'],
        },
      ],
      services: [
        {
          name: 'well-known',
          namespace,
          selects: { role: 'well-known' },
          ports: [{ number: 80, to: 'http' }],
        },
      ],
      hosts: ownHost.map((own) => ({
        ...own,
        at: ['serverName'],
        component: 'wellKnown',
        leadsTo: 'entrance',
        certificate: { group: 'well-known' },
        note: [
          'It replaces a web site on that name: to keep the web site, write ',
          { code: 'wellKnown: elsewhere' },
        ],
      })),
      routes: [
        ...ownHost.flatMap((own) => [
          { ...own, ...answers },
          ...homeservers.map(({ service }) => ({
            ...own,
            match: { kind: 'exact', paths: [OPENID_USERINFO] } as const,
            to: service,
            group: 'well-known',
          })),
        ]),
        // Clients that are given the homeserver's host instead of the server name ask there too.
        ...homeservers.flatMap(({ component: key, host }) => doors(facts, key, host, answers)),
      ],
    };
  },
});
