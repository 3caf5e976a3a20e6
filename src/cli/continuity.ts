import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { COMPONENT_NAMES } from '../../charts/index.ts';
import type { PlaceOfImage } from '../../charts/stack/load.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { agree } from '../continuity/agreed.ts';
import { compare, type Difference, type NewSide, type Side } from '../continuity/compare.ts';
import { factsOf } from '../continuity/facts.ts';
import { oldManifests } from '../continuity/manifests.ts';
import { movedPods } from '../continuity/moved.ts';
import { componentOf, placeOfDifference } from '../continuity/places.ts';
import { wordsOf } from '../continuity/words.ts';
import type { Bounds } from '../files/bounds.ts';
import { FileProblem } from '../files/problem.ts';
import { valueAt } from '../plain/data.ts';
import { headerPath } from '../render/header.ts';
import { secretPath } from '../render/objects.ts';
import { placeIn } from '../render/override-places.ts';
import type { Rendered } from '../render/render.ts';
import { secretsFolder } from '../secrets/folder.ts';
import type { Diagnostic, Position } from '../stack/diagnostic.ts';
import { type Manifest, objectId, objectKey } from '../stack/manifest.ts';
import { ownCommand } from '../stack/own-command.ts';
import type { Path, YamlSource } from '../stack/reading/yaml-source.ts';
import { type AcceptedChange, changeOf } from '../system/accept.ts';
import { isOnlyExample } from './new/examples.ts';
import { type OldFile, type OldStacks, oldStacks } from './old-stacks.ts';
import { fromHere } from './paths.ts';
import type { StackEntry } from './workspace.ts';

/** The result of comparing a stack with the files it would replace. */
export interface Continuity {
  /** Changes by which data would be lost, and that nobody has agreed to: nothing is written then. */
  readonly diagnostics: readonly Diagnostic[];
  /** What a person should know, and that stops nothing. */
  readonly notices: readonly Diagnostic[];
  /** Folders of the output that hold the stack under an older name. */
  readonly olderNames: readonly string[];
}

/** Compares stacks with what they would replace, one after the other. */
export type Compare = (entry: StackEntry, stack: Stack, rendered: Rendered) => Promise<Continuity>;

/** Characters of one stack's old files that are read as YAML: a rendered one has a tenth of them. */
const MOST_TEXT = 2_000_000;
/** Files of one stack of which it is said one by one that they cannot be compared. */
const MOST_NOTICES = 20;

/**
 * @param out the output folder
 * @param entries every stack of the repository: what belongs to one of them is not the older name of another
 * @param placeOfImage where versions.yaml says an image
 */
export function continuity(
  bounds: Bounds,
  out: string,
  entries: readonly StackEntry[],
  placeOfImage: PlaceOfImage,
): Compare {
  let old: OldStacks | undefined;
  const known = {
    names: new Set(entries.map(({ name }) => name)),
    files: new Set(entries.map(fileKey)),
    placeOfImage,
  };
  return async (entry, stack, rendered) => {
    try {
      old ??= oldStacks(bounds, out, known.names);
      return await compared(old, known, entry, stack, rendered);
    } catch (error) {
      // With --stdout the folder may be anywhere; where it is written, this stops the run before.
      if (!(error instanceof FileProblem)) throw error;
      const position = { file: fromHere(error.path), line: 1, column: 1 };
      return { diagnostics: [], notices: [notCompared(position, error.what)], olderNames: [] };
    }
  };
}

interface Known {
  readonly names: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
  readonly placeOfImage: PlaceOfImage;
}

async function compared(
  old: OldStacks,
  known: Known,
  entry: StackEntry,
  stack: Stack,
  rendered: Rendered,
): Promise<Continuity> {
  const files = objectsByPath(stack, rendered);
  const after: NewSide = {
    name: stack.name,
    namespace: stack.namespace,
    manifests: [...files.values()].flat(),
  };
  const own = await oldSide(old, stack.name, rendered.files, files);
  const older = await olderSides(old, known, entry, stack, own.manifests.length === 0);
  const sides = [own, ...older];
  const found = sides.flatMap((side) => compare(side, after).map((difference) => ({ difference, side })));
  const { open, idle, unfit } = agree(
    found.map(({ difference }) => difference),
    stack.accept,
    after,
  );
  const source = entry.source();
  const at = (path: Path): Position => source?.at(path) ?? { file: entry.file, line: 1, column: 1 };
  const moved = movedNotices(sides, after, at(['callNamespace']));
  const notices = sides.flatMap((side) => side.notices);
  const unread = old.unread();
  if (unread !== undefined && own.manifests.length === 0 && older.length === 0) {
    notices.push(
      notCompared(
        { file: fromHere(own.where), line: 1, column: 1 },
        `it has no ${stack.name}/, and the last commit was not looked at: ${unread}`,
      ),
    );
  }
  const isWhole = notices.length === 0;
  const olderNames = older.map(({ name }) => name);
  if (open.length + idle.length + unfit.length === 0) {
    return { diagnostics: [], notices: [...notices, ...moved], olderNames };
  }
  const placeOf = (difference: Difference): Position => {
    const path = source === undefined ? [] : placeOfDifference(difference, source, stack, placeIn);
    if (isOverride(path)) return at(path);
    const included = placeInIncluded(stack, difference);
    return included ?? (path.length === 0 ? placeInVersions(known, difference) : undefined) ?? at(path);
  };
  const diagnostics = [
    ...found.flatMap(({ difference, side }): readonly Diagnostic[] => {
      if (!open.includes(difference)) return [];
      const words = wordsOf(difference, {
        where: side.where,
        orphanedSecrets: secretsOf(entry, side, known),
        missingSection: source === undefined ? undefined : missingSection(stack, source, difference),
      });
      return [{ position: placeOf(difference), code: difference.code, ...words }];
    }),
    ...unfit.map(({ index, now }): Diagnostic => {
      const { object, from, to } = entryOf(stack, index);
      return {
        position: at(['accept', index]),
        code: 'MG078',
        what: `this agrees to "${from}" becoming "${to}" for ${object}, which is now "${now}"`,
        remedy: 'correct the entry, or remove it if that change was made long ago',
      };
    }),
  ];
  const removable = idle.map(({ index, now }): Diagnostic => {
    const { code, object } = entryOf(stack, index);
    return {
      position: at(['accept', index]),
      code: 'MG078',
      what: `this entry for ${code} is no longer needed: ${object} is already "${now}"`,
      remedy: 'remove it once dist/ is committed',
    };
  });
  return {
    diagnostics,
    notices: [...(isWhole ? removable : notices), ...moved],
    olderNames,
  };
}

/** What happens to calls while their pods move to another namespace. */
function movedNotices(
  sides: readonly Side[],
  { manifests }: NewSide,
  position: Position,
): readonly Diagnostic[] {
  const moved = sides.flatMap((side) => movedPods(side.manifests, manifests));
  const routes = [...new Set(moved.map(({ from, to }) => `${from} ${to}`))];
  return routes.map((route): Diagnostic => {
    const pods = moved.filter(({ from, to }) => `${from} ${to}` === route);
    const [from = '', to = ''] = route.split(' ');
    const names = pods.map(({ name }) => name).join(' and ');
    return {
      position,
      code: 'MG264',
      what: `${names} ${pods.length === 1 ? 'moves' : 'move'} from the namespace ${from} to ${to}: a new pod cannot start on a node while the old one has its ports, so there are no calls from when Flux removes the old pods, which takes up to callNodes.drain, until the new ones are ready`,
      remedy: `before you commit, create the Secrets for ${to} (${ownCommand('secrets create')}); if you apply without Flux, delete the old Deployments yourself; see docs/call-namespace.md`,
    };
  });
}

function isOverride([first]: Path): boolean {
  return first === 'overrides';
}

/** Where versions.yaml says an image that has changed; undefined for what is no image of it. */
function placeInVersions({ placeOfImage }: Known, { manifest, field }: Difference): Position | undefined {
  const image = valueAt(manifest, field);
  return typeof image === 'string' ? placeOfImage(image) : undefined;
}

/** The section of the stack file that an object which is gone belonged to; undefined where it has that. */
function missingSection(
  stack: Stack,
  { data }: YamlSource,
  { code, manifest }: Difference,
): string | undefined {
  if (code !== 'MG077' || manifest === undefined) return undefined;
  const key = COMPONENT_NAMES.find((name) => name === componentOf(manifest));
  if (key === undefined || stack[key] !== undefined) return undefined;
  return valueAt(data, [key]) === undefined ? key : undefined;
}

/** Where an object that is included says what has changed; undefined for every other one. */
function placeInIncluded(stack: Stack, { manifest, field }: Difference): Position | undefined {
  if (manifest === undefined) return undefined;
  const key = objectKey(objectId(manifest));
  const found = stack.included
    .flatMap(({ objects }) => objects)
    .find((one) => objectKey(objectId(one.manifest)) === key);
  return found?.at(field.length === 0 ? ['kind'] : field);
}

/** The objects of each rendered file, ciphertext included, by path below the output folder. */
function objectsByPath(stack: Stack, rendered: Rendered): ReadonlyMap<string, readonly Manifest[]> {
  const sealed = stack.secretFiles.map((file) => ({
    path: secretPath(stack, file),
    manifests: [file.manifest],
  }));
  return new Map(
    [...rendered.objects, ...sealed].map(({ path, manifests }) => [`${stack.name}/${path}`, manifests]),
  );
}

/** A stack as it is, where that was found, and what could not be read of it. */
interface OldSide extends Side {
  readonly where: string;
  readonly notices: readonly Diagnostic[];
}

async function oldSide(
  old: OldStacks,
  name: string,
  texts: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, readonly Manifest[]>,
): Promise<OldSide> {
  const { where, files } = await old.files(name, texts);
  const manifests: Manifest[] = [];
  const notices: Diagnostic[] = [];
  const notice = (path: string, line: number, problem: string): void => {
    notices.push(notCompared({ file: fromHere(`${where}/${path}`), line, column: 1 }, problem));
  };
  let left = MOST_TEXT;
  const understand = (path: string, text: string): ReturnType<typeof oldManifests> => {
    left -= text.length;
    return oldManifests(path, text);
  };
  for (const { path, read } of [...files, ...missingFiles(files, now)]) {
    if (left <= 0 || notices.length >= MOST_NOTICES) {
      notice(name, 1, 'its files are larger than any rendered ones, so not all of them were read');
      break;
    }
    const content = read();
    if (content === undefined) continue;
    if ('same' in content) {
      manifests.push(...(now.get(path) ?? []));
      continue;
    }
    let found = 'text' in content ? understand(path, content.text) : { line: 1, problem: content.problem };
    if ('problem' in found) {
      // As it is while two branches are merged: the last commit has it whole.
      const committed = await old.committed(path);
      const whole = committed === undefined ? undefined : understand(path, committed);
      if (whole !== undefined && 'manifests' in whole) found = whole;
    }
    if ('manifests' in found) manifests.push(...found.manifests);
    else if (found.problem !== MISSING) notice(path, found.line, found.problem);
  }
  return { name, where, manifests, notices };
}

/** Said of nothing: a file that is missing and was never committed is a new one. */
const MISSING = 'it is missing';

/** Rendered files that are not there, where others of the stack are: somebody has removed them, or they are new. */
function missingFiles(
  files: readonly OldFile[],
  now: ReadonlyMap<string, readonly Manifest[]>,
): readonly OldFile[] {
  if (files.length === 0) return [];
  const there = new Set(files.map(({ path }) => path));
  return [...now.keys()]
    .filter((path) => !there.has(path))
    .map((path) => ({ path, read: () => ({ problem: MISSING }) }));
}

/** The same stack under older names: rendered from the same stack file, or for the same server from a file that is gone. */
async function olderSides(
  old: OldStacks,
  known: Known,
  entry: StackEntry,
  stack: Stack,
  isNew: boolean,
): Promise<readonly OldSide[]> {
  const sidesOf = async (orphans: ReadonlyMap<string, string>): Promise<readonly OldSide[]> => {
    const sides: OldSide[] = [];
    for (const [name, from] of orphans) {
      const isSameFile = baseName(from) === fileKey(entry);
      if (!isSameFile && (!isNew || known.files.has(baseName(from)))) continue;
      const side = await oldSide(old, name, new Map(), new Map());
      if (isSameFile || serves(side, stack.serverName)) sides.push(side);
    }
    return sides;
  };
  const here = await sidesOf(old.orphans());
  if (here.length > 0 || !isNew) return here;
  const committed = [...(await old.committedOrphans())];
  return await sidesOf(new Map(committed.filter(([name]) => !isOnlyExample(name, stack.serverName))));
}

function serves({ manifests }: Side, serverName: string): boolean {
  return manifests.flatMap(factsOf).some(({ code, value }) => code === 'MG070' && value === serverName);
}

/** The folder of ciphertext that a stack leaves behind with its name. */
function secretsOf(entry: StackEntry, { name }: Side, known: Known): string | undefined {
  if (known.names.has(name)) return undefined;
  const folder = secretsFolder(dirname(entry.file), name);
  const isThere = lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  return isThere ? fromHere(folder) : undefined;
}

function entryOf(stack: Stack, index: number): AcceptedChange {
  const entry = stack.accept[index];
  const change = entry === undefined ? undefined : changeOf(entry);
  if (change === undefined) throw new Error(`the stack accepts no change at ${index}`);
  return change;
}

function notCompared(position: Position, problem: string): Diagnostic {
  return {
    position,
    code: 'MG079',
    what: `this could not be compared with what is rendered now: ${problem}`,
    remedy: 'check the change in dist/ yourself: volumes, versions and names',
  };
}

/** A stack file as the first line of rendered files names it, without its folder. */
function fileKey({ file }: Pick<StackEntry, 'file'>): string {
  return baseName(headerPath(file));
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}
