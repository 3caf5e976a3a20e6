/**
 * Copies a folder, each file and each name on the disk at the end: what writing the same costs a program that does
 * nothing else.
 *
 *   node durable-copy.mjs FROM TO
 */
import { readdirSync } from 'node:fs';
import { copyFile, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

const [from, to] = process.argv.slice(2);
const AT_ONCE = 16;

async function inParallel(items, work) {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function sync(path, flags) {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const entries = readdirSync(from, { recursive: true, withFileTypes: true });
const pathOf = (entry) => join(entry.parentPath, entry.name).slice(from.length + 1);
const folders = ['', ...entries.filter((entry) => entry.isDirectory()).map(pathOf)];
for (const folder of folders) await mkdir(join(to, folder), { recursive: true });
await inParallel(entries.filter((entry) => entry.isFile()).map(pathOf), async (path) => {
  await copyFile(join(from, path), join(to, path));
  await sync(join(to, path), 'r+');
});
await inParallel(folders, (folder) => sync(join(to, folder), 'r'));
