import type { Override } from '../model/overrides.ts';
import { type Path, valueAt, type YamlSource } from '../model/reading/yaml-source.ts';
import type { Difference } from './compare.ts';

/** The settings that decide what a difference is about, the likeliest first. */
function settingsOf({ code, object, manifest }: Difference): readonly Path[] {
  const isDatabase = manifest?.kind === 'Cluster';
  const isMedia = manifest?.metadata.labels?.['app.kubernetes.io/component'] === 'synapse';
  switch (code) {
    case 'MG070':
      return [['serverName']];
    case 'MG071':
      if (isDatabase) return [['database', 'cnpg', 'size'], ['size']];
      return isMedia ? [['synapse', 'media', 'pvc', 'size'], ['size']] : [['size']];
    case 'MG072':
      return [...(isMedia ? [['synapse', 'media', 'pvc', 'storageClass']] : []), ['cluster', 'storageClass']];
    case 'MG075':
      return object.startsWith('Stack/') ? [['name']] : [['namespace'], ['name']];
    case 'MG077':
      return componentSettings(manifest?.metadata.labels?.['app.kubernetes.io/component'] ?? '');
    default:
      return [];
  }
}

/** What switches a component off, such as `jitsi.enabled` for a volume of `jitsi-prosody`. */
function componentSettings(component: string): readonly Path[] {
  const [key = ''] = component.split('-');
  // What has no such label was included.
  return key === '' ? [['include']] : [[key, 'enabled'], [key]];
}

/**
 * The place in the stack file that decided a difference; the top of the file where none did, such as an image, which
 * versions.yaml says.
 *
 * @param placeIn finds the override that wrote a field, if one did
 */
export function placeOfDifference(
  difference: Difference,
  source: YamlSource,
  overrides: readonly Override[],
  placeIn: PlaceInOverrides,
): Path {
  const { manifest, field } = difference;
  const applied = overrides.flatMap((override, index) =>
    override.target.kind === manifest?.kind && override.target.name === manifest.metadata.name
      ? [{ index, override }]
      : [],
  );
  const place = applied.length === 0 || field.length === 0 ? undefined : placeIn(applied, field);
  if (place !== undefined) return ['overrides', place.index, ...place.at];
  const written = settingsOf(difference).find((path) => valueAt(source.data, path) !== undefined);
  return written ?? [];
}

/** Where one of several overrides of an object writes a field; see output/override-places.ts. */
type PlaceInOverrides = (
  applied: readonly { readonly index: number; readonly override: Override }[],
  path: Path,
) => { readonly index: number; readonly at: Path } | undefined;
