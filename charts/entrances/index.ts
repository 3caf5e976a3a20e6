import * as z from 'zod';
import { keysOf } from '../../src/plain/records.ts';
import type { CheckFinding } from '../../src/stack/finding.ts';
import type { Path } from '../../src/stack/reading/yaml-source.ts';
import type { TlsSource } from '../../src/stack/tls.ts';
import { type DoorSettings, resolveDoorSettings } from '../../src/system/door-settings.ts';
import type { Entrance } from '../../src/system/entrance.ts';
import type { Doors, OpenDoor, OpenDoors } from '../../src/system/open-door.ts';
import { DOORS, type Door } from '../../src/topology/topology.ts';
import { cloudflared } from './cloudflared/declare.ts';
import { gateway } from './gateway/declare.ts';
import { ownProxy } from './own-proxy/declare.ts';
import { traefik } from './traefik/declare.ts';
import { behindSchema } from './traefik/door.ts';
import { tunnel } from './tunnel/declare.ts';

/** Every way in that a stack can have, by its word in the stack file. */
export const entrances = { tunnel, traefik, cloudflared, gateway, 'own-proxy': ownProxy };

type Entrances = typeof entrances;

/** One of {@link entrances}. */
export type Via = keyof Entrances;

/** The images that entrances can need, by the name they have in versions.yaml. */
export type EntranceImage = { [V in Via]: keyof Entrances[V]['images'] }[Via];

/** What an entrance's settings come to. */
export type EntranceOwn<V extends Via> = Exclude<ReturnType<Entrances[V]['resolve']>, undefined>;

/**
 * What can be written at `through`: who passes on what the entrance of a door leads there. Exactly one, of which there is
 * only one today.
 */
export const throughSchema = z.strictObject({ traefik: behindSchema });

/** An entrance, seen so that what its own settings are does not show: they only go back to it. */
type AnyEntrance = Entrance<string, string, z.ZodType, unknown>;

const known: Readonly<Record<string, AnyEntrance>> = entrances;

/** @throws when no entrance has this word, which the schema of the stack file lets through nowhere */
function entranceOf(via: string): AnyEntrance {
  const found = known[via];
  if (found === undefined) throw new Error(`unknown entrance "${via}"`);
  return found;
}

/** Every {@link Via}. */
export const VIAS = keysOf(entrances);

/** The words for those that can be written at a door. */
export function viasAt(door: Door): readonly Via[] {
  return VIAS.filter((via) => entranceOf(via).doors.includes(door));
}

/** What a door goes through where the file does not say it. */
export const DEFAULT_VIA = { lan: 'traefik' } as const satisfies Readonly<Partial<Record<Door, Via>>>;

/** Everything that is written at a door: `via`, and the keys of the entrances. */
type WrittenDoor = Readonly<Partial<Record<string, unknown>>> &
  Parameters<typeof resolveDoorSettings>[0] & {
    readonly via?: Via | undefined;
    readonly through?: z.infer<typeof throughSchema> | undefined;
  };

/** What a door goes through. @throws where nothing says so, which the schema does not let pass */
export function viaAt(door: Door, written: WrittenDoor): Via {
  const defaults: Readonly<Partial<Record<Door, Via>>> = DEFAULT_VIA;
  const via = written.via ?? defaults[door];
  if (via === undefined) throw new Error(`expose.${door} goes through nothing`);
  return via;
}

type KeyAt<At extends Door> = {
  [V in Via]: At extends Entrances[V]['doors'][number] ? Entrances[V]['key'] : never;
}[Via];

type EntranceFields<At extends Door> = {
  readonly [V in Via as Entrances[V]['key'] & KeyAt<At>]: z.ZodOptional<Entrances[V]['schema']>;
};

/** The keys next to `via` at a door. @throws where two entrances have one key there */
export function entranceFields<At extends Door>(door: At): EntranceFields<At> {
  const fields: Record<string, z.ZodType> = {};
  for (const via of viasAt(door)) {
    const { key, schema } = entranceOf(via);
    const about = schema.description === undefined ? '' : `${schema.description} `;
    fields[key] = schema.optional().describe(`${about}With via: ${via}.`);
  }
  if (!areFieldsOf(door, fields)) throw new Error(`two entrances have one key in expose.${door}`);
  return fields;
}

function areFieldsOf<At extends Door, Fields extends Readonly<Record<string, z.ZodType>>>(
  door: At,
  fields: Fields,
): fields is Fields & EntranceFields<At> {
  return viasAt(door).every((via) => {
    const field = fields[entranceOf(via).key];
    return field instanceof z.ZodOptional && field.unwrap() === entranceOf(via).schema;
  });
}

/** The settings that are written at a door, each with what is missing or too much in them. */
export function settingsAt(
  door: Door,
  written: WrittenDoor,
): readonly { readonly via: Via; readonly key: string; choices(at: Path): readonly CheckFinding[] }[] {
  return viasAt(door).flatMap((via) => {
    const { key } = entranceOf(via);
    const own = written[key];
    return own === undefined ? [] : [{ via, key, choices: (at) => entranceOf(via).choices?.(own, at) ?? [] }];
  });
}

/**
 * Opens a door.
 *
 * @returns undefined where its settings are not whole, which the checks report
 */
export function openDoor(door: Door, written: WrittenDoor): OpenDoor | undefined {
  const via = viaAt(door, written);
  const openable: Readonly<
    Record<Via, { open(settings: unknown): Pick<OpenDoor, 'via' | 'own'> | undefined }>
  > = entrances;
  const settings = written[entranceOf(via).key];
  const open = settings === undefined ? undefined : openable[via].open(settings);
  if (open === undefined) return undefined;
  const { through } = written;
  return {
    ...open,
    settings: resolveDoorSettings(written),
    ...(through === undefined
      ? {}
      : { through: { via: traefik.via, own: through.traefik, address: through.traefik.address } }),
  };
}

/** What a door goes through, with its own settings; undefined where the door is closed. */
export function entranceAt(
  { expose }: { readonly expose: Doors },
  door: Door,
): { readonly entrance: AnyEntrance; readonly own: unknown } | undefined {
  const open = expose[door];
  return open === undefined ? undefined : { entrance: entranceOf(open.via), own: open.own };
}

/** Who passes a door's requests on to the programs, with its own settings: its entrance, or what that leads to. */
export function passesOn(
  { expose }: { readonly expose: Doors },
  door: Door,
): { readonly entrance: AnyEntrance; readonly own: unknown; readonly isBehind: boolean } | undefined {
  const open = expose[door];
  if (open === undefined) return undefined;
  const { via, own } = open.through ?? open;
  return { entrance: entranceOf(via), own, isBehind: open.through !== undefined };
}

/** Who passes a door's requests on, one to the next: ids of peers, the one that visitors come to first. */
export function passers(facts: { readonly expose: Doors }, door: Door): readonly string[] {
  const chain = [entranceAt(facts, door), passesOn(facts, door)];
  return [...new Set(chain.flatMap((at) => (at === undefined ? [] : at.entrance.passer(at.own).id)))];
}

/** What is written at each door besides its entrance. */
export function doorSettings({ expose }: { readonly expose: Doors }): Readonly<Record<Door, DoorSettings>> {
  return { public: expose.public?.settings ?? {}, lan: expose.lan?.settings ?? {} };
}

/** The entrances of a stack, each once, with the doors that go through it. */
export function openEntrances(facts: {
  readonly expose: Doors;
}): readonly { readonly entrance: AnyEntrance; readonly doors: OpenDoors<unknown> }[] {
  const found = new Map<AnyEntrance, Partial<Record<Door, unknown>>>();
  for (const door of DOORS) {
    for (const at of [entranceAt(facts, door), passesOn(facts, door)]) {
      if (at !== undefined) found.set(at.entrance, { ...found.get(at.entrance), [door]: at.own });
    }
  }
  return [...found].map(([entrance, doors]) => ({ entrance, doors }));
}

/** Where a door's certificates come from; undefined where TLS ends before the cluster, or the door is closed. */
export function doorTls(facts: { readonly expose: Doors }, door: Door): TlsSource | undefined {
  const at = entranceAt(facts, door);
  return at?.entrance.tls(at.own);
}

/** The Secret that somebody keeps with a door's certificate, and the field that names it. */
export function givenSecret(
  facts: { readonly expose: Doors },
  door: Door,
): { readonly name: string; readonly at: Path } | undefined {
  const at = entranceAt(facts, door);
  const source = at?.entrance.tls(at.own);
  if (at === undefined || source === undefined || !('secret' in source)) return undefined;
  return { name: source.secret, at: ['expose', door, at.entrance.key, ...(at.entrance.secretAt ?? [])] };
}
