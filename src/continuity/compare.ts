import { isOf } from '../kinds/index.ts';
import { NAMESPACE } from '../kinds/keys.ts';
import { groupOf, type Manifest } from '../stack/manifest.ts';
import type { AcceptableCode } from '../system/accept.ts';
import {
  type Fact,
  factsOf,
  GONE,
  holdsData,
  isWorkload,
  isWorse,
  keepsKey,
  secretsWithKey,
  shortValue,
  THERE,
} from './facts.ts';

/** A stack as it is, or as it would be: what it is called, and its objects. */
export interface Side {
  /** The folder below dist/. */
  readonly name: string;
  readonly manifests: readonly Manifest[];
}

/** The stack that is rendered now. */
export interface NewSide extends Side {
  /** The namespace that the stack file decides. */
  readonly namespace: string;
}

/** A change by which data is lost, or may be. */
export interface Difference {
  readonly code: AcceptableCode;
  /** `Kind/name` or `Kind/namespace/name`; `Stack/name` for the stack itself. */
  readonly object: string;
  /** What dist/ says. */
  readonly from: string;
  /** What is rendered now. */
  readonly to: string;
  /** The object in dist/; undefined for the stack itself. */
  readonly manifest: Manifest | undefined;
  /** Where in the object; empty for an object as a whole. */
  readonly field: Fact['field'];
}

/**
 * Everything by which data would be lost if one side replaced the other. Knows nothing of stack files.
 *
 * @param before every object of dist/; one that stays the same may be the very object of the other side
 * @param after every object that is rendered now
 */
export function compare(before: Side, after: NewSide): readonly Difference[] {
  const renamed = before.name === after.name ? [] : [stackDifference(before, after)];
  const moved = movedNamespace(before, after);
  const there = new Map(after.manifests.map((one) => [keyOf(one), one]));
  const found: Difference[] = [...renamed];
  // The name decides the namespace too unless it is written: that is one change, not two.
  if (moved !== undefined && renamed.length === 0) found.push(namespaceDifference(before, moved, after));
  const isNew = (manifest: Manifest): boolean => namespaceOf(manifest) === moved;
  // Nothing is lost with a namespace that had no data in it, such as one of call pods.
  const withData = new Set(
    before.manifests.filter((one) => !isOf(one, NAMESPACE) && holdsData(one)).map(namespaceOf),
  );
  const isEmpty = (manifest: Manifest): boolean =>
    isOf(manifest, NAMESPACE) && !withData.has(manifest.metadata.name);
  for (const manifest of before.manifests) {
    const now = there.get(keyOf(manifest, isNew(manifest) ? after.namespace : undefined));
    if (now === undefined) {
      // What a namespace held stays behind with it, which is said above.
      if (!isNew(manifest) && !isEmpty(manifest)) found.push(...lostObject(manifest, after));
    } else if (now !== manifest) {
      const changed = changedFacts(manifest, now);
      // In another namespace all objects are new ones; and labels of another name make other selectors.
      const concerns = ({ code }: Difference): boolean =>
        !(isNew(manifest) && OF_THE_OBJECT.has(code)) && !(renamed.length > 0 && code === 'MG076');
      found.push(...changed.filter(concerns));
    }
  }
  return oncePerVersion(found);
}

/** What cannot be changed in one object, but is free in another one. */
const OF_THE_OBJECT: ReadonlySet<AcceptableCode> = new Set(['MG071', 'MG072', 'MG076', 'MG140']);

/** `Kind/name`, or `Kind/namespace/name`. */
export function objectName({ kind, metadata: { namespace, name } }: Manifest): string {
  return shortValue([kind, namespace, name].filter((part) => part !== undefined).join('/'));
}

/** What the rendered objects say where an entry of `accept` expects something; none where the object is not there. */
export function valuesNow(
  { code, object }: { readonly code: AcceptableCode; readonly object: string },
  after: NewSide,
): readonly string[] {
  if (code === 'MG075') return [object.startsWith('Stack/') ? after.name : after.namespace];
  const named = after.manifests.filter((one) => objectName(one) === object);
  if (code === 'MG077') return [named.length === 0 ? GONE : THERE];
  const facts = named.flatMap(factsOf).filter((fact) => fact.code === code);
  const kinds = code === 'MG076' ? workloadsLike(object, after).map(({ kind }) => kind) : [];
  const values = [...facts.map(({ value }) => value), ...kinds];
  return values.length === 0 ? [GONE] : values;
}

function stackDifference(before: Side, after: NewSide): Difference {
  const object = `Stack/${shortValue(before.name)}`;
  return {
    code: 'MG075',
    object,
    from: shortValue(before.name),
    to: after.name,
    manifest: undefined,
    field: [],
  };
}

function namespaceDifference({ manifests }: Side, moved: string, after: NewSide): Difference {
  const manifest = manifests.find((one) => isOf(one, NAMESPACE) && one.metadata.name === moved);
  const from = shortValue(moved);
  return { code: 'MG075', object: `Namespace/${from}`, from, to: after.namespace, manifest, field: [] };
}

/** The namespace with data that the stack has left for the one it has now; undefined where it has not. */
function movedNamespace(before: Side, after: NewSide): string | undefined {
  const now = new Set(after.manifests.map(namespaceOf));
  const then = new Set(before.manifests.filter(holdsData).map(namespaceOf));
  if (then.has(after.namespace)) return undefined;
  return [...then].find((namespace) => namespace !== undefined && !now.has(namespace));
}

/** The namespace that an object is in, or is. */
function namespaceOf(manifest: Manifest): string | undefined {
  return isOf(manifest, NAMESPACE) ? manifest.metadata.name : manifest.metadata.namespace;
}

/** What makes it the same object, as if it were in another namespace. */
function keyOf(manifest: Manifest, namespace = manifest.metadata.namespace): string {
  const { name } = manifest.metadata;
  const place = isOf(manifest, NAMESPACE) ? ['', namespace ?? name] : [namespace ?? '', name];
  return JSON.stringify([groupOf(manifest.apiVersion), manifest.kind, ...place]);
}

/** An object that is no longer rendered: as a workload of another kind, or not at all. */
function lostObject(manifest: Manifest, after: NewSide): readonly Difference[] {
  const object = objectName(manifest);
  if (holdsData(manifest)) {
    if (keepsKey(manifest) && isKeptByAnother(manifest, after)) return [];
    return [{ code: 'MG077', object, from: THERE, to: GONE, manifest, field: [] }];
  }
  if (!isWorkload(manifest)) return [];
  const [other] = workloadsLike(object, after);
  if (other === undefined) return [];
  return [{ code: 'MG076', object, from: manifest.kind, to: other.kind, manifest, field: ['kind'] }];
}

/** True where another object becomes the same Secret, such as one of another provider. */
function isKeptByAnother(manifest: Manifest, { manifests }: Side): boolean {
  const kept = new Set(manifests.flatMap(secretsWithKey));
  return secretsWithKey(manifest).every((secret) => kept.has(secret));
}

/** Workloads of any kind with the namespace and the name of one. */
function workloadsLike(object: string, { manifests }: Side): readonly Manifest[] {
  const place = object.slice(object.indexOf('/'));
  return manifests.filter((one) => isWorkload(one) && objectName(one) === `${one.kind}${place}`);
}

function changedFacts(manifest: Manifest, now: Manifest): readonly Difference[] {
  const before = factsOf(manifest);
  if (before.length === 0) return [];
  const after = new Map(factsOf(now).map((fact) => [fieldKey(fact), fact.value]));
  const object = objectName(now);
  return before.flatMap((fact) => {
    const to = after.get(fieldKey(fact));
    if (!isWorse(fact, to)) return [];
    return [{ code: fact.code, object, from: fact.value, to: to ?? GONE, manifest: now, field: fact.field }];
  });
}

function fieldKey({ code, field, id }: Fact): string {
  return JSON.stringify([code, id ?? field]);
}

/** Many workloads run one program, and all get its version from one place. */
function oncePerVersion(differences: readonly Difference[]): readonly Difference[] {
  const seen = new Set<string>();
  return differences.filter(({ code, from, to }) => {
    if (code !== 'MG074') return true;
    const key = JSON.stringify([from, to]);
    const isFirst = !seen.has(key);
    seen.add(key);
    return isFirst;
  });
}
