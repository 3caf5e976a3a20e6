import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Claims, checkAcross } from '../model/checks/across.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { type SharedFiles, type SharedText, sharedFiles } from '../model/extends.ts';
import { type Images, NO_IMAGES } from '../model/images.ts';
import { type Loaded, type LoadedStack, loadStack, loadVersions } from '../model/load.ts';
import { suggestion } from '../model/nearest.ts';
import type { YamlSource } from '../model/reading/yaml-source.ts';
import { defaultName } from '../model/resolve.ts';
import { keepsCiphertext } from '../model/secret-settings.ts';
import type { Stack } from '../model/stack.ts';
import { OutputProblem } from '../output/problem.ts';
import { interruptedWrite } from '../output/recover.ts';
import { secretsFolder, secretTexts } from '../secrets/folder.ts';
import { NOTHING_KEPT, type ReadSecrets, type SecretText, withSecrets } from '../secrets/kept.ts';
import { EnvironmentProblem, problemReading } from './environment-problem.ts';
import { type Failure, failureOf } from './failure.ts';
import { packagedFile } from './package-files.ts';
import { UsageProblem } from './usage-problem.ts';

/** The image versions of a repository, at its top. */
const VERSIONS = 'versions.yaml';

/** A stack file, and what came of it. */
export interface StackEntry {
  readonly file: string;
  /** As far as the file can be read: what it says, or the file's own name. */
  readonly name: string;
  /** Undefined when something is wrong with it, alone or beside another. */
  readonly stack: Stack | undefined;
  /** The ciphertext that lies beside its file. */
  readonly secrets: ReadSecrets;
  /** Where everything stands; only where rendering may find mistakes in the file. */
  readonly source: YamlSource | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** Where this program itself failed on the file; the other files are read all the same. */
  readonly failure?: Failure;
}

/** What a repository's stack files come to. */
export interface Workspace {
  readonly entries: readonly StackEntry[];
  /** What is wrong with versions.yaml; no stack can be rendered then. */
  readonly versions: readonly Diagnostic[];
}

/**
 * Reads versions.yaml and every stack file of a folder, and finds everything that is wrong with any of them,
 * alone or together.
 *
 * @param stacksFolder folder with one `.yaml` file per stack; its folders hold what stack files extend
 * @param before done before the ciphertext of a stack is read
 * @param versionsFile the image versions; default: versions.yaml, or that of this package where there is none
 * @throws EnvironmentProblem when a file cannot be read
 */
export async function readWorkspace(
  stacksFolder: string,
  versionsFile: string | undefined,
  before: (stack: Stack) => Promise<void> = async () => undefined,
): Promise<Workspace> {
  const versions = await readVersions(versionsFile);
  // Stack files are checked in any case: nothing in them depends on a tag.
  const images = versions.value ?? NO_IMAGES;
  const shared = sharedFiles(readShared);
  const entries: StackEntry[] = [];
  const claims: Claims[] = [];
  for (const path of await stackFiles(stacksFolder)) {
    const { entry, claimed } = await readStack(path, images, shared, before);
    entries.push(entry);
    if (claimed !== undefined) claims.push(claimed);
  }
  return { entries: withClashes(entries, claims), versions: versions.diagnostics };
}

async function readStack(
  path: string,
  images: Images,
  shared: SharedFiles,
  before: (stack: Stack) => Promise<void>,
): Promise<{ readonly entry: StackEntry; readonly claimed: Claims | undefined }> {
  const file = fromHere(path);
  const text = await readText(path);
  let loaded: LoadedStack;
  try {
    loaded = loadStack(file, text, images, shared);
  } catch (error) {
    const name = defaultName(file);
    const failed = { stack: undefined, secrets: NOTHING_KEPT, source: undefined, diagnostics: [] };
    return {
      entry: { file, name, ...failed, failure: failureOf(file, name, error) },
      claimed: undefined,
    };
  }
  const { name, source, claims } = loaded;
  const { stack: value, secrets, diagnostics } = await withOwnSecrets(dirname(path), loaded, before);
  // A parsed file is large, and there may be hundreds.
  const needed = value === undefined || value.overrides.length === 0 ? undefined : source;
  return { entry: { file, name, stack: value, secrets, source: needed, diagnostics }, claimed: claims };
}

/** The stack with the ciphertext that lies beside its file, or what is wrong with that. */
async function withOwnSecrets(
  folder: string,
  { value, diagnostics }: LoadedStack,
  before: (stack: Stack) => Promise<void>,
): Promise<Pick<StackEntry, 'stack' | 'secrets' | 'diagnostics'>> {
  if (value === undefined || !keepsCiphertext(value.provider)) {
    return { stack: value, secrets: NOTHING_KEPT, diagnostics };
  }
  await before(value);
  return withSecrets(value, await readSecretTexts(folder, value));
}

/**
 * The files of ciphertext of a stack.
 *
 * @param stacks the folder with its stack file
 * @throws EnvironmentProblem when they cannot be read, or are half written
 */
async function readSecretTexts(stacks: string, { name }: Stack): Promise<readonly SecretText[]> {
  const folder = secretsFolder(stacks, name);
  try {
    const interrupted = await interruptedWrite(folder, 'secrets status');
    if (interrupted !== undefined) throw new EnvironmentProblem(interrupted.message);
    return await secretTexts(folder, fromHere(folder));
  } catch (error) {
    if (error instanceof EnvironmentProblem) throw error;
    if (error instanceof OutputProblem) throw new EnvironmentProblem(error.message);
    throw problemReading(`the folder ${fromHere(folder)}`, error);
  }
}

/** Tells each clash at the later of the two files; neither of them is rendered. */
function withClashes(entries: readonly StackEntry[], claims: readonly Claims[]): readonly StackEntry[] {
  const clashes = checkAcross(claims);
  const clashing = new Map<string, Diagnostic[]>();
  for (const { files, diagnostic } of clashes) {
    for (const file of files) {
      const before = clashing.get(file);
      if (before === undefined) clashing.set(file, [diagnostic]);
      else before.push(diagnostic);
    }
  }
  return entries.map((entry) => {
    const found = clashing.get(entry.file);
    return found === undefined ? entry : { ...entry, stack: undefined, diagnostics: found };
  });
}

/** Which image each program runs from: the repository's own choice, or that of this package. */
async function readVersions(file: string | undefined): Promise<Loaded<Images>> {
  if (file !== undefined) return loadVersions(fromHere(file), await readText(file));
  const own = existsSync(VERSIONS) ? VERSIONS : packagedFile(VERSIONS);
  return loadVersions(VERSIONS, await readText(own));
}

/** Every stack file of a folder. What lies in folders below it is for others to extend. */
export async function stackFiles(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory() && /\.ya?ml$/.test(entry.name))
      .map(({ name }) => join(folder, name))
      .sort();
  } catch (error) {
    throw problemReading(`the folder ${slashes(folder)}`, error);
  }
}

/** @throws EnvironmentProblem when it cannot be read */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw problemReading(slashes(file), error);
  }
}

/** Read at once, since the model that asks does not wait; each file is read one time only. */
function readShared(path: string): SharedText {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'it does not exist',
      ENOTDIR: 'it does not exist',
      EISDIR: 'it is a folder',
      EACCES: 'no permission',
      ELOOP: 'its symbolic links lead in a circle',
    };
    return { problem: reasons[code] ?? (error instanceof Error ? error.message : String(error)) };
  }
}

/** A path from where the command runs: messages can be clicked, and headers are the same on every machine. */
export function fromHere(path: string): string {
  return slashes(relative('.', path));
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}

/**
 * The stacks that were asked for, or all.
 *
 * @throws UsageProblem when one is not there
 */
export function choose(entries: readonly StackEntry[], names: readonly string[]): readonly StackEntry[] {
  const known = entries.map(({ name }) => name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const some =
      known.length > 20 ? `${known.slice(0, 20).join(', ')} and ${known.length - 20} more` : known.join(', ');
    throw new UsageProblem(
      `there is no stack "${unknown}"; ${suggestion(unknown, known)}The stacks are: ${some}`,
    );
  }
  return names.length === 0 ? entries : entries.filter(({ name }) => names.includes(name));
}
