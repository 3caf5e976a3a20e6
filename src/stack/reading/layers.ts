import { isRecord } from '../../plain/data.ts';
import type { Path, YamlSource } from './yaml-source.ts';

/** Two sources as one, and the keys that would have removed something if `null` had been written out. */
export interface Layers {
  readonly source: YamlSource;
  /** Keys of the upper source with nothing behind them, where the lower one has something. */
  readonly blanks: readonly Path[];
}

/**
 * Lays one source over another: groups merge key by key, `null` takes out what is below it, and everything else
 * replaces. Each place is asked of the source that wrote it.
 *
 * @example
 * // base.yaml: `size: small`, `livekit: {udp: 7882, host: rtc.example.org}`
 * // x.yaml:    `size: large`, `livekit: {host: null}`
 * // together:  `size: large`, `livekit: {udp: 7882}`
 */
export function layered(base: YamlSource, top: YamlSource): Layers {
  const blanks: Path[] = [];
  const merge = (below: unknown, above: unknown, path: Path): unknown => {
    if (!isRecord(below) || !isRecord(above)) return above;
    const merged = new Map(Object.entries(below));
    for (const [key, value] of Object.entries(above)) {
      const here = [...path, key];
      if (value !== null || !merged.has(key)) merged.set(key, merge(merged.get(key), value, here));
      else if (top.isBlank(here)) blanks.push(here);
      else merged.delete(key);
    }
    return Object.fromEntries(merged);
  };
  const data = merge(base.data, top.data, []);
  const writer = (path: Path): YamlSource => writerOf(base, top, path);
  return {
    source: {
      data,
      at: (path) => writer(path).at(path),
      keyAt: (path) => writer(path).keyAt(path),
      isBlank: (path) => writer(path).isBlank(path),
    },
    blanks,
  };
}

/** The source that wrote what stands at a path; the upper one for what nobody wrote. */
function writerOf(base: YamlSource, top: YamlSource, path: Path): YamlSource {
  let below = base.data;
  let above = top.data;
  for (const step of path) {
    if (!isRecord(below) || !isRecord(above)) return top;
    below = ownValue(below, step);
    above = ownValue(above, step);
    if (above === undefined) return below === undefined ? top : base;
  }
  return top;
}

function ownValue(group: Readonly<Record<string, unknown>>, key: string | number): unknown {
  return Object.hasOwn(group, key) ? group[key] : undefined;
}
