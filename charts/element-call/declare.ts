import * as z from 'zod';
import { host } from '../../src/stack/fields.ts';
import { component, isOn } from '../../src/system/component.ts';
import { claims, doors } from '../../src/system/doors.ts';
import { extraConfigField, forceField, owned } from '../../src/system/extra-config.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import { PAGE_RESOURCES, page } from '../../src/system/page.ts';
import { overrideResources, type Resources, resourcesField } from '../../src/system/resources.ts';
import { CALLS, GUEST_CALLS } from '../../src/system/topics.ts';

const schema = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe('false keeps these settings but leaves the page out. Default: true.'),
    host: host.optional().describe('Host where people open it. Default: call.<serverName>.'),
    resources: resourcesField.optional(),
    extraConfig: extraConfigField.optional(),
    force: forceField.optional(),
  })
  .optional()
  .describe(
    "Element Call as a page of its own, for links to calls. Element's own clients do not need it: they bring their own copy. Present if this key is; requires livekit.",
  );

/** Everything about the page that more than one place needs. */
export interface ElementCall {
  readonly host: string;
  readonly resources: Resources;
  readonly extraConfig: Readonly<Record<string, unknown>>;
}

/** Keys of config.json that follow from the stack. */
const OWNED = [
  { path: ['default_server_config', 'm.homeserver'], owner: 'serverName and synapse.host' },
  ...owned({ 'livekit.livekit_service_url': 'livekit.host' }),
];

function resolve(written: z.infer<typeof schema>, { serverName }: StackFacts): ElementCall | undefined {
  if (!isOn(written)) return undefined;
  return {
    host: written.host ?? `call.${serverName}`,
    resources: overrideResources(PAGE_RESOURCES, written.resources),
    extraConfig: written.extraConfig ?? {},
  };
}

/** Element Call on a host of its own. */
export const elementCall = component({
  key: 'elementCall',
  schema,
  resolve,
  lanName: 'Element Call.',
  images: {
    'element-call': {
      program: 'element-call',
      tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [0, 24, 0],
      example: 'v0.24.0',
      because: 'older releases look for the call service in another way',
    },
  },
  additions: [{ at: ['extraConfig'], owned: () => OWNED }],
  sizes: [],
  offers: ({ host: name }) => [GUEST_CALLS.offer({ url: `https://${name}` })],
  check: (_written, _own, { offers }) =>
    CALLS.of(offers).some(({ by }) => by === 'livekit')
      ? []
      : [
          {
            code: 'MG233',
            at: ['elementCall'],
            missing: ['livekit'],
            what: 'elementCall is the page for calls through LiveKit, and this stack has no LiveKit',
            remedy: 'add livekit: {}, or remove elementCall',
          },
        ],
  notes: ({ host: name }) => [
    {
      where: 'before-live',
      text: [
        'At ',
        { code: `https://${name}` },
        ', people with an account on this homeserver log in and call. Guests without an account also need a homeserver where anyone can register without an e-mail address or a token: here registration is closed, unless ',
        { code: 'synapse.extraConfig' },
        " opens it, which invites spam. Element Call's authors recommend a homeserver of its own for guests.",
      ],
    },
  ],
  parts: ({ host: name, resources }, { facts }) => {
    const { workload, service, to } = page(facts, {
      id: 'element-call',
      title: 'Element Call',
      at: ['elementCall'],
    });
    return {
      containers: [{ at: ['resources'], resources }],
      workloads: [workload],
      services: [service],
      hosts: claims(facts, 'elementCall', name),
      routes: doors(facts, 'elementCall', name, { match: { kind: 'all' }, to, group: 'element-call' }),
    };
  },
});
