import { isRecord, valueAt } from '../../src/plain/data.ts';
import type { Path } from '../../src/stack/reading/yaml-source.ts';
import { type Conflict, conflicts, forcing } from '../../src/system/extra-config.ts';
import type { Offered } from '../../src/system/topics.ts';
import { COMPONENT_NAMES, components } from '../index.ts';
import type { StackFile } from './schema.ts';

/** A raw addition of the stack file, with what it replaces that other settings own. */
export interface Addition {
  /** Where the addition is written. */
  readonly path: Path;
  readonly added: unknown;
  readonly conflicts: readonly (Conflict & {
    /** Why it may replace the value; undefined where nothing says so. */
    readonly reason: string | undefined;
  })[];
  /** Places of reasons that nothing needs. */
  readonly idle: readonly Path[];
}

/** Every raw addition of a stack file in which this is offered, in the order of the file's reference. */
export function additions(written: StackFile, offers: readonly Offered[]): readonly Addition[] {
  return COMPONENT_NAMES.flatMap((name) =>
    components[name].additions.flatMap(({ at, owned }) => {
      const path = [name, ...at];
      const place = [...path.slice(0, -1), 'force'];
      const added = valueAt(written, path);
      const force = valueAt(written, place);
      if (added === undefined && force === undefined) return [];
      const found = added === undefined ? [] : conflicts(added, owned(offers));
      return [
        {
          path,
          added,
          conflicts: found.map((one) => ({ ...one, reason: reasonFor(one, force) })),
          idle: idle(found, force, place),
        },
      ];
    }),
  );
}

function reasonFor(conflict: Conflict, force: unknown): string | undefined {
  if (typeof force === 'string') return force;
  const key = isRecord(force) ? forcing(conflict, force) : undefined;
  const reason = isRecord(force) && key !== undefined ? force[key] : undefined;
  return typeof reason === 'string' ? reason : undefined;
}

function idle(found: readonly Conflict[], force: unknown, place: Path): readonly Path[] {
  if (typeof force === 'string') return found.length === 0 ? [place] : [];
  if (!isRecord(force)) return [];
  const used = new Set(found.map((one) => forcing(one, force)));
  return Object.keys(force)
    .filter((key) => !used.has(key))
    .map((key) => [...place, key]);
}
