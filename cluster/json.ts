import { isGroup } from '../model/merge-patch.ts';

/** The data of a JSON text that came from elsewhere; undefined when it is none. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A mapping as it is, everything else as an empty one. */
export function mapping(value: unknown): Readonly<Record<string, unknown>> {
  return isGroup(value) ? value : {};
}
