import * as z from 'zod';
import { extraConfigField, forceField, owned } from '../extra-config.ts';
import { host } from '../fields.ts';
import { overrideResources, type Resources, resourcesField } from '../resources.ts';
import type { StackFile } from '../schema.ts';
import type { StackBase, StackFacts } from '../stack.ts';
import { type Component, isOn } from './component.ts';
import { claims, doors } from './doors.ts';

const schema = z
  .strictObject({
    enabled: z.boolean().optional().describe('false keeps these settings without Element. Default: true.'),
    host: host.optional().describe('Where people open it. Default: element.<serverName>.'),
    brand: z.string().min(1).max(60).optional().describe('Name shown in the title. Default: Element.'),
    calls: z
      .enum(['livekit', 'jitsi', 'both'])
      .optional()
      .describe(
        'What the call button starts. Default: what the stack has; both when it has LiveKit and Jitsi.',
      ),
    theme: z
      .enum(['light', 'dark'])
      .optional()
      .describe('Theme before a person chooses one. Default: light.'),
    resources: resourcesField.optional(),
    extraConfig: extraConfigField.optional(),
    force: forceField.optional(),
  })
  .optional()
  .describe('The web client; there when this key is.');

/** What Element's call button starts; `none` hides it. */
export type ElementCalls = 'livekit' | 'jitsi' | 'both' | 'none';

/** Everything about Element Web that more than one place needs. */
export interface Element {
  readonly host: string;
  readonly brand: string;
  readonly theme: 'light' | 'dark';
  readonly calls: ElementCalls;
  readonly resources: Resources;
  readonly extraConfig: Readonly<Record<string, unknown>>;
}

/** Keys of config.json that follow from the stack. */
const OWNED = owned({
  default_server_config: 'serverName and synapse.host',
  default_server_name: 'serverName',
  brand: 'element.brand',
  default_theme: 'element.theme',
  element_call: 'element.calls',
  jitsi: 'element.calls and jitsi.host',
});

/** Static files: the same at every size. */
const RESOURCES: Resources = {
  requests: { cpu: '10m', memory: '32Mi' },
  limits: { cpu: '100m', memory: '64Mi' },
};

function resolve(
  { element: written, livekit, jitsi }: StackFile,
  { serverName }: StackFacts,
): Element | undefined {
  if (!isOn(written)) return undefined;
  return {
    host: written.host ?? `element.${serverName}`,
    brand: written.brand ?? 'Element',
    theme: written.theme ?? 'light',
    calls: written.calls ?? availableCalls(isOn(livekit), isOn(jitsi)),
    resources: overrideResources(RESOURCES, written.resources),
    extraConfig: written.extraConfig ?? {},
  };
}

function availableCalls(livekit: boolean, jitsi: boolean): ElementCalls {
  if (livekit && jitsi) return 'both';
  if (livekit) return 'livekit';
  return jitsi ? 'jitsi' : 'none';
}

/** The web client. */
export const element: Component<typeof schema, Element | undefined, 'element'> = {
  schema,
  resolve,
  lanName: 'The web client.',
  images: {
    element: {
      tag: /^v([0-9]+)\.([0-9]+)\.([0-9]+)$/,
      atLeast: [1, 12, 24],
      example: 'v1.12.28',
      because: 'older releases need other settings for calls',
    },
  },
  additions: [{ at: ['extraConfig'], owned: OWNED }],
  sizes: [],
  containers: ({ element }) =>
    element === undefined ? [] : [{ at: ['resources'], resources: element.resources }],
  workloads: (stack: StackBase) =>
    stack.element === undefined
      ? []
      : [
          {
            kind: 'workload',
            id: 'element',
            role: 'element',
            instance: stack.name,
            namespace: stack.namespace,
            title: 'Element Web',
            hostNetwork: false,
            ports: [{ name: 'http', number: 8080, protocol: 'TCP', on: 'pod' }],
            at: ['element'],
          },
        ],
  services: (stack: StackBase) =>
    stack.element === undefined
      ? []
      : [
          {
            name: 'element',
            namespace: stack.namespace,
            selects: { role: 'element' },
            ports: [{ number: 80, to: 'http' }],
          },
        ],
  flows: () => [],
  hosts: (stack: StackBase) =>
    stack.element === undefined ? [] : claims(stack, 'element', stack.element.host),
  routes: (stack: StackBase) =>
    stack.element === undefined
      ? []
      : doors(stack, 'element', stack.element.host, {
          match: { kind: 'all' },
          to: { service: 'element', namespace: stack.namespace, port: 80 },
          group: 'element',
        }),
  secrets: () => [],
};
