import { posix } from 'node:path';
import { type Images, NO_IMAGES } from '../../charts/stack/images.ts';
import { type Loaded, type LoadedStack, loadStack, loadVersions } from '../../charts/stack/load.ts';
import { givenBytes } from '../../charts/stack/read-extra-files.ts';
import { packagedFile } from '../files/package-files.ts';
import { readRegular } from '../files/read.ts';
import { withIncluded } from '../include/read.ts';
import { type SecretText, withSecrets } from '../secrets/read-files.ts';
import type { Diagnostic, Warning } from '../stack/diagnostic.ts';
import { sharedFiles } from '../stack/extends.ts';
import { keepsCiphertext } from '../system/secret-settings.ts';
import { Stack } from './stack.ts';

/** What to load. */
export interface LoadInput {
  /** The stack file, one of the `texts`: `stacks/chat.yaml` is the stack `chat`, unless it says another name. */
  readonly file: string;
  /**
   * Every file that may be needed, by its path with forward slashes, as text or as its bytes: the stack file, what it
   * extends and includes, the files that it gives to programs (`extraFiles`), and the ciphertext next to it
   * (`stacks/chat.secrets/*.yaml`). Others do no harm.
   */
  readonly texts: Readonly<Record<string, string | Uint8Array>>;
  /** Which of the texts has the image versions. @default 'versions.yaml', or that of this package if it is not there */
  readonly versions?: string;
}

/** Either a stack with what should be looked at, or everything that is wrong. */
export type LoadResult =
  | { readonly stack: Stack; readonly diagnostics: readonly []; readonly warnings: readonly Warning[] }
  | {
      readonly stack: undefined;
      readonly diagnostics: readonly Diagnostic[];
      readonly warnings: readonly [];
    };

const VERSIONS = 'versions.yaml';
const NOT_GIVEN = 'it is missing in the texts';

/**
 * Reads a stack file with all that belongs to it from memory. Everything that is wrong is reported at once; nothing is
 * thrown for a mistake in a file.
 *
 * @example
 * const texts = { 'stacks/chat.yaml': readFileSync('stacks/chat.yaml', 'utf8') };
 * const { stack, diagnostics } = load({ file: 'stacks/chat.yaml', texts });
 * if (stack === undefined) throw new Error(diagnostics.map(diagnosticText).join('\n'));
 */
export function load({ file, texts, versions }: LoadInput): LoadResult {
  const known = new Map(Object.entries(texts).map(([path, text]) => [posix.normalize(path), text]));
  const images = readImages(known, versions);
  const path = posix.normalize(file);
  const content = known.get(path);
  if (content === undefined) return failed([...images.diagnostics, missing(file)]);
  const shared = sharedFiles((one) => {
    const text = known.get(one);
    return text === undefined ? { problem: NOT_GIVEN } : { text };
  });
  // Stack files are checked in any case: nothing in them depends on a tag.
  const loaded = loadStack(path, content, images.value ?? NO_IMAGES, shared, (one) => {
    const given = known.get(one);
    if (given !== undefined) return givenBytes(Buffer.from(given));
    return { code: 'MG012', problem: NOT_GIVEN, remedy: 'add it to them under this path' };
  });
  const { value, diagnostics } = withOwnSecrets(path, withOwnManifests(loaded, known), known);
  if (value === undefined || loaded.source === undefined || images.value === undefined) {
    return failed([...images.diagnostics, ...diagnostics]);
  }
  return {
    stack: new Stack(value, loaded.source),
    diagnostics: [],
    warnings: [...images.warnings, ...loaded.warnings],
  };
}

function failed(diagnostics: readonly Diagnostic[]): LoadResult {
  return { stack: undefined, diagnostics, warnings: [] };
}

function missing(file: string): Diagnostic {
  return {
    position: { file, line: 1, column: 1 },
    code: 'MG012',
    what: `${file} is missing in the texts`,
    remedy: 'add it to them under this path',
  };
}

function readImages(
  texts: ReadonlyMap<string, string | Uint8Array>,
  named: string | undefined,
): Loaded<Images> {
  const file = posix.normalize(named ?? VERSIONS);
  const text = texts.get(file);
  if (text !== undefined) return loadVersions(file, text);
  if (named !== undefined) return { value: undefined, diagnostics: [missing(named)], warnings: [] };
  return loadVersions(VERSIONS, readRegular(packagedFile(VERSIONS), { links: 'followed' }));
}

/** The stack with what its file includes, or what is wrong with that. */
function withOwnManifests(
  loaded: LoadedStack,
  texts: ReadonlyMap<string, string | Uint8Array>,
): Pick<LoadedStack, 'value' | 'diagnostics'> {
  const { value, source } = loaded;
  if (value === undefined || source === undefined) return loaded;
  const found = withIncluded(value, source, (path) => {
    const content = texts.get(path);
    if (content !== undefined) return { content };
    const start = path === '.' ? '' : `${path}/`;
    const inside = [...texts.keys()].flatMap((one) =>
      one.startsWith(start) ? [one.slice(start.length)] : [],
    );
    const remedy = 'add it, or the files in it, to them under this path';
    if (inside.length === 0) {
      return { problem: { code: 'MG012', what: 'it is missing in the texts', remedy } };
    }
    const names = new Map(inside.map((one) => [one.split('/', 1)[0] ?? '', one.includes('/')]));
    return { entries: [...names].map(([name, isFolder]) => ({ name, isFolder })) };
  });
  return { value: found.stack, diagnostics: found.diagnostics };
}

/** The stack with the ciphertext that is next to its file, or what is wrong with that. */
function withOwnSecrets(
  file: string,
  { value, diagnostics }: Pick<LoadedStack, 'value' | 'diagnostics'>,
  texts: ReadonlyMap<string, string | Uint8Array>,
): Pick<LoadedStack, 'value' | 'diagnostics'> {
  if (value === undefined || !keepsCiphertext(value.provider)) return { value, diagnostics };
  const folder = posix.join(posix.dirname(file), `${value.name}.secrets`);
  const own = [...texts]
    .filter(([path]) => posix.dirname(path) === folder && /^[^.].*\.ya?ml$/s.test(posix.basename(path)))
    .map(([path, text]): SecretText => ({ file: path, text }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
  const found = withSecrets(value, own);
  return { value: found.stack, diagnostics: found.diagnostics };
}
