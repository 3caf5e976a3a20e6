import { valueAt } from '../plain/data.ts';
import type { Manifest } from '../stack/manifest.ts';
import type { Path, YamlSource } from '../stack/reading/yaml-source.ts';
import type { Override } from '../system/overrides.ts';
import type { Difference } from './compare.ts';

/** A volume, and where the stack file says its size and its class. */
interface Volume {
  readonly object: { readonly kind: string; readonly name: string };
  readonly at: Path;
  readonly classAt?: Path;
}

/** The settings that decide what a difference is about, the likeliest first. */
function settingsOf({ code, object, manifest }: Difference, volumes: readonly Volume[]): readonly Path[] {
  const volume = volumes.find(
    (one) => one.object.kind === manifest?.kind && one.object.name === manifest.metadata.name,
  );
  switch (code) {
    case 'MG070':
      return [['serverName']];
    case 'MG071':
      return [...(volume === undefined ? [] : [volume.at]), ['size']];
    case 'MG072':
      return [...(volume?.classAt === undefined ? [] : [volume.classAt]), ['cluster', 'storageClass']];
    case 'MG075':
      return object.startsWith('Stack/') ? [['name']] : [['namespace'], ['name']];
    case 'MG077':
      return componentSettings(manifest === undefined ? '' : componentOf(manifest));
    default:
      return [];
  }
}

/** The component that an object belongs to, such as `jitsi` for a volume of `jitsi-prosody`; empty for none. */
export function componentOf({ metadata }: Manifest): string {
  return (metadata.labels?.['app.kubernetes.io/component'] ?? '').split('-')[0] ?? '';
}

/** What switches a component off, such as `jitsi.enabled`. */
function componentSettings(key: string): readonly Path[] {
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
  { overrides, volumes }: { readonly overrides: readonly Override[]; readonly volumes: readonly Volume[] },
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
  const written = settingsOf(difference, volumes).find((path) => valueAt(source.data, path) !== undefined);
  return written ?? [];
}

/** Where one of several overrides of an object writes a field; see src/render/override-places.ts. */
type PlaceInOverrides = (
  applied: readonly { readonly index: number; readonly override: Override }[],
  path: Path,
) => { readonly index: number; readonly at: Path } | undefined;
