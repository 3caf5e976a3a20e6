import { execFile } from 'node:child_process';

/**
 * Asks git whether it ignores a file of the output folder, and by which line.
 *
 * @param folder the output folder; has to be there
 * @param path a file below it. A file, not the folder: `dist/*` ignores every file and not the folder, and git does
 * not ignore what is committed already
 * @returns such as `.gitignore:3 says "dist/"`; undefined when it is not ignored, without git, and outside a repository
 */
export function ignoredByGit(folder: string, path: string): Promise<string | undefined> {
  const command = ['check-ignore', '--verbose', '--', path];
  return new Promise((resolve) => {
    execFile('git', command, { cwd: folder, timeout: 2000 }, (error, stdout) => {
      // It exits with 1 when the file is not ignored and with 128 when it cannot tell.
      const [, place, pattern] = /^(.+:\d+):(.*)\t/.exec(error === null ? stdout : '') ?? [];
      resolve(pattern === undefined || pattern.startsWith('!') ? undefined : `${place} says "${pattern}"`);
    });
  });
}
