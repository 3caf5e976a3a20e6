import { type Allowance, damaged, inflated, LARGEST_OBJECT } from './bytes.ts';
import { packs } from './packs.ts';
import type { GitFolder } from './place.ts';
import { type GitObject, isObjectType } from './types.ts';
import { GitUnread } from './unread.ts';

/** Bytes of a loose object's first line. */
const LOOSE_HEADER = 32;

/** Finds objects by their ids, of 40 hexadecimal digits. */
export type ObjectReader = (id: string) => GitObject;

/** @param allowance shared by everything that is read */
export function objectReader(git: GitFolder, allowance: Allowance): ObjectReader {
  const fromPacks = packs(git, allowance);
  return (id) => {
    const found = loose(git, id, allowance) ?? fromPacks(id);
    if (found === undefined) throw new GitUnread('an object is missing, as in a partial clone');
    return found;
  };
}

function loose(git: GitFolder, id: string, allowance: Allowance): GitObject | undefined {
  const bytes = git.read(`objects/${id.slice(0, 2)}/${id.slice(2)}`, LARGEST_OBJECT);
  if (bytes === undefined) return undefined;
  const text = inflated(bytes, LARGEST_OBJECT + LOOSE_HEADER, allowance);
  const end = text.subarray(0, LOOSE_HEADER).indexOf(0);
  const [, type, size] = /^(\w+) (\d+)$/.exec(text.subarray(0, Math.max(end, 0)).toString('latin1')) ?? [];
  const data = text.subarray(end + 1);
  if (!isObjectType(type) || data.length !== Number(size)) throw damaged();
  return { type, data };
}
