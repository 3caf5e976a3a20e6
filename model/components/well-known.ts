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
  parties: (stack: StackBase) =>
    stack.wellKnown === 'elsewhere'
      ? []
      : [
          {
            id: 'well-known',
            component: 'well-known',
            setting: 'wellKnown',
            instance: stack.name,
            namespace: stack.namespace,
            network: 'pod',
            title: 'well-known',
            service: 'well-known',
            ports: [{ name: 'http', number: 8080, protocol: 'TCP', service: 80 }],
            addresses: [],
          },
        ],
  flows: () => [],
  routes: (stack: StackBase) => {
    if (stack.wellKnown === 'elsewhere') return [];
    const answers = {
      match: { kind: 'prefix', paths: [WELL_KNOWN_PREFIX] },
      to: 'well-known',
      port: 'http',
      group: 'well-known',
      certificate: 'well-known',
    } as const;
    // Clients that are given the homeserver's host instead of the server name ask there too.
    const onSynapseHosts = doors(stack, stack.synapse.host, 'synapse', {
      ...answers,
      certificate: 'synapse',
    });
    if (stack.serverName === stack.synapse.host) return onSynapseHosts;
    return [
      { door: frontDoor(stack), host: stack.serverName, ...answers },
      {
        door: frontDoor(stack),
        host: stack.serverName,
        match: { kind: 'exact', paths: [OPENID_USERINFO] },
        to: 'synapse',
        port: 'http',
        group: 'well-known',
        certificate: 'well-known',
      },
      ...onSynapseHosts,
    ];
  },
  secrets: () => [],
};
