import {
  closeSync,
  constants,
  copyFileSync,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { errorCode } from '../plain/errno.ts';

/**
 * Everything that changes the output folder goes through these few operations, so that a test can let any one of
 * them fail, or everything after it, as a full disk or a kill does.
 */
export interface Disk {
  /** Makes a file that is not there yet and waits until its bytes are on the disk. */
  readonly create: (file: string, bytes: string | Buffer) => Promise<void>;
  /** Gives a file a second name; a copy where the file system has no second names. */
  readonly keep: (file: string, name: string) => Promise<void>;
  readonly rename: (from: string, to: string) => Promise<void>;
  readonly remove: (file: string) => Promise<void>;
  readonly makeFolder: (folder: string) => Promise<void>;
  /** Removes an empty folder. */
  readonly removeFolder: (folder: string) => Promise<void>;
  /** Removes a file or folder with everything in it, or nothing when it is not there. */
  readonly removeAll: (place: string) => Promise<void>;
  /** Waits until the names in a folder are on the disk. */
  readonly syncFolder: (folder: string) => Promise<void>;
}

/** Answers to `link` where the file system, or a rule of the kernel's, does not allow it. */
const NO_LINKS: readonly string[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];
/** Answers to `fsync` of a folder where folders cannot be synced. */
const NO_FOLDER_SYNC: readonly string[] = ['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES', 'EBADF'];

const sync = promisify(fsync);

/**
 * Only waiting for the disk is left to other threads. What changes names or fills the system's buffers is done in a
 * few microseconds, and handing it over and taking it back would take ten times as long.
 */
export const realDisk: Disk = {
  create: (file, bytes) => synced(file, 'wx', bytes),
  keep: async (file, name) => {
    try {
      linkSync(file, name);
    } catch (error) {
      if (!NO_LINKS.includes(errorCode(error))) throw error;
      copyFileSync(file, name, constants.COPYFILE_EXCL);
    }
  },
  rename: async (from, to) => renameSync(from, to),
  remove: async (file) => unlinkSync(file),
  makeFolder: async (folder) => void mkdirSync(folder),
  removeFolder: async (folder) => rmdirSync(folder),
  removeAll: (place) => rm(place, { recursive: true, force: true }),
  syncFolder: async (folder) => {
    try {
      await synced(folder, 'r');
    } catch (error) {
      if (!NO_FOLDER_SYNC.includes(errorCode(error))) throw error;
    }
  },
};

/** Opens a file or folder, writes bytes to it if there are any, and waits until they are on the disk. */
async function synced(file: string, flags: string, bytes?: string | Buffer): Promise<void> {
  const descriptor = openSync(file, flags);
  try {
    if (bytes !== undefined) writeFileSync(descriptor, bytes);
    await sync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
