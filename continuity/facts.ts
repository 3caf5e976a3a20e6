import type { AcceptableCode } from '../model/accept.ts';
import type { Manifest } from '../model/manifest.ts';
import { parseQuantity } from '../model/quantity.ts';
import { readYaml, valueAt } from '../model/reading/yaml-source.ts';
import { visible } from '../model/visible.ts';

/** Something an object says that data depends on. */
export interface Fact {
  /** The code of the error when it changes for the worse. */
  readonly code: AcceptableCode;
  /** Where the object says it. */
  readonly field: readonly (string | number)[];
  /** What it says, as errors quote it and `accept` repeats it. */
  readonly value: string;
  /** What makes it the same fact where its place may change. @default - its place */
  readonly id?: string;
}

/** What is special about a kind of object, as far as data depends on it. */
interface KindOfData {
  /** Whether data is lost, or nobody's any more, when the object is. */
  holdsData(manifest: Manifest): boolean;
  facts(manifest: Manifest): readonly Fact[];
}

/** The value of a fact that is no longer there. */
export const GONE = 'gone';
/** The value of an object that is there. */
export const THERE = 'there';
/** Characters of a value that errors quote; a selector has two hundred at most. */
const LONGEST = 400;
/** A volume that names no storage class; no class can be called that. */
const DEFAULT_CLASS = 'cluster default';

/** Every kind that data depends on, by group and kind. */
const KINDS: Readonly<Record<string, KindOfData>> = {
  '/Namespace': { holdsData: () => true, facts: () => [] },
  '/PersistentVolumeClaim': { holdsData: () => true, facts: claimFacts },
  'postgresql.cnpg.io/Cluster': { holdsData: () => true, facts: clusterFacts },
  'postgresql.cnpg.io/Database': { holdsData: () => true, facts: databaseFacts },
  'bitnami.com/SealedSecret': { holdsData: holdsSigningKey('spec', 'encryptedData'), facts: () => [] },
  '/Secret': { holdsData: isSigningKeySecret, facts: () => [] },
  '/ConfigMap': { holdsData: () => false, facts: homeserverFacts },
  'apps/Deployment': { holdsData: () => false, facts: workloadFacts },
  'apps/StatefulSet': { holdsData: () => false, facts: workloadFacts },
  'apps/DaemonSet': { holdsData: () => false, facts: workloadFacts },
};

/** The kinds of the table, without their groups: a reader can leave out what holds no other. */
export const KINDS_OF_DATA: ReadonlySet<string> = new Set(
  Object.keys(KINDS).map((key) => key.slice(key.indexOf('/') + 1)),
);

/** Whether data is lost, or nobody's any more, when this object is no longer rendered. */
export function holdsData(manifest: Manifest): boolean {
  return kindOf(manifest)?.holdsData(manifest) ?? false;
}

/** What an object says that data depends on. */
export function factsOf(manifest: Manifest): readonly Fact[] {
  const facts = kindOf(manifest)?.facts(manifest) ?? [];
  return facts.map((fact) => ({ ...fact, value: shortValue(fact.value) }));
}

/** A value that somebody else may have written, as it can be shown and repeated on one line. */
export function shortValue(value: string): string {
  const shown = visible(value);
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST - 3)}...` : shown;
}

/** The API group of an object; empty for the core group. */
export function groupOf({ apiVersion }: Manifest): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** True for an object that runs pods. */
export function isWorkload(manifest: Manifest): boolean {
  return groupOf(manifest) === 'apps';
}

/**
 * Whether a fact has changed for the worse.
 *
 * @param to undefined where the new object says nothing of it
 */
export function isWorse({ code, value: from }: Fact, to: string | undefined): boolean {
  // A version that nobody can read says nothing about its order.
  if (to === undefined) return code === 'MG071';
  switch (code) {
    case 'MG071':
      return (parseQuantity(to) ?? 0) < (parseQuantity(from) ?? 0);
    case 'MG074':
      return isOlder(to, from);
    default:
      return to !== from;
  }
}

function kindOf(manifest: Manifest): KindOfData | undefined {
  const key = `${groupOf(manifest)}/${manifest.kind}`;
  return Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
}

function claimFacts(manifest: Manifest): readonly Fact[] {
  return [
    ...sizeFact(manifest, ['spec', 'resources', 'requests', 'storage']),
    classFact(manifest, ['spec', 'storageClassName']),
    ...textFact('MG072', manifest, ['spec', 'volumeName']),
    ...textFact('MG072', manifest, ['spec', 'volumeMode']),
    ...listFact('MG072', manifest, ['spec', 'accessModes']),
  ];
}

function clusterFacts(manifest: Manifest): readonly Fact[] {
  return [
    ...sizeFact(manifest, ['spec', 'storage', 'size']),
    classFact(manifest, ['spec', 'storage', 'storageClass']),
    ...sizeFact(manifest, ['spec', 'walStorage', 'size']),
    ...textFact('MG072', manifest, ['spec', 'walStorage', 'storageClass']),
    ...majorFact(manifest),
    ...['database', 'owner', ...SORTING].flatMap((key) =>
      textFact('MG140', manifest, ['spec', 'bootstrap', 'initdb', key]),
    ),
  ];
}

/** Settings of PostgreSQL that a database keeps as they were when it was made, in CloudNativePG's words. */
const SORTING = ['encoding', 'localeCollate', 'localeCType'];

function databaseFacts(manifest: Manifest): readonly Fact[] {
  return [['name'], ['cluster', 'name'], ...SORTING.map((key) => [key])].flatMap((path) =>
    textFact('MG140', manifest, ['spec', ...path]),
  );
}

/** The version is the same one, whether an image or a catalogue says it. */
const MAJOR = 'major';

/** `16` of `…/postgresql:16.15-standard-trixie`, or of a catalogue of images. */
function majorFact(manifest: Manifest): readonly Fact[] {
  const field = ['spec', 'imageName'];
  const major = /^(\d{1,4})(?![\d])/.exec(tagOf(valueAt(manifest, field)) ?? '')?.[1];
  if (major !== undefined) return [{ code: 'MG073', field, value: major, id: MAJOR }];
  const catalogued = ['spec', 'imageCatalogRef', 'major'];
  const written = valueAt(manifest, catalogued);
  if (typeof written !== 'number') return [];
  return [{ code: 'MG073', field: catalogued, value: String(written), id: MAJOR }];
}

/** The server name that Synapse is configured with. */
function homeserverFacts(manifest: Manifest): readonly Fact[] {
  const field = ['data', 'homeserver.yaml'];
  const text = valueAt(manifest, field);
  if (typeof text !== 'string') return [];
  const name = valueAt(readYaml('homeserver.yaml', text).source?.data, ['server_name']);
  return typeof name === 'string' ? [{ code: 'MG070', field, value: name }] : [];
}

function workloadFacts(manifest: Manifest): readonly Fact[] {
  const field = ['spec', 'selector', 'matchLabels'];
  const labels = valueAt(manifest, field);
  const selector =
    typeof labels === 'object' && labels !== null
      ? Object.entries(labels)
          .map(([key, value]) => `${key}=${String(value)}`)
          .sort()
          .join(',')
      : '';
  return [
    ...(selector === '' ? [] : [{ code: 'MG076', field, value: selector } as const]),
    ...synapseFacts(manifest),
  ];
}

/** The version of each container that runs Synapse. */
function synapseFacts(manifest: Manifest): readonly Fact[] {
  const containers = valueAt(manifest, ['spec', 'template', 'spec', 'containers']);
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: unknown, index): readonly Fact[] => {
    const image = valueAt(container, ['image']);
    const tag = tagOf(image);
    if (typeof image !== 'string' || tag === undefined || !/(?:^|\/)synapse[:@]/.test(image)) return [];
    const field = ['spec', 'template', 'spec', 'containers', index, 'image'];
    const id = String(valueAt(container, ['name']));
    return parts(tag) === undefined ? [] : [{ code: 'MG074', field, value: tag, id }];
  });
}

/** `v1.163.2` of `docker.io/matrixdotorg/synapse:v1.163.2@sha256:…`. */
function tagOf(image: unknown): string | undefined {
  return typeof image === 'string' ? /:([\w][\w.-]{0,127})(?:@|$)/.exec(image)?.[1] : undefined;
}

/** The numbers of a release; a release candidate comes before its release. */
function parts(tag: string): readonly number[] | undefined {
  const found = /^v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?(?:[.-]?rc(\d{1,9}))?$/.exec(tag);
  if (found === null) return undefined;
  const [, major, minor, patch = '0', candidate] = found;
  return [Number(major), Number(minor), Number(patch), Number(candidate ?? Number.MAX_SAFE_INTEGER)];
}

function isOlder(tag: string, than: string): boolean {
  const [a, b] = [parts(tag), parts(than)];
  if (a === undefined || b === undefined) return false;
  const at = a.findIndex((part, index) => part !== b[index]);
  return at !== -1 && (a[at] ?? 0) < (b[at] ?? 0);
}

function sizeFact(manifest: Manifest, field: Fact['field']): readonly Fact[] {
  const size = valueAt(manifest, field);
  return parseQuantity(size) === undefined ? [] : [{ code: 'MG071', field, value: String(size) }];
}

function classFact(manifest: Manifest, field: Fact['field']): Fact {
  const written = valueAt(manifest, field);
  return { code: 'MG072', field, value: typeof written === 'string' ? written : DEFAULT_CLASS };
}

function textFact(code: AcceptableCode, manifest: Manifest, field: Fact['field']): readonly Fact[] {
  const written = valueAt(manifest, field);
  return typeof written === 'string' ? [{ code, field, value: written }] : [];
}

function listFact(code: AcceptableCode, manifest: Manifest, field: Fact['field']): readonly Fact[] {
  const written = valueAt(manifest, field);
  return Array.isArray(written) ? [{ code, field, value: [...written].map(String).sort().join(',') }] : [];
}

/** The key that Synapse signs with: what it signed is worthless to others without it. */
const SIGNING_KEY = 'signing.key';

function holdsSigningKey(...path: readonly string[]): (manifest: Manifest) => boolean {
  return (manifest) => {
    const keys = valueAt(manifest, path);
    return typeof keys === 'object' && keys !== null && Object.hasOwn(keys, SIGNING_KEY);
  };
}

function isSigningKeySecret(manifest: Manifest): boolean {
  return ['data', 'stringData'].some((part) => holdsSigningKey(part)(manifest));
}
