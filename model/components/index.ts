import type { Component } from './component.ts';
import { database } from './database.ts';
import { element } from './element.ts';
import { jitsi } from './jitsi.ts';
import { livekit } from './livekit.ts';
import { synapse } from './synapse.ts';
import { wellKnown } from './well-known.ts';

/** Every component a stack can have, by the name in its labels. */
export type ComponentName = 'database' | 'synapse' | 'well-known' | 'element' | 'livekit' | 'jitsi';

/** In the order in which a person meets them: what holds the data first. */
export const components = {
  database,
  synapse,
  'well-known': wellKnown,
  element,
  livekit,
  jitsi,
} satisfies Record<ComponentName, Component>;

/** The same, to walk through. */
export const allComponents: readonly Component[] = Object.values(components);
