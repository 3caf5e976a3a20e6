import { isOf, KINDS, kindOf } from '../kinds/index.ts';
import { CONFIG_MAP, SECRET } from '../kinds/keys.ts';
import { type Immutable, keyOfKind, type PodKnowledge } from '../kinds/kind.ts';
import { places } from '../kinds/places.ts';
import { at, data, text, valueAt } from '../plain/data.ts';
import { parseQuantity } from '../plain/quantity.ts';
import { visible } from '../plain/visible.ts';
import type { Manifest } from '../stack/manifest.ts';
import { readYaml } from '../stack/reading/yaml-source.ts';
import type { AcceptableCode } from '../system/accept.ts';

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

/** The value of a fact that is no longer there. */
export const GONE = 'gone';
/** The value of an object that is there. */
export const THERE = 'there';
/** Characters of a value that errors quote; a selector has two hundred at most. */
const LONGEST = 400;

/** Kinds that data depends on, without their groups: a reader can leave out what holds no other. */
export const KINDS_OF_DATA: ReadonlySet<string> = new Set(
  KINDS.filter(
    (one) =>
      one.holdsData !== undefined ||
      one.keeps !== undefined ||
      one.immutable !== undefined ||
      keyOfKind(one) === CONFIG_MAP,
  ).map(({ kind }) => kind),
);

/** Whether data is lost or orphaned when this object is no longer rendered. */
export function holdsData(manifest: Manifest): boolean {
  const { holdsData: holds } = kindOf(manifest) ?? {};
  return (typeof holds === 'function' ? holds(manifest) : holds === true) || keepsKey(manifest);
}

/** Whether it is lost with this object only because that keeps the key that Synapse signs with. */
export function keepsKey(manifest: Manifest): boolean {
  const { keeps = [] } = kindOf(manifest) ?? {};
  return keeps.some((field) => Object.hasOwn(data(at(manifest, ...field.split('.'))), SIGNING_KEY));
}

/** `namespace/name` of each Secret with the signing key that an object is, or becomes in the cluster. */
export function secretsWithKey(manifest: Manifest): readonly string[] {
  const { namespace = '', name } = manifest.metadata;
  const made = (kindOf(manifest)?.makes?.(manifest) ?? []).filter(
    ({ kind, keys = [] }) => kind === SECRET && (keys === 'any' || keys.includes(SIGNING_KEY)),
  );
  const own = isOf(manifest, SECRET) && keepsKey(manifest) ? [name] : [];
  return [...own, ...made.map((one) => one.name)].map((one) => `${namespace}/${one}`);
}

/** What an object says that data depends on. */
export function factsOf(manifest: Manifest): readonly Fact[] {
  const knowledge = kindOf(manifest);
  if (knowledge === undefined) return [];
  const facts = [
    ...(knowledge.immutable ?? []).flatMap((one) => immutableFacts(manifest, one)).filter(firstMajor),
    ...(keyOfKind(knowledge) === CONFIG_MAP ? homeserverFacts(manifest) : []),
    ...(knowledge.pod === undefined ? [] : synapseFacts(manifest, knowledge.pod)),
  ];
  return facts.map((fact) => ({ ...fact, value: shortValue(fact.value) }));
}

/** A value that somebody else may have written, as it can be shown and repeated on one line. */
export function shortValue(value: string): string {
  const shown = visible(value);
  return shown.length > LONGEST ? `${shown.slice(0, LONGEST - 3)}...` : shown;
}

/** True for an object whose pods are its own by their labels. */
export function isWorkload(manifest: Manifest): boolean {
  return kindOf(manifest)?.selects?.some((selector) => selector.of === 'own') === true;
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

/** True for the value of a fact that nobody can write: it stands for a field that is missing. */
export function isUnwritten({ code, value }: Pick<Fact, 'code' | 'value'>, manifest: Manifest): boolean {
  return (kindOf(manifest)?.immutable ?? []).some((one) => CODES[one.is] === code && one.unwritten === value);
}

/** The version is the same one, whether an image or a catalogue says it. */
const MAJOR = 'major';

const CODES: Readonly<Record<Immutable['is'], AcceptableCode>> = {
  size: 'MG071',
  place: 'MG072',
  major: 'MG073',
  selector: 'MG076',
  identity: 'MG140',
};

function immutableFacts(manifest: Manifest, { field, is, unwritten }: Immutable): readonly Fact[] {
  const code = CODES[is];
  const written = places(manifest, field).flatMap((place): readonly Fact[] => {
    const value = VALUES[is](place.value);
    if (value === undefined) return [];
    return [{ code, field: place.path, value, ...(is === 'major' ? { id: MAJOR } : {}) }];
  });
  if (written.length > 0 || unwritten === undefined) return written;
  return [{ code, field: field.split('.'), value: unwritten }];
}

/** The value of each field; undefined if it cannot be known. */
const VALUES: Readonly<Record<Immutable['is'], (written: unknown) => string | undefined>> = {
  size: (written) => (parseQuantity(written) === undefined ? undefined : String(written)),
  place: (written) => (Array.isArray(written) ? [...written].map(String).sort().join(',') : text(written)),
  major: majorOf,
  identity: text,
  selector: (written) => {
    const labels = Object.entries(data(written)).map(([key, value]) => `${key}=${String(value)}`);
    return labels.length === 0 ? undefined : labels.sort().join(',');
  },
};

/** `16` of `…/postgresql:16.15-standard-trixie`, or of a catalogue of images. */
function majorOf(written: unknown): string | undefined {
  return typeof written === 'number' ? String(written) : /^(\d{1,4})(?![\d])/.exec(tagOf(written) ?? '')?.[1];
}

function firstMajor({ id }: Fact, index: number, all: readonly Fact[]): boolean {
  return id !== MAJOR || all.findIndex((other) => other.id === MAJOR) === index;
}

/** The server name that Synapse is configured with. */
function homeserverFacts(manifest: Manifest): readonly Fact[] {
  const field = ['data', 'homeserver.yaml'];
  const written = valueAt(manifest, field);
  if (typeof written !== 'string') return [];
  const name = valueAt(readYaml('homeserver.yaml', written).source?.data, ['server_name']);
  return typeof name === 'string' ? [{ code: 'MG070', field, value: name }] : [];
}

/** The version of each container that runs Synapse. */
function synapseFacts(manifest: Manifest, { template }: PodKnowledge): readonly Fact[] {
  const place = [...template, 'spec', 'containers'];
  const containers = valueAt(manifest, place);
  if (!Array.isArray(containers)) return [];
  return containers.flatMap((container: unknown, index): readonly Fact[] => {
    const image = valueAt(container, ['image']);
    const tag = tagOf(image);
    if (typeof image !== 'string' || tag === undefined || !/(?:^|\/)synapse[:@]/.test(image)) return [];
    const field = [...place, index, 'image'];
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

/** The key that Synapse signs with: what it signed is worthless to others without it. */
const SIGNING_KEY = 'signing.key';
