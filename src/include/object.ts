import type { Stack } from '../../charts/stack/stack.ts';
import { isOf, kindOf } from '../kinds/index.ts';
import { SECRET } from '../kinds/keys.ts';
import { isRecord, valueAt } from '../plain/data.ts';
import type { Code } from '../stack/codes.ts';
import { flowWord } from '../stack/flow-word.ts';
import { groupOf, isManifest, type Manifest } from '../stack/manifest.ts';
import { ownCommand } from '../stack/own-command.ts';
import { type Path, shortKey } from '../stack/reading/yaml-source.ts';
import { isTokenSecret, scopeOf } from './kinds.ts';

/** Reports what is wrong with an object, at a path in it. */
export type Fail = (path: Path, code: Code, what: string, remedy: string) => void;

/** The object of a document; undefined, and an error, for what no cluster keeps. */
export function manifestOf(data: unknown, fail: Fail): Manifest | undefined {
  if (!isRecord(data)) {
    fail(
      [],
      'MG122',
      'this document is not a Kubernetes object',
      'write apiVersion, kind and metadata, or remove it',
    );
    return undefined;
  }
  const { apiVersion, kind } = data;
  const isFor = (group: string): boolean => typeof apiVersion === 'string' && groupOf(apiVersion) === group;
  if (typeof kind === 'string' && Array.isArray(data.items)) {
    const remedy = 'write each item as a separate document, with --- between them';
    fail(['kind'], 'MG122', `a ${shortKey(kind)} is a list of objects, not an object`, remedy);
    return undefined;
  }
  if (isFor('kustomize.config.k8s.io')) {
    const remedy = 'remove it: dist/ has its own files for kustomize';
    fail(['kind'], 'MG122', 'this document is for kustomize, not for a cluster', remedy);
    return undefined;
  }
  if (isManifest(data)) {
    const { namespace } = data.metadata;
    if (data.metadata.name !== '' && (namespace === undefined || typeof namespace === 'string')) return data;
  }
  const missing: Path[] = [];
  for (const path of [['apiVersion'], ['kind'], ['metadata', 'name'], ['metadata', 'namespace']]) {
    const value = valueAt(data, path);
    if (typeof value === 'string' && value !== '') continue;
    const name = path.join('.');
    if (value !== undefined) {
      fail(path, 'MG122', `${name} is not text`, 'write a name, in quotes if it looks like a number');
    } else if (name !== 'metadata.namespace') missing.push(path);
  }
  const [first] = missing;
  if (first !== undefined) {
    const names = missing.map((path) => path.join('.'));
    const what = `this document has no ${names.join(', no ')}, which every object needs`;
    fail(first, 'MG122', what, `add ${names.join(' and ')}, or remove the document`);
  }
  return undefined;
}

/** Values belong where they are entered, sealed and rotated; true where an object holds some. */
export function isRefusedSecret(manifest: Manifest, fail: Fail): boolean {
  const { apiVersion, kind, metadata, data, stringData, spec, sops } = manifest;
  const isSealed = groupOf(apiVersion) === 'bitnami.com';
  const isSecret = isOf(manifest, SECRET) && !isTokenSecret(manifest);
  if (!isSealed && !isSecret) return false;
  const values = [data, stringData, valueAt(spec, ['encryptedData'])];
  const keys = values.flatMap((group) => (isRecord(group) ? Object.keys(group) : []));
  const own = (keys.length === 0 ? ['KEY'] : keys.slice(0, MOST_KEYS))
    .map((key) => `${flowWord(shortKey(key))}: {}`)
    .join(', ');
  const isCiphertext = isSealed || isRecord(sops);
  const held = isCiphertext
    ? 'ciphertext that would not be kept and checked with the others'
    : 'values in plain text';
  fail(
    ['kind'],
    'MG124',
    `the ${shortKey(`${kind} ${metadata.name}`)} holds ${held}`,
    `write secrets: {own: {${flowWord(shortKey(metadata.name))}: {${own}}}} in the stack file, and enter the values with ${ownCommand('secrets create')}; then remove the object here${isCiphertext ? '' : ', and replace every value that was ever committed'}`,
  );
  return true;
}

/** Keys of a Secret that a remedy names. */
const MOST_KEYS = 10;

/** Two programs that write one Secret take turns. */
export function checkMadeSecrets(manifest: Manifest, fail: Fail, stack: Stack): void {
  const { kind, metadata } = manifest;
  for (const made of kindOf(manifest)?.makes?.(manifest) ?? []) {
    const { name } = made;
    const isOfStack = stack.secrets.some(
      (one) => one.name === name && one.places.some(({ namespace }) => namespace === metadata.namespace),
    );
    const isMade = metadata.namespace === stack.namespace && stack.made.some((one) => one.name === name);
    if (made.kind !== SECRET || (!isOfStack && !isMade)) continue;
    const what = `the ${shortKey(`${kind} ${metadata.name}`)} creates the Secret "${shortKey(name)}", which the stack already has: both would write to it`;
    const path = NAMING.find((field) => valueAt(manifest, field) === name) ?? ['metadata', 'name'];
    fail(path, 'MG126', what, 'write a different name for the Secret');
    // One name decides all that it makes.
    return;
  }
}

/** Fields that can name the Secret that an object makes; otherwise its own name decides. */
const NAMING: readonly Path[] = [
  ['spec', 'secretName'],
  ['spec', 'target', 'name'],
];

/** False, and an error, for an object that would not be where the stack is. */
export function isInNamespace(manifest: Manifest, fail: Fail, stack: Stack): boolean {
  const { kind, metadata } = manifest;
  const scope = scopeOf(manifest);
  const { namespace } = metadata;
  const namespaces = stack.topology.namespaces.map(({ name }) => name);
  const id = shortKey(`${kind} ${metadata.name}`);
  const refused = (path: Path, what: string, remedy: string): false => {
    fail(path, 'MG123', `the ${id} ${what}`, remedy);
    return false;
  };
  const write = namespaces.join(' or ');
  if (namespace === undefined) {
    if (scope !== 'Namespaced') return true;
    const what = 'has no namespace, so where it ends up depends on who applies it';
    return refused(['metadata'], what, `add namespace: ${write} below metadata`);
  }
  const at = ['metadata', 'namespace'];
  if (scope === 'Cluster') {
    return refused(at, 'has a namespace, but applies to the whole cluster', 'remove the namespace');
  }
  if (namespaces.includes(namespace)) return true;
  const what = `is for the namespace "${shortKey(namespace)}", which is not one of this stack`;
  return refused(at, what, `write ${write}, or apply the object with a Kustomization of its own`);
}
