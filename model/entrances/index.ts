import type * as z from 'zod';
import { keysOf } from '../records.ts';
import type { TlsSource } from '../tls.ts';
import type { Door } from '../topology.ts';
import type { Doors, Entrance, OpenDoor, OpenDoors } from './entrance.ts';
import { traefik } from './traefik.ts';
import { tunnel } from './tunnel.ts';

/** Every way in that a stack can have, by its word in the stack file. */
export const entrances = { tunnel, traefik };

type Entrances = typeof entrances;

/** One of {@link entrances}. */
export type Via = keyof Entrances;

/** What an entrance's settings come to. */
export type EntranceOwn<V extends Via> = Exclude<ReturnType<Entrances[V]['resolve']>, undefined>;

/** An entrance, seen so that what its own settings are does not show: they only go back to it. */
type AnyEntrance = Entrance<string, string, z.ZodType, unknown>;

const known: Readonly<Record<string, AnyEntrance>> = entrances;

/** @throws when no entrance has this word, which the schema of the stack file lets through nowhere */
function entranceOf(via: string): AnyEntrance {
  const found = known[via];
  if (found === undefined) throw new Error(`there is no entrance "${via}"`);
  return found;
}

/** What the local network comes through where the stack file does not say. */
export const DEFAULT_LAN_VIA = 'traefik' satisfies Via;

/** Every {@link Via}. */
export const VIAS = keysOf(entrances);

/** The words for those that can be written at a door. */
export function viasAt(door: Door): readonly Via[] {
  return VIAS.filter((via) => entranceOf(via).doors.includes(door));
}

type EntranceFields = { readonly [V in Via as Entrances[V]['key']]: z.ZodOptional<Entrances[V]['schema']> };

/** The keys beside `via` at the public door. */
export function entranceFields(): EntranceFields {
  return {
    tunnel: described(entrances.tunnel),
    tls: described(entrances.traefik),
  };
}

function described<Schema extends z.ZodType>({
  schema,
  via,
}: Pick<Entrance<string, string, Schema, unknown>, 'schema' | 'via'>): z.ZodOptional<Schema> {
  return schema.optional().describe(`With via: ${via}.`);
}

/**
 * Opens a door.
 *
 * @param written everything at the door: `via`, and the keys of the entrances
 * @returns undefined where its settings are not whole, which the checks report
 */
export function openDoor(
  via: Via,
  written: Readonly<Partial<Record<string, unknown>>>,
): OpenDoor | undefined {
  const openable: Readonly<Record<Via, { open(settings: unknown): OpenDoor | undefined }>> = entrances;
  const settings = written[entranceOf(via).key];
  return settings === undefined ? undefined : openable[via].open(settings);
}

/** What a door goes through, with its own settings; undefined where the door is closed. */
export function entranceAt(
  { expose }: { readonly expose: Doors },
  door: Door,
): { readonly entrance: AnyEntrance; readonly own: unknown } | undefined {
  const open = expose[door];
  return open === undefined ? undefined : { entrance: entranceOf(open.via), own: open.own };
}

/** The entrances of a stack, each once, with the doors that go through it. */
export function openEntrances(facts: {
  readonly expose: Doors;
}): readonly { readonly entrance: AnyEntrance; readonly doors: OpenDoors<unknown> }[] {
  const found = new Map<AnyEntrance, Partial<Record<Door, unknown>>>();
  for (const door of ['public', 'lan'] as const) {
    const at = entranceAt(facts, door);
    if (at !== undefined) found.set(at.entrance, { ...found.get(at.entrance), [door]: at.own });
  }
  return [...found].map(([entrance, doors]) => ({ entrance, doors }));
}

/** Where a door's certificates come from; undefined where TLS ends before the cluster, or the door is closed. */
export function doorTls(facts: { readonly expose: Doors }, door: Door): TlsSource | undefined {
  const at = entranceAt(facts, door);
  return at?.entrance.tls(at.own);
}
