import type { Door } from '../topology/topology.ts';
import type { DoorSettings } from './door-settings.ts';

/** The doors that go through an entrance, each with its settings in the stack file. */
export type OpenDoors<Own> = Readonly<Partial<Record<Door, Own>>>;

/** A door that is open: the word for its entrance, and what that has made of its settings, which only goes back to it. */
export interface OpenDoor {
  readonly via: string;
  readonly own: unknown;
  /** What is written there besides. */
  readonly settings: DoorSettings;
  /** Another entrance, which it leads everything to, and where. @default - it leads to the programs itself */
  readonly through?: { readonly via: string; readonly own: unknown; readonly address: string };
}

/** The doors of a stack. */
export interface Doors {
  readonly public?: OpenDoor;
  readonly lan?: OpenDoor;
}
