import { lstatSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Claims, withObjects } from '../../charts/stack/checks/across.ts';
import { type Images, NO_IMAGES } from '../../charts/stack/images.ts';
import {
  type LoadedStack,
  type LoadedVersions,
  loadStack,
  loadVersions,
  nowhere,
  type PlaceOfImage,
} from '../../charts/stack/load.ts';
import type { GivenFiles } from '../../charts/stack/read-extra-files.ts';
import { defaultName } from '../../charts/stack/resolve.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { OutputProblem } from '../disk/problem.ts';
import { interruptedWrite } from '../disk/recover.ts';
import { type Bounds, boundsOf, safeFolder } from '../files/bounds.ts';
import { lookUp } from '../files/look-up.ts';
import { packagedFile } from '../files/package-files.ts';
import { FileProblem } from '../files/problem.ts';
import { readBytes, readRegular } from '../files/read.ts';
import type { AtPath, ReadPath } from '../include/find.ts';
import { withIncluded } from '../include/read.ts';
import { suggestion } from '../plain/nearest.ts';
import { visible } from '../plain/visible.ts';
import { secretsFolder, secretTexts } from '../secrets/folder.ts';
import { NO_SECRET_FILES, type ReadSecrets, withSecrets } from '../secrets/read-files.ts';
import type { Diagnostic, Warning } from '../stack/diagnostic.ts';
import { type SharedFiles, type SharedText, sharedFiles } from '../stack/extends.ts';
import type { YamlSource } from '../stack/reading/yaml-source.ts';
import { keepsCiphertext } from '../system/secret-settings.ts';
import { clashesOf } from './clashes.ts';
import { problemReading } from './environment-problem.ts';
import { type Failure, failureOf } from './failure.ts';
import { fileCode, fileDiagnostic } from './file-diagnostic.ts';
import { givenFiles } from './given-files.ts';
import { misspeltPath } from './named-file.ts';
import type { Notice } from './notice.ts';
import { fromHere, slashes } from './paths.ts';
import { problemIn } from './problem.ts';
import { amongStacks, orphanNotices, type StrayFiles, strayFiles, unusedShared } from './stray-files.ts';
import { UsageProblem } from './usage-problem.ts';

/** The image versions of a repository, at its top. */
const VERSIONS = 'versions.yaml';

/** A stack file, and the result of reading it. */
export interface StackEntry {
  readonly file: string;
  /** As far as the file can be read: what it says, or the file's own name. */
  readonly name: string;
  /** Undefined when something is wrong with it, alone or together with another file. */
  readonly stack: Stack | undefined;
  /** The ciphertext next to its file. */
  readonly secrets: ReadSecrets;
  /** Where everything is written. A parsed file is large: most are read a second time when somebody asks. */
  source(): YamlSource | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly warnings: readonly Warning[];
  /** What no other stack may claim too; undefined when something is wrong with it alone. */
  readonly claims?: Claims | undefined;
  /** Whether it tells editors where its schema is. */
  readonly namesSchema?: boolean;
  /** Where this program itself failed on the file; the other files are read all the same. */
  readonly failure?: Failure;
}

/** What a repository's stack files come to. */
export interface Workspace {
  readonly entries: readonly StackEntry[];
  /** What is wrong with versions.yaml; no stack can be rendered then. */
  readonly versions: readonly Diagnostic[];
  /** Where the repository's versions.yaml says an image. */
  readonly placeOfImage: PlaceOfImage;
  /** What in versions.yaml may be meant. */
  readonly warnings: readonly Warning[];
  /** Folders of ciphertext that belong to no stack, such as one of an older name. */
  readonly orphanedSecrets: readonly string[];
  /** What lies around the stack files and changes none of them. */
  readonly notices: readonly Notice[];
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
  const bounds = boundsOf(stacksFolder);
  const versions = readVersions(bounds, versionsFile);
  // Stack files are checked in any case: nothing in them depends on a tag.
  const images = versions.value ?? NO_IMAGES;
  const extended = new Set<string>();
  const shared = sharedFiles((path) => {
    extended.add(path);
    return readShared(bounds, path);
  });
  // The stack file that is read, and what it names without extending it: neither is meant to be extended, wherever it is.
  let reading = '';
  const usedBy = new Map<string, string>();
  const use = (path: string): void => {
    extended.add(path);
    if (!usedBy.has(path)) usedBy.set(path, reading);
  };
  const given = givenFiles(bounds, use);
  const included: ReadPath = (path) => {
    use(path);
    return lookedUp(bounds, path);
  };
  const entries: StackEntry[] = [];
  const claims: Claims[] = [];
  for (const path of await stackFiles(bounds, stacksFolder)) {
    reading = fromHere(path);
    const { entry, claimed } = await readStack(bounds, path, { images, shared, given, included }, before);
    entries.push(entry);
    if (claimed !== undefined) claims.push(claimed);
  }
  const stray = strayFiles(bounds, stacksFolder, extended);
  const clashing = clashesOf(bounds, stacksFolder, claims);
  const alone = entries.map((entry) => {
    const found = clashing.get(entry.file) ?? amongStacks(entry, usedBy.get(entry.file));
    return found === undefined ? entry : { ...entry, stack: undefined, diagnostics: found };
  });
  const all = [...alone, ...stray.misplaced.map(misplacedEntry)];
  // What cannot be read may have had another name in it.
  const areNamesSure = all.every(({ stack }) => stack !== undefined);
  const names = new Set(all.map(({ name }) => name));
  const orphans = areNamesSure ? stray.secrets.filter((name) => !names.has(name)) : [];
  return {
    entries: all,
    orphanedSecrets: orphans.map((name) => fromHere(secretsFolder(stacksFolder, name))),
    versions: versions.diagnostics,
    placeOfImage: versions.placeOf,
    warnings: versions.warnings,
    notices: [
      ...stray.shared.flatMap((path) => {
        const found = readShared(bounds, path);
        const file = fromHere(path);
        return unusedShared(file, found, (text) => loadStack(file, text, images, shared, given).diagnostics);
      }),
      ...orphanNotices(stacksFolder, orphans),
    ],
  };
}

/** A file that is meant to be a stack: what is there of it stays, as that of every stack with a mistake. */
function misplacedEntry({ path, diagnostic }: StrayFiles['misplaced'][number]): StackEntry {
  const file = fromHere(path);
  const name = visible(basename(file).replace(/\.[^.]*$/, ''));
  return {
    file,
    name,
    stack: undefined,
    secrets: NO_SECRET_FILES,
    source: () => undefined,
    diagnostics: [diagnostic],
    warnings: [],
  };
}

/** What stack files are read with. */
interface Surroundings {
  readonly images: Images;
  readonly shared: SharedFiles;
  readonly given: GivenFiles;
  readonly included: ReadPath;
}

async function readStack(
  bounds: Bounds,
  path: string,
  { images, shared, given, included }: Surroundings,
  before: (stack: Stack) => Promise<void>,
): Promise<{ readonly entry: StackEntry; readonly claimed: Claims | undefined }> {
  const file = fromHere(path);
  let loaded: LoadedStack;
  let namesSchema: boolean;
  try {
    const bytes = readBytes(bounds, path, 'repository');
    namesSchema = Buffer.from(bytes).includes('# yaml-language-server:');
    loaded = withOwnManifests(loadStack(file, bytes, images, shared, given), included);
  } catch (error) {
    const name = defaultName(file);
    const unread = {
      file,
      name,
      stack: undefined,
      secrets: NO_SECRET_FILES,
      source: () => undefined,
      warnings: [],
    };
    const entry =
      error instanceof FileProblem
        ? { ...unread, diagnostics: [fileDiagnostic(error)] }
        : { ...unread, diagnostics: [], failure: failureOf(file, name, error) };
    return { entry, claimed: undefined };
  }
  const { name, claims, warnings } = loaded;
  const { stack: value, secrets, diagnostics } = await withOwnSecrets(bounds, dirname(path), loaded, before);
  const kept = value === undefined || value.overrides.length === 0 ? undefined : loaded.source;
  const source = (): YamlSource | undefined =>
    kept ?? shared.compose(file, readBytes(bounds, path, 'repository')).source;
  return {
    entry: { file, name, stack: value, secrets, source, diagnostics, warnings, claims, namesSchema },
    claimed: claims,
  };
}

/** The stack with what its file includes, or what is wrong with that. */
function withOwnManifests(loaded: LoadedStack, included: ReadPath): LoadedStack {
  const { value, source } = loaded;
  if (value === undefined || source === undefined) return loaded;
  const { stack, diagnostics } = withIncluded(value, source, included);
  return stack === undefined
    ? { ...loaded, value: undefined, diagnostics, warnings: [] }
    : {
        ...loaded,
        value: stack,
        diagnostics: [],
        claims: loaded.claims === undefined ? undefined : withObjects(loaded.claims, stack),
      };
}

/** The stack with the ciphertext that lies next to its file, or what is wrong with that. */
async function withOwnSecrets(
  bounds: Bounds,
  folder: string,
  { value, diagnostics }: LoadedStack,
  before: (stack: Stack) => Promise<void>,
): Promise<Pick<StackEntry, 'stack' | 'secrets' | 'diagnostics'>> {
  if (value === undefined || !keepsCiphertext(value.provider)) {
    return { stack: value, secrets: NO_SECRET_FILES, diagnostics };
  }
  const own = secretsFolder(folder, value.name);
  try {
    safeFolder(bounds, own);
    await before(value);
    const interrupted = await interruptedWrite(own, 'secrets status');
    if (interrupted !== undefined) throw new OutputProblem(interrupted.message);
    return withSecrets(value, secretTexts(bounds, own, fromHere(own)));
  } catch (error) {
    return { stack: undefined, secrets: NO_SECRET_FILES, diagnostics: [secretsDiagnostic(own, error)] };
  }
}

/** What is wrong with a folder of ciphertext as a whole: one stack's, so that the others are rendered. */
function secretsDiagnostic(folder: string, error: unknown): Diagnostic {
  if (error instanceof FileProblem) return fileDiagnostic(error);
  if (!(error instanceof OutputProblem)) throw error;
  const position = { file: fromHere(folder), line: 1, column: 1 };
  return { position, code: 'MG012', ...problemIn(error.message) };
}

/** Which image each program runs from: the repository's own choice, or that of this package. */
function readVersions(bounds: Bounds, file: string | undefined): LoadedVersions {
  if (file !== undefined) return loadVersions(fromHere(file), readNamed(bounds, file, 'after --versions'));
  // Also a link that leads nowhere is somebody's choice: it is told, not passed over.
  const isOwn = lstatSync(VERSIONS, { throwIfNoEntry: false }) !== undefined;
  const packaged = packagedFile(VERSIONS);
  try {
    const bytes = isOwn
      ? readBytes(bounds, VERSIONS, 'repository')
      : readRegular(packaged, { links: 'followed' });
    const versions = loadVersions(VERSIONS, bytes);
    // Nobody here can change what is in the package.
    return isOwn ? versions : { ...versions, placeOf: nowhere };
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    // In a clone they are one file, and Git has it.
    const isClone = fromHere(packaged) === VERSIONS;
    const remedy = `${isClone ? 'restore it from Git' : 'install this program again'}, or name another file with --versions`;
    const found = fileDiagnostic(error);
    const diagnostic = error.kind === 'missing' ? { ...found, remedy } : found;
    return { value: undefined, diagnostics: [diagnostic], warnings: [], placeOf: nowhere };
  }
}

/**
 * Every stack file of a folder. What is in folders below it is for others to extend, and hidden files are those of
 * editors (`.#chat.yaml`) and systems (`._chat.yaml`).
 *
 * @throws EnvironmentProblem
 */
export async function stackFiles(bounds: Bounds, folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(safeFolder(bounds, folder));
    return names
      .filter((name) => /^[^.].*\.ya?ml$/s.test(name))
      .map((name) => join(folder, name))
      .sort();
  } catch (error) {
    throw problemReading(`the folder ${slashes(folder)}`, error);
  }
}

/**
 * The bytes of a file that the command line names: whoever reads them as text says what is wrong with them.
 *
 * @param where where on the command line
 * @throws UsageProblem, EnvironmentProblem when it cannot be read
 */
export function readNamed(bounds: Bounds, file: string, where: string): Uint8Array {
  try {
    return readBytes(bounds, file);
  } catch (error) {
    const misspelt = misspeltPath(slashes(file), where, error);
    if (misspelt !== undefined) throw new UsageProblem(misspelt.what, misspelt.remedy);
    throw problemReading(slashes(file), error);
  }
}

/** What `include` names. */
function lookedUp(bounds: Bounds, path: string): AtPath {
  try {
    return lookUp(bounds, path);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    const { what, remedy } = error;
    return { problem: { code: fileCode(error), what, remedy } };
  }
}

/** Read at once, since the model that asks does not wait; each file is read one time only. */
export function readShared(bounds: Bounds, path: string): SharedText {
  try {
    return { text: readBytes(bounds, path, 'repository') };
  } catch (error) {
    if (error instanceof FileProblem) return { problem: error.what };
    throw error;
  }
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
    // Anything but a name may be a value in the wrong place.
    const shown = /^[a-z0-9][a-z0-9-]{0,62}$/.test(unknown)
      ? `there is no stack "${unknown}"`
      : '--stack names something that is not a stack (not repeated here: it may be a value in the wrong place)';
    throw new UsageProblem(
      shown,
      known.length === 0
        ? 'there are no stack files; restore them from Git'
        : `${suggestion(unknown, known)}the stacks are: ${some}`,
    );
  }
  return names.length === 0 ? entries : entries.filter(({ name }) => names.includes(name));
}
