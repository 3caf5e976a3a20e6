import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import { NO_IMAGES } from '../model/images.ts';
import { loadStack, loadVersions } from '../model/load.ts';
import type { YamlSource } from '../model/reading/yaml-source.ts';
import type { Stack } from '../model/stack.ts';
import { problemReading } from './environment-problem.ts';

/** What a repository's stack files come to. */
export interface Workspace {
  readonly stacks: readonly Stack[];
  /** How many stack files there are, readable or not. */
  readonly count: number;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads versions.yaml and every stack file of a folder, and finds everything that is wrong with any of them.
 *
 * @param stacksFolder folder with one `.yaml` file per stack
 * @param versionsFile the repository's versions.yaml
 * @throws EnvironmentProblem when a file cannot be read
 */
export async function readWorkspace(stacksFolder: string, versionsFile: string): Promise<Workspace> {
  const versions = loadVersions(slashes(relative('.', versionsFile)), await readText(versionsFile));
  const files = await stackFiles(stacksFolder);
  const diagnostics: Diagnostic[] = [...versions.diagnostics];
  const loadedStacks: LocatedStack[] = [];
  // Stack files are checked in any case: nothing in them depends on a tag.
  const images = versions.value ?? NO_IMAGES;
  for (const file of files) {
    const path = join(stacksFolder, file);
    // From where the command runs, so that messages can be clicked and headers are the same on every machine.
    const loaded = loadStack(slashes(relative('.', path)), await readText(path), images);
    diagnostics.push(...loaded.diagnostics);
    if (loaded.value !== undefined && loaded.source !== undefined) {
      loadedStacks.push({ stack: loaded.value, source: loaded.source });
    }
  }
  return {
    stacks: loadedStacks.map(({ stack }) => stack),
    count: files.length,
    diagnostics: [...diagnostics, ...sharedNames(loadedStacks)],
  };
}

/** A stack, and where each part of it is written. */
interface LocatedStack {
  readonly stack: Stack;
  readonly source: YamlSource;
}

/** Two stacks with one name would overwrite each other's folder, with one namespace each other's objects. */
function sharedNames(stacks: readonly LocatedStack[]): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const [index, { stack, source }] of stacks.entries()) {
    for (const { stack: first } of stacks.slice(0, index)) {
      const same =
        first.name === stack.name ? 'name' : first.namespace === stack.namespace ? 'namespace' : undefined;
      if (same === undefined) continue;
      found.push({
        position: source.at([same]),
        code: 'MG040',
        what: `the ${same} "${stack[same]}" is already that of ${first.file}`,
        remedy: `write another ${same}: in one of them`,
      });
    }
  }
  return found;
}

async function stackFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    throw problemReading(`the folder ${slashes(folder)}`, error);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw problemReading(slashes(file), error);
  }
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}
