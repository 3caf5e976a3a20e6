import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a folder look like a git repository that has git touch a file: as it would be committed by somebody who wants
 * programs run on the machines of others. Needs git.
 *
 * @param marker the file, in a folder of the test
 */
export async function setTrap(folder: string, marker: string): Promise<void> {
  for (const name of ['objects', 'refs']) await mkdir(join(folder, name), { recursive: true });
  await writeFile(join(folder, 'HEAD'), 'ref: refs/heads/main\n');
  const core = ['repositoryformatversion = 0', 'bare = false', 'worktree = .'];
  await writeFile(join(folder, 'config'), `[core]\n\t${core.join('\n\t')}\n`);
  await writeFile(join(folder, 'any.txt'), 'text\n');
  // With an index, git asks the monitor of the file system what has changed, also for check-ignore.
  execFileSync('git', ['add', 'any.txt'], { cwd: folder });
  const command = `\tfsmonitor = "touch ${marker}; false"\n`;
  await writeFile(join(folder, 'config'), `[core]\n\t${core.join('\n\t')}\n${command}`);
}
