import { readdirSync } from 'node:fs';
import { type Allowance, damaged, inflated, LARGEST_OBJECT, tooLarge } from './bytes.ts';
import { applyDelta } from './delta.ts';
import type { GitFolder } from './place.ts';
import type { GitObject } from './types.ts';
import { GitUnread } from './unread.ts';

/** Packs of one repository: git itself joins them when there are more than 50. */
const MOST_PACKS = 1000;
/** Bytes of all ids of one index that begin with the same byte: a pack of 200 million objects has as many. */
const MOST_IDS = 16 * 1024 * 1024;
/** Deltas on deltas; git makes 50, and refuses to make more than 4,095. */
const LONGEST_CHAIN = 4095;

/** Types of objects in a pack, by their numbers: https://git-scm.com/docs/gitformat-pack. */
const TYPES: Readonly<Record<number, GitObject['type']>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const OFFSET_DELTA = 6;
const ID_DELTA = 7;

/** Finds objects in packs by their ids; undefined for one that is in none. */
export function packs(git: GitFolder, allowance: Allowance): (id: string) => GitObject | undefined {
  let names: readonly string[] | undefined;
  const indexes = new Map<string, Index>();
  const find = (id: string): { readonly pack: string; readonly offset: number } | undefined => {
    names ??= packNames(git);
    for (const name of names) {
      const index = indexes.get(name) ?? openIndex(git, name);
      indexes.set(name, index);
      const offset = index.offsetOf(id);
      if (offset !== undefined) return { pack: `objects/pack/${name}.pack`, offset };
    }
    return undefined;
  };
  return (id) => {
    const deltas: Buffer[] = [];
    let at = find(id);
    if (at === undefined) return undefined;
    for (;;) {
      const entry = readEntry(git, at.pack, at.offset, allowance);
      if ('type' in entry) {
        const data = deltas.reduceRight((base, delta) => applyDelta(base, delta, allowance), entry.data);
        return { type: entry.type, data };
      }
      deltas.push(entry.delta);
      if (deltas.length > LONGEST_CHAIN) throw tooLarge();
      at = typeof entry.base === 'number' ? { pack: at.pack, offset: entry.base } : find(entry.base);
      if (at === undefined) throw new GitUnread('an object is missing, as in a partial clone');
    }
  };
}

function packNames(git: GitFolder): readonly string[] {
  const folder = git.folder('objects/pack');
  if (folder === undefined) return [];
  const names = readdirSync(folder)
    .flatMap((name) => /^(pack-[0-9a-f]{40})\.idx$/.exec(name)?.[1] ?? [])
    .sort();
  if (names.length > MOST_PACKS) throw tooLarge();
  return names;
}

/** Where in a pack its objects are. */
interface Index {
  offsetOf(id: string): number | undefined;
}

const INDEX_HEADER = Buffer.from('ff744f6300000002', 'hex');
/** Bytes before the ids: the header, and how many ids begin with at most each byte. */
const FANOUT = 8;
const IDS = FANOUT + 256 * 4;
const ID_LENGTH = 20;

/** Only the parts that are asked for are read: an index of a large repository has hundreds of megabytes. */
function openIndex(git: GitFolder, name: string): Index {
  const path = `objects/pack/${name}.idx`;
  const head = git.part(path, 0, IDS);
  if (head.length < IDS || !head.subarray(0, FANOUT).equals(INDEX_HEADER)) {
    throw new GitUnread('its packs have an index in a format that is not known');
  }
  const upTo = (byte: number): number => (byte < 0 ? 0 : head.readUInt32BE(FANOUT + byte * 4));
  const total = upTo(255);
  const crcs = IDS + total * ID_LENGTH;
  const offsets = crcs + total * 4;
  const numberAt = (place: number): number => {
    const part = git.part(path, place, 4);
    if (part.length < 4) throw damaged();
    return part.readUInt32BE();
  };
  return {
    offsetOf: (id) => {
      const wanted = Buffer.from(id, 'hex');
      const first = wanted[0] ?? 0;
      const [from, to] = [upTo(first - 1), upTo(first)];
      if (to < from || to > total) throw damaged();
      if ((to - from) * ID_LENGTH > MOST_IDS) throw tooLarge();
      const ids = git.part(path, IDS + from * ID_LENGTH, (to - from) * ID_LENGTH);
      const found = indexIn(ids, wanted);
      if (found === undefined) return undefined;
      const offset = numberAt(offsets + (from + found) * 4);
      if (offset < 0x8000_0000) return offset;
      const large = offsets + total * 4 + (offset - 0x8000_0000) * 8;
      return numberAt(large) * 2 ** 32 + numberAt(large + 4);
    },
  };
}

/** Where an id is in a sorted row of ids. */
function indexIn(ids: Buffer, wanted: Buffer): number | undefined {
  let [low, high] = [0, Math.floor(ids.length / ID_LENGTH)];
  while (low < high) {
    const middle = (low + high) >> 1;
    const order = ids.compare(wanted, 0, ID_LENGTH, middle * ID_LENGTH, (middle + 1) * ID_LENGTH);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}

/** An entry of a pack: an object, or what makes one of another, by its offset in the same pack or its id. */
type Entry = GitObject | { readonly base: number | string; readonly delta: Buffer };

/** Bytes that the head of an entry has at most: two numbers of at most ten bytes, or one and an id. */
const ENTRY_HEAD = 32;

function readEntry(git: GitFolder, pack: string, offset: number, allowance: Allowance): Entry {
  const head = git.part(pack, offset, ENTRY_HEAD);
  let at = 0;
  const next = (): number => {
    const byte = head[at++];
    if (byte === undefined) throw damaged();
    return byte;
  };
  const first = next();
  const type = (first >> 4) & 7;
  let size = first & 15;
  let factor = 16;
  for (let byte = first; byte >= 128; factor *= 128) {
    byte = next();
    size += (byte & 127) * factor;
  }
  if (size > Math.min(LARGEST_OBJECT, allowance.left)) throw tooLarge();
  let base: number | string = '';
  if (type === OFFSET_DELTA) {
    let byte = next();
    let back = byte & 127;
    while (byte >= 128) {
      byte = next();
      back = (back + 1) * 128 + (byte & 127);
    }
    base = offset - back;
    if (back <= 0 || base < 0) throw damaged();
  } else if (type === ID_DELTA) {
    base = head.subarray(at, at + ID_LENGTH).toString('hex');
    at += ID_LENGTH;
  }
  // What cannot be packed any smaller grows by less than this.
  const packed = git.part(pack, offset + at, size + (size >> 8) + 64);
  const data = inflated(packed, size, allowance);
  if (data.length !== size) throw damaged();
  if (base !== '') return { base, delta: data };
  const known = TYPES[type];
  if (known === undefined) throw damaged();
  return { type: known, data };
}
