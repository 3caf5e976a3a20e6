import { keysOf } from '../src/plain/records.ts';
import { adminUi } from './admin-ui/declare.ts';
import { turn } from './coturn/declare.ts';
import { database } from './database/declare.ts';
import { element } from './element/declare.ts';
import { elementCall } from './element-call/declare.ts';
import type { EntranceImage } from './entrances/index.ts';
import { jitsi } from './jitsi/declare.ts';
import { livekit } from './livekit/declare.ts';
import { synapse } from './synapse/declare.ts';
import { webClients } from './web-clients/declare.ts';
import { wellKnown } from './well-known/declare.ts';

/**
 * Every component a stack can have, by its key in the stack file;
 * in the order in which a person meets them: what holds the data first.
 */
export const components = {
  database,
  synapse,
  wellKnown,
  element,
  livekit,
  jitsi,
  turn,
  elementCall,
  webClients,
  adminUi,
};

type Components = typeof components;

/** One of {@link components}. */
export type ComponentName = keyof Components;

/** The resolved settings of each component in a stack. */
export type Settings = {
  readonly [Name in ComponentName]: ReturnType<Components[Name]['resolve']>;
};

/** The components that can have an extra name on the local network: those with a host of their own. */
export type LanName = {
  [Name in ComponentName]: Components[Name]['lanName'] extends string ? Name : never;
}[ComponentName];

/** The images a stack can need, by the name they have in versions.yaml. */
export type ImageName =
  | { [Name in ComponentName]: keyof Components[Name]['images'] }[ComponentName]
  | EntranceImage;

/** The names of {@link components}, in their order. */
export const COMPONENT_NAMES = keysOf(components);

/** Every {@link LanName}. */
export const LAN_NAMES = COMPONENT_NAMES.filter(
  (name): name is LanName => components[name].lanName !== undefined,
);
