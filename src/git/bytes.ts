import { inflateSync } from 'node:zlib';
import { errorCode } from '../plain/errno.ts';
import { GitUnread } from './unread.ts';

/** How much is read at most: nothing of a repository may take all time and memory. */
export interface Allowance {
  /** Bytes that may still be made, of all objects together. */
  left: number;
}

/** Bytes of one object: more than any rendered file, and than the list of any folder. */
export const LARGEST_OBJECT = 10 * 1024 * 1024;

/** Unpacks bytes, of which others may follow. */
export function inflated(bytes: Buffer, limit: number, allowance: Allowance): Buffer {
  let data: Buffer;
  try {
    data = inflateSync(bytes, { maxOutputLength: Math.max(1, Math.min(limit, allowance.left)) });
  } catch (error) {
    const isTooLarge = errorCode(error) === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? tooLarge() : damaged();
  }
  spend(allowance, data.length);
  return data;
}

/** @throws GitUnread when too much has been made */
export function spend(allowance: Allowance, bytes: number): void {
  allowance.left -= bytes;
  if (allowance.left <= 0) throw tooLarge();
}

export function damaged(): GitUnread {
  return new GitUnread('an object of it is damaged');
}

export function tooLarge(): GitUnread {
  return new GitUnread('it holds more there than any rendered files');
}
