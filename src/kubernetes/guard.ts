import { ApiObject } from 'cdk8s';
import { isManifest, type Manifest } from '../stack/manifest.ts';

/**
 * An object's JSON, once it is sure that nothing was lost on the way: the typed classes drop fields
 * they do not know without a word.
 *
 * @param where the file, for the message
 * @throws naming file, object and field when the class dropped one
 */
export function guardedManifest(object: ApiObject, where: string): Manifest {
  const written: unknown = ApiObject.prototype.toJson.call(object);
  const rendered = renderedByClass(object, written);
  const lost = lostField(written, rendered, '');
  if (lost !== undefined) {
    throw new Error(
      `${where}: ${object.kind} ${object.name} loses the field ${lost.slice(1)}; it is misspelt, or newer than the class that renders it`,
    );
  }
  if (!isManifest(rendered)) throw new Error(`${where}: ${object.kind} ${object.name} has no name`);
  return rendered;
}

/**
 * What the object's class makes of its JSON. The generated classes offer that step by itself, as `manifest`; their
 * `toJson` would have cdk8s make the JSON once more.
 */
function renderedByClass(object: ApiObject, written: unknown): unknown {
  if (object.toJson === ApiObject.prototype.toJson) return written;
  return rendersProps(object.constructor) ? object.constructor.manifest(written) : object.toJson();
}

function rendersProps(value: object): value is { readonly manifest: (props: unknown) => unknown } {
  return 'manifest' in value && typeof value.manifest === 'function';
}

/** Path of the first value that is in `written` but not in `rendered`. Classes spell some keys otherwise. */
function lostField(written: unknown, rendered: unknown, path: string): string | undefined {
  if (Array.isArray(written)) {
    const items: unknown[] = written;
    const others: unknown[] = Array.isArray(rendered) ? rendered : [];
    for (const [index, item] of items.entries()) {
      const lost = lostField(item, others[index], `${path}[${index}]`);
      if (lost !== undefined) return lost;
    }
    return undefined;
  }
  if (typeof written === 'object' && written !== null) {
    // A wrapper of these classes for "number or text", which they render as its value.
    if (typeof rendered !== 'object' && 'value' in written) {
      return written.value === rendered ? undefined : path;
    }
    const kept = new Map(typeof rendered === 'object' && rendered !== null ? Object.entries(rendered) : []);
    for (const [key, value] of Object.entries(written)) {
      const name = kept.has(key) ? key : spelledLike(key, kept);
      if (name === undefined) return `${path}.${key}`;
      const lost = lostField(value, kept.get(name), `${path}.${key}`);
      if (lost !== undefined) return lost;
    }
    return undefined;
  }
  return written === rendered ? undefined : path;
}

/** The key that differs in capitals only. */
function spelledLike(key: string, kept: ReadonlyMap<string, unknown>): string | undefined {
  const lower = key.toLowerCase();
  return [...kept.keys()].find((name) => name.toLowerCase() === lower);
}
