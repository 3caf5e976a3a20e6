import { ELEMENT_OWNED } from './components/element.ts';
import { JITSI_OWNED } from './components/jitsi.ts';
import { JITSI_PARTS } from './components/jitsi-sizes.ts';
import { LIVEKIT_OWNED } from './components/livekit.ts';
import { SYNAPSE_OWNED } from './components/synapse.ts';
import { type Conflict, conflicts, type Owned } from './extra-config.ts';
import type { Path } from './reading/yaml-source.ts';
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
  const { synapse, element, livekit, jitsi } = written;
  const all: readonly (readonly [Path, unknown, string | undefined, readonly Owned[]])[] = [
    [['synapse', 'extraConfig'], synapse?.extraConfig, synapse?.force, SYNAPSE_OWNED],
    [['element', 'extraConfig'], element?.extraConfig, element?.force, ELEMENT_OWNED],
    [['livekit', 'extraConfig'], livekit?.extraConfig, livekit?.force, LIVEKIT_OWNED],
    ...JITSI_PARTS.map(
      (part) => [['jitsi', part, 'env'], jitsi?.[part]?.env, jitsi?.[part]?.force, JITSI_OWNED] as const,
    ),
  ];
  return all.flatMap(([path, added, force, table]) =>
    added === undefined ? [] : [{ path, added, force, conflicts: conflicts(added, table) }],
  );
}
