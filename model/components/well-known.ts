import * as z from 'zod';
import { shortText } from '../fields.ts';
import { HOMESERVER } from '../topics.ts';
import { component } from './component.ts';
import { doors, frontDoor } from './doors.ts';

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
          .describe('A Matrix user, better on another server.'),
        email: shortText
          .regex(/^[A-Za-z0-9._+-]+@[a-z0-9.-]+$/, 'write an address such as admin@example.org')
          .optional()
          .describe('A mail address.'),
      }),
    )
    .min(1, 'write at least one contact, or remove the key')
    .max(20, 'write at most 20 contacts')
    .optional()
    .describe('People who answer for the server.'),
});

const schema = z
  .union([
    place,
    z.strictObject({
      at: place.optional().describe('Who answers. Default: here.'),
      support: support
        .optional()
        .describe('What /.well-known/matrix/support says. Default: nothing; the specification asks for it.'),
    }),
  ])
  .optional()
  .describe(
    "Who answers /.well-known/matrix on the server name's own host: this stack, or your web site (SUMMARY.md has the texts). A word, or keys. Default: here.",
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
      tag: /^([0-9]+)\.([0-9]+)(?:\.([0-9]+))?(?:-[a-z0-9.-]+)?$/,
      atLeast: [1, 26, 0],
      example: '1.30.4-alpine',
      because: 'nothing older was tried',
    },
  },
  additions: [],
  sizes: [],
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
