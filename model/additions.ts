import { COMPONENT_NAMES, components } from './components/index.ts';
import { type Conflict, conflicts } from './extra-config.ts';
import { type Path, valueAt } from './reading/yaml-source.ts';
import type { StackFile } from './schema.ts';

/** A raw addition of the stack file, with what it replaces that other settings own. */
export interface Addition {
  /** Where the addition stands. */
  readonly path: Path;
  readonly added: unknown;
  /** The reason that stands beside it. */
  readonly force: string | undefined;
  readonly conflicts: readonly Conflict[];
}

/** Every raw addition of a stack file, in the order of the file's reference. */
export function additions(written: StackFile): readonly Addition[] {
  return COMPONENT_NAMES.flatMap((name) =>
    components[name].additions.flatMap(({ at, owned }) => {
      const path = [name, ...at];
      const added = valueAt(written, path);
      if (added === undefined) return [];
      const force = valueAt(written, [...path.slice(0, -1), 'force']);
      return [
        {
          path,
          added,
          force: typeof force === 'string' ? force : undefined,
          conflicts: conflicts(added, owned),
        },
      ];
    }),
  );
}
