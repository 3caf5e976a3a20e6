import * as z from 'zod';
import type { StackBase } from '../stack.ts';
import type { Component } from './component.ts';
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
export const wellKnown: Component<typeof schema, 'here' | 'elsewhere', 'well-known'> = {
  schema,
  resolve: (file) => file.wellKnown ?? 'here',
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
  containers: () => [],
  workloads: (stack: StackBase) =>
    stack.wellKnown === 'elsewhere'
      ? []
      : [
          {
            kind: 'workload',
            id: 'well-known',
            role: 'well-known',
            instance: stack.name,
            namespace: stack.namespace,
            title: 'well-known',
            hostNetwork: false,
            ports: [{ name: 'http', number: 8080, protocol: 'TCP', on: 'pod' }],
            at: ['wellKnown'],
          },
        ],
  services: (stack: StackBase) =>
    stack.wellKnown === 'elsewhere'
      ? []
      : [
          {
            name: 'well-known',
            namespace: stack.namespace,
            selects: { role: 'well-known' },
            ports: [{ number: 80, to: 'http' }],
          },
        ],
  flows: () => [],
  hosts: (stack: StackBase) =>
    stack.wellKnown === 'elsewhere' || stack.serverName === stack.synapse.host
      ? []
      : [
          {
            host: stack.serverName,
            door: frontDoor(stack),
            at: ['serverName'],
            component: 'wellKnown',
            leadsTo: 'entrance',
            certificate: { group: 'well-known', namespace: stack.namespace },
          },
        ],
  routes: (stack: StackBase) => {
    if (stack.wellKnown === 'elsewhere') return [];
    const { namespace } = stack;
    const answers = {
      match: { kind: 'prefix', paths: [WELL_KNOWN_PREFIX] },
      to: { service: 'well-known', namespace, port: 80 },
      group: 'well-known',
    } as const;
    // Clients that are given the homeserver's host instead of the server name ask there too.
    const onSynapseHosts = doors(stack, 'synapse', stack.synapse.host, answers);
    if (stack.serverName === stack.synapse.host) return onSynapseHosts;
    return [
      { door: frontDoor(stack), host: stack.serverName, ...answers },
      {
        door: frontDoor(stack),
        host: stack.serverName,
        match: { kind: 'exact', paths: [OPENID_USERINFO] },
        to: { service: 'synapse', namespace, port: 8008 },
        group: 'well-known',
      },
      ...onSynapseHosts,
    ];
  },
  secrets: () => [],
};
