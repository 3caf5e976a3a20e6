import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { load, loadAll } from 'js-yaml';
import { chartStack } from '../charts/objects.ts';
import type { Images } from '../charts/stack/images.ts';
import { loadStack, loadVersions } from '../charts/stack/load.ts';
import { type GivenFiles, givenBytes } from '../charts/stack/read-extra-files.ts';
import type { Stack } from '../charts/stack/stack.ts';
import { TOOL_VERSION, VERSION_FILE, versionText } from '../src/cli/tool-version.ts';
import type { AtPath } from '../src/include/find.ts';
import { withIncluded } from '../src/include/read.ts';
import type { RenderedFile } from '../src/kubernetes/rendered-file.ts';
import { type Rendered, render } from '../src/render/render.ts';
import type { Manifest } from '../src/stack/manifest.ts';
import { frozen } from './frozen.ts';

let images: Images | undefined;

/** The repository's own images. */
export function repositoryImages(): Images {
  images ??= readImages();
  return images;
}

function readImages(): Images {
  const { value, diagnostics } = loadVersions('versions.yaml', readFileSync('versions.yaml', 'utf8'));
  if (value === undefined) throw new Error(JSON.stringify(diagnostics));
  return value;
}

/** What stack files of tests give to programs: `files/NAME`, in whatever folder they say that they are. */
export const fixtureFiles: GivenFiles = (path) =>
  givenBytes(readFileSync(join('test/fixtures', path.slice(path.indexOf('files/')))));

/** Stacks that are in use somewhere, by their file and text: the same text gives the same frozen stack. */
const resolved = new Map<string, WeakRef<Stack>>();

/** Resolves stack text; a mistake in it fails the test. */
export function stackFrom(text: string, file = 'stacks/test.yaml', images = repositoryImages()): Stack {
  const key = JSON.stringify([file, text, images === repositoryImages() ? '' : images]);
  const known = resolved.get(key)?.deref();
  if (known !== undefined) return known;
  const loaded = loadStack(file, text, images, undefined, fixtureFiles);
  const included =
    loaded.value === undefined || loaded.source === undefined
      ? { stack: undefined, diagnostics: loaded.diagnostics }
      : withIncluded(loaded.value, loaded.source, includedFixture);
  const { stack: value, diagnostics } = included;
  if (value === undefined) throw new Error(JSON.stringify(diagnostics, undefined, 2));
  resolved.set(key, new WeakRef(value));
  return value;
}

/** What fixtures include: `../included` of a file in `stacks/` is a folder of test/fixtures. */
function includedFixture(path: string): AtPath {
  const place = join('test/fixtures', path);
  if (!statSync(place).isDirectory()) return { content: readFileSync(place) };
  return { entries: readdirSync(place).map((name) => ({ name, isFolder: false })) };
}

/** Every stack of a folder, by the path of its file. */
export function stacksIn(folder: string): readonly Stack[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => stackFrom(readFileSync(join(folder, name), 'utf8'), `stacks/${name}`));
}

let profiles: readonly Stack[] | undefined;

/**
 * Copies of the stacks that this repository comes with, which people replace by their own: no test reads `stacks/`,
 * but the one that compares it with `dist/`.
 */
export const EXAMPLES = 'test/fixtures/stacks';

/** What `dist/` holds of the examples, by path. */
export function renderedExamples(): Readonly<Record<string, string>> {
  const files = stacksIn(EXAMPLES).flatMap((stack) => [...render(stack).files]);
  return Object.fromEntries([...files, [VERSION_FILE, versionText(TOOL_VERSION)] as const]);
}

/** The examples and every valid profile: the same frozen ones for whoever asks. */
export function allProfiles(): readonly Stack[] {
  profiles ??= [...stacksIn(EXAMPLES), ...stacksIn('test/fixtures/valid')];
  return profiles;
}

/** A public stack with LiveKit and Jitsi, through Traefik; more keys can be added. */
export function publicStack(more = ''): Stack {
  return stackFrom(`
schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}
element: {}
livekit: {}
jitsi: {access: password}
callNodes: {addresses: {public: 198.51.100.7}}
${more}`);
}

/** Rendering and reading back is most of what tests would do, again and again: they share what came of it. */
const rendered = new WeakMap<Stack, Rendered>();
const charted = new WeakMap<Stack, readonly RenderedFile[]>();
const readBack = new WeakMap<Stack, readonly RenderedObject[]>();

/**
 * What {@link render} gives for a stack, rendered once in each worker and frozen. A test that is about rendering
 * itself calls `render`.
 */
export function renderedOf(stack: Stack): Rendered {
  return shared(rendered, stack, render);
}

/** What {@link chartStack} gives for a stack, once in each worker and frozen. */
export function chartedOf(stack: Stack): readonly RenderedFile[] {
  return shared(charted, stack, chartStack);
}

function shared<T>(known: WeakMap<Stack, T>, stack: Stack, make: (stack: Stack) => T): T {
  const found = known.get(stack);
  if (found !== undefined) return found;
  const made = frozen(make(stack));
  known.set(stack, made);
  return made;
}

/** A rendered object, and its file below dist/. */
interface RenderedObject {
  readonly path: string;
  readonly manifest: Manifest;
}

/** All objects of a stack's rendered YAML, read back from the text and frozen. */
export function objectsOf(stack: Stack): readonly RenderedObject[] {
  return shared(readBack, stack, () =>
    [...renderedOf(stack).files].flatMap(([path, text]) =>
      path.endsWith('.yaml') && !path.endsWith('kustomization.yaml')
        ? loadAll(text).flatMap((manifest) => (isManifest(manifest) ? [{ path, manifest }] : []))
        : [],
    ),
  );
}

/** One object by kind and name. */
export function objectOf(stack: Stack, kind: string, name: string): Manifest {
  const found = objectsOf(stack).find(
    ({ manifest }) => manifest.kind === kind && manifest.metadata.name === name,
  );
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found.manifest;
}

/** A key of a ConfigMap as text. */
export function configText(stack: Stack, name: string, key: string): string {
  return String(dig(objectOf(stack, 'ConfigMap', name), 'data', key));
}

/** A YAML or JSON key of a ConfigMap as data. */
export function configData(stack: Stack, name: string, key: string): unknown {
  return load(configText(stack, name, key));
}

/** Follows keys and indexes into plain data; undefined where they lead nowhere. */
export function dig(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current = value;
  for (const step of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.entries(current).find(([key]) => key === String(step))?.[1];
  }
  return current;
}

/** The list at a path; empty where there is none. */
export function digList(value: unknown, ...path: readonly (string | number)[]): readonly unknown[] {
  const found = dig(value, ...path);
  return Array.isArray(found) ? found : [];
}

function isManifest(value: unknown): value is Manifest {
  return typeof value === 'object' && value !== null && 'kind' in value && 'metadata' in value;
}
