import * as fs from 'node:fs/promises';
import { constants, type FileHandle } from 'node:fs/promises';
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

export const realDisk: Disk = {
  create: (file, bytes) =>
    withFile(file, 'wx', async (handle) => {
      await handle.writeFile(bytes);
      await handle.sync();
    }),
  keep: async (file, name) => {
    try {
      await fs.link(file, name);
    } catch (error) {
      if (!NO_LINKS.includes(errorCode(error))) throw error;
      await fs.copyFile(file, name, constants.COPYFILE_EXCL);
    }
  },
  rename: fs.rename,
  remove: fs.unlink,
  makeFolder: async (folder) => void (await fs.mkdir(folder)),
  removeFolder: fs.rmdir,
  removeAll: (place) => fs.rm(place, { recursive: true, force: true }),
  syncFolder: async (folder) => {
    try {
      await withFile(folder, 'r', (handle) => handle.sync());
    } catch (error) {
      if (!NO_FOLDER_SYNC.includes(errorCode(error))) throw error;
    }
  },
};

async function withFile(
  file: string,
  flags: string,
  work: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await fs.open(file, flags);
  try {
    await work(handle);
  } finally {
    await handle.close();
  }
}
