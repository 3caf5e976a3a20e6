import { type Bounds, boundsOf } from '../files/bounds.ts';
import { compareDiagnostics, type Diagnostic } from '../stack/diagnostic.ts';
import { sharedFiles } from '../stack/extends.ts';
import { MIGRATIONS, type Migration, migrate, writtenSchema } from '../stack/migrate.ts';
import { decodeText, notText } from '../stack/reading/decode.ts';
import { noStackFile } from './last-stack.ts';
import { fromHere } from './paths.ts';
import { replaceFile } from './replace-file.ts';
import { readNamed, readShared, stackFiles } from './workspace.ts';

/** What to migrate. */
export interface MigrateOptions {
  /** Files to rewrite; all stack files of `stacks`, and what these extend, when there are none. */
  readonly files: readonly string[];
  readonly stacks: string;
  /** Default: all there are. */
  readonly migrations?: readonly Migration[];
}

/** A file that was rewritten. */
export interface MigratedFile {
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly steps: readonly string[];
}

/** What a migration came to: all files are rewritten, or none. */
export interface MigrateResult {
  /** 0 fine, 2 wrong input. */
  readonly exitCode: 0 | 2;
  readonly diagnostics: readonly Diagnostic[];
  readonly migrated: readonly MigratedFile[];
  /** How many files needed nothing. */
  readonly unchanged: number;
}

/**
 * Rewrites stack files in the newest schema.
 *
 * @throws UsageProblem, EnvironmentProblem when a file cannot be read or written
 */
export async function migrateFiles({
  files,
  stacks,
  migrations = MIGRATIONS,
}: MigrateOptions): Promise<MigrateResult> {
  const bounds = boundsOf(stacks);
  const places = files.length > 0 ? files : await allFiles(bounds, stacks);
  if (places.length === 0) throw noStackFile(stacks);
  const texts: { readonly file: string; readonly text: string }[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const place of places) {
    const file = fromHere(place);
    const decoded = decodeText(readNamed(bounds, place, 'on the command line'));
    if ('text' in decoded) texts.push({ file, text: decoded.text });
    else diagnostics.push(notText(file, decoded.problem));
  }
  // A shared file may leave its schema to the stacks; it is as old as the oldest of these.
  const schemas = texts.flatMap(({ file, text }) => writtenSchema(file, text) ?? []);
  const schema = Math.min(...(schemas.length > 0 ? schemas : [1]));
  const migrated: (MigratedFile & { readonly text: string })[] = [];
  for (const { file, text } of texts) {
    const result = migrate(file, text, { schema, migrations });
    diagnostics.push(...result.diagnostics);
    if (result.text === undefined || result.text === text) continue;
    const { from, to, steps } = result;
    migrated.push({ file, from, to, steps, text: result.text });
  }
  if (diagnostics.length > 0) {
    return { exitCode: 2, diagnostics: diagnostics.sort(compareDiagnostics), migrated: [], unchanged: 0 };
  }
  for (const { file, text } of migrated) await replaceFile(bounds, file, text);
  return {
    exitCode: 0,
    diagnostics: [],
    migrated: migrated.map(({ file, from, to, steps }) => ({ file, from, to, steps })),
    unchanged: texts.length - migrated.length,
  };
}

/** Stack files, and what they extend: other files beside them, such as manifests that they include, are no stack files. */
async function allFiles(bounds: Bounds, folder: string): Promise<readonly string[]> {
  const extended = new Set<string>();
  const shared = sharedFiles((path) => {
    const found = readShared(bounds, path);
    // What cannot be read is told by synth, where the file that names it is.
    if ('text' in found) extended.add(path);
    return found;
  });
  const own = await stackFiles(bounds, folder);
  for (const path of own) shared.compose(fromHere(path), readNamed(bounds, path, `in ${folder}`));
  return [...new Set([...own.map(fromHere), ...extended])].sort();
}
