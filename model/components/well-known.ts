import * as z from 'zod';
import { HOMESERVER } from '../topics.ts';
import { component } from './component.ts';
import { doors, frontDoor } from './doors.ts';

const schema = z
  .enum(['here', 'elsewhere'])
  .optional()
  .describe(
    "Who answers /.well-known/matrix on the server name's own host: this stack, or your web site (SUMMARY.md has the texts). Default: here.",
  );

/** Where well-known answers live below the server name's host. */
export const WELL_KNOWN_PREFIX = '/.well-known/matrix/';
/** Other servers and the call service check a user's identity here, on the server name's own host. */
export const OPENID_USERINFO = '/_matrix/federation/v1/openid/userinfo';

/**
 * The server name's own host: two JSON answers that tell clients and other homeservers where Synapse is,
 * and the one federation path that is asked for there. Rendered with `wellKnown: here`.
 */
export const wellKnown = component({
  key: 'wellKnown',
  schema,
  resolve: (written) => (written === 'elsewhere' ? undefined : {}),
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
  parts: (_own, { facts, offers }) => {
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
        certificate: { group: 'well-known', namespace },
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
