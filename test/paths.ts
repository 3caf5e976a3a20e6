import type { Path } from '../src/stack/reading/yaml-source.ts';

/** Every path of plain data, the outer ones first; without the root. */
export function pathsOf(data: unknown, path: Path = []): readonly Path[] {
  if (typeof data !== 'object' || data === null) return [];
  const below = Object.entries(data).map(([key, value]) => ({
    here: [...path, Array.isArray(data) ? Number(key) : key],
    value,
  }));
  return [...below.map(({ here }) => here), ...below.flatMap(({ here, value }) => pathsOf(value, here))];
}
