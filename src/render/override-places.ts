import type { Path } from '../stack/reading/yaml-source.ts';
import type { Override } from '../system/overrides.ts';

/** An override of an object, by its index in the list. */
export interface Applied {
  readonly index: number;
  readonly override: Override;
}

/**
 * The last override that wrote a place of an object, and the part of it that did; undefined when none names it.
 *
 * @example
 * placeIn([{ index: 0, override: { patch: { spec: { replicas: 'many' } }, … } }], ['spec', 'replicas'])
 * // { index: 0, at: ['patch', 'spec', 'replicas'] }
 */
export function placeIn(
  applied: readonly Applied[],
  path: Path,
): { readonly index: number; readonly at: Path } | undefined {
  let best: { readonly index: number; readonly at: Path; readonly length: number } | undefined;
  for (const { index, override } of applied) {
    const found = placeInPatch(override.patch, path);
    // A later one of the same depth has overwritten the earlier one.
    if (found !== undefined && found.length >= (best?.length ?? 1)) best = { index, ...found };
  }
  return best;
}

/** Where a patch writes a place, and how many steps towards it the patch names. */
function placeInPatch(
  patch: Override['patch'],
  path: Path,
): { readonly at: Path; readonly length: number } | undefined {
  if (!Array.isArray(patch)) {
    const length = followed(patch, path);
    return length === 0 ? undefined : { at: ['patch', ...path.slice(0, length)], length };
  }
  let best: { readonly at: Path; readonly length: number } | undefined;
  for (const [index, { path: pointer, value }] of patch.entries()) {
    const steps = pointer.split('/').slice(1);
    const fits = steps.every((step, depth) => {
      const wanted = path[depth];
      const isIndex = typeof wanted === 'number' && (step === '-' || /^\d+$/.test(step));
      return isIndex || step.replaceAll('~1', '/').replaceAll('~0', '~') === String(wanted);
    });
    if (!fits || steps.length > path.length) continue;
    const inside = path.slice(steps.length);
    const at = ['patch', index, 'value', ...inside.slice(0, followed(value, inside))];
    if (best === undefined || path.length >= best.length) best = { at, length: path.length };
  }
  return best;
}

/** How many steps of a path data has. */
function followed(data: unknown, path: Path): number {
  let current = data;
  for (const [index, step] of path.entries()) {
    if (typeof current !== 'object' || current === null) return index;
    const entry = Object.getOwnPropertyDescriptor(current, step);
    if (entry === undefined) return index;
    current = entry.value;
  }
  return path.length;
}
