import * as z from 'zod';
import { shortText } from '../../src/stack/fields.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import { component, type Placed } from '../../src/system/component.ts';
import { doors, frontDoor } from '../../src/system/doors.ts';
import type { Note, Passage } from '../../src/system/note.ts';
import { HOMESERVER } from '../../src/system/topics.ts';
import { wellKnownClient, wellKnownServer, wellKnownSupport } from './answers.ts';

const place = z.enum(['here', 'elsewhere']);

/** Whom to turn to; every part is published to anybody. */
const support = z.strictObject({
  page: shortText
    .regex(
      /^https:\/\/[a-z0-9.-]+(?:\/[A-Za-z0-9._~/-]*)?$/,
      'write an address such as https://example.org/help',
    )
    .optional()
    .describe('A web page for people who need help.'),
  contacts: z
    .array(
      z.strictObject({
        role: z
          .enum(['admin', 'security'])
          .describe('admin for anything about the server, security for reports of vulnerabilities.'),
        matrix: shortText
          .regex(/^@[a-z0-9._=/+-]+:[a-z0-9.-]+$/, 'write a Matrix user such as @admin:example.org')
          .optional()
          .describe('A Matrix user, preferably on another server.'),
        email: shortText
          .regex(/^[A-Za-z0-9._+-]+@[a-z0-9.-]+$/, 'write an address such as admin@example.org')
          .optional()
          .describe('An email address.'),
      }),
    )
    .min(1, 'write at least one contact, or remove the key')
    .max(20, 'write at most 20 contacts')
    .optional()
    .describe('People responsible for the server.'),
});

const schema = z
  .union([
    place,
    z.strictObject({
      at: place.optional().describe('Who answers. Default: here.'),
      support: support
        .optional()
        .describe(
          'What /.well-known/matrix/support says. Default: nothing, although the specification asks for it.',
        ),
    }),
  ])
  .optional()
  .describe(
    "Who answers /.well-known/matrix on the server name's own host: here (this stack) or elsewhere (your web site, for which SUMMARY.md has the texts). Write one of these words, or keys. Default: here.",
  );

/** Everything about the answers on the server name's host that more than one place needs. */
export interface WellKnown {
  readonly at: 'here' | 'elsewhere';
  /** Absent where nobody is named. */
  readonly support?: z.infer<typeof support>;
}

function resolve(written: z.infer<typeof schema>): WellKnown {
  if (written === undefined || typeof written === 'string') return { at: written ?? 'here' };
  return {
    at: written.at ?? 'here',
    ...(written.support === undefined ? {} : { support: written.support }),
  };
}

/** Where well-known answers live below the server name's host. */
export const WELL_KNOWN_PREFIX = '/.well-known/matrix/';
/** Other servers and the call service check a user's identity here, on the server name's own host. */
export const OPENID_USERINFO = '/_matrix/federation/v1/openid/userinfo';

/** The specification asks for a contact or a page, and of each contact for a way to write to it. */
function idleSupport(written: z.infer<typeof schema>): readonly CheckFinding[] {
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

/** With `wellKnown: elsewhere`: what the web site on the server name has to answer. */
function elsewhere(own: WellKnown, { facts, offers }: Placed): Note {
  const support = wellKnownSupport(own);
  const answer = (path: string, value: object): readonly Passage[] => [
    { text: [{ code: `${WELL_KNOWN_PREFIX}${path}` }] },
    { copy: 'json', lines: JSON.stringify(value, undefined, 2).split('\n') },
  ];
  return {
    where: 'summary',
    title: `What https://${facts.serverName} has to answer`,
    passages: [
      {
        text: [
          `${support === undefined ? 'Both' : 'All'} with `,
          { code: 'Content-Type: application/json' },
          ' and ',
          { code: 'Access-Control-Allow-Origin: *' },
          '. Without the second file, other homeservers do not find this one. Without the third address, nobody can check who a user is, and calls fail.',
        ],
      },
      ...answer('client', wellKnownClient({ offers })),
      ...answer('server', wellKnownServer({ offers })),
      ...(support === undefined ? [] : answer('support', support)),
      ...HOMESERVER.of(offers).map(
        ({ baseUrl }): Passage => ({
          text: [
            { code: OPENID_USERINFO },
            ': forward it to ',
            { code: baseUrl },
            '. Programs that follow the file above go there directly; some come here.',
          ],
        }),
      ),
    ],
  };
}

/**
 * The server name's own host: JSON answers that tell clients and other homeservers where Synapse is,
 * and the one federation path that is asked for there. Rendered with `wellKnown: here`.
 */
export const wellKnown = component({
  key: 'wellKnown',
  schema,
  resolve,
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
  additions: [],
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
