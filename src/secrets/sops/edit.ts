import { isUtf8 } from 'node:buffer';
import { dump } from 'js-yaml';
import { isScalar, Pair, Scalar, YAMLMap } from 'yaml';
import type { SecretValue } from '../values/value.ts';
import { readSealed, seal, unseal } from './cipher.ts';
import { boundName, readDocument, type Section } from './document.ts';
import { macOf, type OpenedDocument } from './open.ts';
import { keyOf, mapAt } from './source.ts';

/** A value as sections have it. */
interface Written {
  readonly section: Section;
  readonly plain: Buffer;
}

/** Where something new goes: before the first key that this is true of, or to the end. */
type Place = (key: string) => boolean;

/** What stands first in `metadata`, in the files of this project. */
const FIRST = ['name', 'namespace'];

/**
 * Sets a value, where its key stands already or else in `stringData`; what is no text goes to `data`.
 * The same value again changes nothing, not even its IV.
 *
 * @returns whether something changed
 */
export function setValue(opened: OpenedDocument, key: string, value: SecretValue): boolean {
  const before = sectionWith(opened, key);
  const { section, plain } = written(value, before);
  const name = boundName([section, key]);
  if (before === section && opened.plain.get(name)?.equals(plain)) {
    plain.fill(0);
    return false;
  }
  if (before !== undefined && before !== section) removeValue(opened, key);
  const values = mapIn(opened.root, section, (other) => other === 'sops');
  setText(values, key, seal(plain, opened.dataKey, name));
  opened.plain.get(name)?.fill(0);
  opened.plain.set(name, plain);
  return true;
}

/** Encrypts every value anew, with the key that the document has now. */
export function sealAgain(opened: OpenedDocument): void {
  for (const { section, key } of opened.values) {
    const name = boundName([section, key]);
    const plain = opened.plain.get(name);
    const values = mapAt(opened.root, section);
    if (plain !== undefined && values !== undefined) setText(values, key, seal(plain, opened.dataKey, name));
  }
}

/** @returns whether there was such a key */
export function removeValue(opened: OpenedDocument, key: string): boolean {
  const section = sectionWith(opened, key);
  if (section === undefined) return false;
  const name = boundName([section, key]);
  opened.plain.get(name)?.fill(0);
  opened.plain.delete(name);
  removeFrom(opened.root, section, key);
  return true;
}

/**
 * @param text undefined to remove it
 * @returns whether something changed
 */
export function setAnnotation({ root }: OpenedDocument, name: string, text: string | undefined): boolean {
  const metadata = mapAt(root, 'metadata');
  if (metadata === undefined) return false;
  const before = mapAt(metadata, 'annotations')?.get(name);
  if (before === text) return false;
  if (text === undefined) {
    removeFrom(metadata, 'annotations', name);
    return true;
  }
  const comesAfter: Place = (key) => !FIRST.includes(key) && key > 'annotations';
  setText(mapIn(metadata, 'annotations', comesAfter), name, text);
  return true;
}

/** Puts other recipients in the place of all that are there. */
export function setRecipients(
  { root, yaml }: OpenedDocument,
  age: readonly { recipient: string; enc: string }[],
): void {
  mapAt(root, 'sops')?.set('age', yaml.createNode(age.map(({ enc, recipient }) => ({ enc, recipient }))));
}

/**
 * Seals the document as it is now: the time and the MAC are new, and all else that did not change is as it was.
 *
 * @throws {SopsProblem} when what was asked for is nothing that could be read again
 */
export function finished(opened: OpenedDocument, now: Date): string {
  const lastModified = timeText(now);
  const block = mapAt(opened.root, 'sops');
  if (block === undefined) throw new Error('a document that was read has a sops block');
  setText(block, 'lastmodified', lastModified);
  setText(block, 'mac', seal(Buffer.from(macOf(opened)), opened.dataKey, lastModified));
  const text = opened.yaml.toString({ lineWidth: 0, indent: opened.indent });
  readDocument(text);
  return text;
}

/** A time as SOPS files have it: UTC, whole seconds. */
export function timeText(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** Encrypts the comments that sops encrypted, beside or between values, with another key. */
export function withCommentsSealedAgain(text: string, from: Buffer, to: Buffer): string {
  return text.replace(/ENC\[AES256_GCM,[^\]\s]+,type:comment\]/g, (found) => {
    const sealed = readSealed(found);
    // A comment is bound to the group it stands in.
    for (const path of [['stringData'], ['data'], []]) {
      const name = boundName(path);
      const plain = sealed && unseal(sealed, from, name);
      if (plain !== undefined) return seal(plain, to, name, 'comment');
    }
    return found;
  });
}

function sectionWith({ plain }: OpenedDocument, key: string): Section | undefined {
  const sections: readonly Section[] = ['stringData', 'data'];
  return sections.find((section) => plain.has(boundName([section, key])));
}

function written(value: SecretValue, before: Section | undefined): Written {
  const bytes = value.bytes();
  if (before === 'data' || !isUtf8(bytes)) {
    return { section: 'data', plain: Buffer.from(bytes.toString('base64')) };
  }
  return { section: 'stringData', plain: Buffer.from(bytes) };
}

/** The map at a key, made when there is none. */
function mapIn(parent: YAMLMap, key: string, comesAfter: Place): YAMLMap {
  const found = mapAt(parent, key);
  if (found !== undefined) return found;
  const made = new YAMLMap();
  parent.delete(key);
  insert(parent, new Pair(textNode(key), made), comesAfter);
  return made;
}

function removeFrom(parent: YAMLMap, mapKey: string, key: string): void {
  const map = mapAt(parent, mapKey);
  map?.delete(key);
  if (map?.items.length === 0) parent.delete(mapKey);
}

function setText(map: YAMLMap, key: string, text: string): void {
  const node = map.get(key, true);
  const made = textNode(text);
  if (!isScalar(node)) {
    insert(map, new Pair(textNode(key), made), (other) => other > key);
    return;
  }
  // sops quotes with ", this program with ': either stays.
  const quotes = [Scalar.QUOTE_DOUBLE, Scalar.QUOTE_SINGLE];
  const keepsQuotes =
    quotes.some((quote) => quote === node.type) && quotes.some((quote) => quote === made.type);
  node.value = text;
  if (!keepsQuotes) node.type = made.type ?? Scalar.PLAIN;
}

function insert(map: YAMLMap, pair: Pair, comesAfter: Place): void {
  const next = map.items.findIndex((item) => comesAfter(keyOf(item)));
  map.items.splice(next === -1 ? map.items.length : next, 0, pair);
  map.flow = false;
}

/** A text in the quotes that it needs, so that no reader takes it for something else. */
function textNode(text: string): Scalar<string> {
  const node = new Scalar(text);
  const [begin] = dump(text, { lineWidth: -1 });
  if (begin === "'") node.type = Scalar.QUOTE_SINGLE;
  else if (begin === '"') node.type = Scalar.QUOTE_DOUBLE;
  else if (begin === '|' || begin === '>') node.type = Scalar.BLOCK_LITERAL;
  else node.type = Scalar.PLAIN;
  return node;
}
