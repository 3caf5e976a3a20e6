import { deepFreeze } from '../../charts/stack/resolve.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { visible } from '../plain/visible.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import { flowWord } from '../stack/flow-word.ts';
import { countText, excess, LIMITS, type Measure, measureOf, sizeOf } from '../stack/limits.ts';
import { listed } from '../stack/listed.ts';
import { type Manifest, objectId, objectKey, objectText } from '../stack/manifest.ts';
import { readDocuments } from '../stack/reading/documents.ts';
import type { YamlSource } from '../stack/reading/yaml-source.ts';
import type { UsedText } from '../stack/reading/yaml-text.ts';
import { type Accepted, WRITE_WHY } from '../system/accept.ts';
import type { IncludedFile, IncludedObject } from '../system/included.ts';
import { type FoundFile, findIncluded, type ReadPath } from './find.ts';
import { isChecked, meantKind, reasonsToAsk } from './kinds.ts';
import { checkMadeSecrets, type Fail, isInNamespace, isRefusedSecret, manifestOf } from './object.ts';

/** A stack with what it includes, or what is wrong with that. */
export interface WithIncluded {
  readonly stack: Stack | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the plain manifests that a stack file includes.
 *
 * @param source where the stack file and what it extends say what to include
 * @param read looks up a file or folder
 */
export function withIncluded(stack: Stack, source: YamlSource, read: ReadPath): WithIncluded {
  const found = findIncluded(source, read);
  const diagnostics = [...found.diagnostics];
  const agreed = new Set<number>();
  const state: State = {
    stack,
    agreed,
    seen: new Map(),
    total: measureOf([]),
    used: { marks: 0, lexemes: 0 },
    count: 0,
  };
  const included = found.files.map((one) => readFile(one, state, diagnostics));
  // Of what could not be read it is not known what was agreed to.
  if (diagnostics.length === 0) diagnostics.push(...idleEntries(stack.accept, agreed, source));
  if (diagnostics.length > 0) return { stack: undefined, diagnostics: listed(diagnostics) };
  const files = included.filter(({ objects }) => objects.length > 0);
  return { stack: files.length === 0 ? stack : deepFreeze({ ...stack, included: files }), diagnostics };
}

/** What is known of the files that were read before. */
interface State {
  readonly stack: Stack;
  /** Entries of `accept` that an object needs, by their index. */
  readonly agreed: Set<number>;
  /** Where each object is. */
  readonly seen: Map<string, IncludedObject>;
  total: Measure;
  readonly used: UsedText;
  count: number;
}

function readFile({ file, content }: FoundFile, state: State, found: Diagnostic[]): IncludedFile {
  const { documents, diagnostics } = readDocuments(file, content, state.used);
  found.push(...diagnostics);
  const objects: IncludedObject[] = [];
  for (const source of documents) {
    const fail: Fail = (path, code, what, remedy) => {
      found.push({ position: source.at(path), code, what, remedy });
    };
    state.count++;
    state.total = measureOf([state.total, sizeOf(source.data)]);
    const { nodes, characters } = state.total;
    const tooMuch =
      state.count > LIMITS.includedObjects
        ? `hold more than ${countText(LIMITS.includedObjects)} objects`
        : excess({ nodes, characters, depth: 0 })?.replace(/^holds/, 'hold');
    if (tooMuch !== undefined) {
      const remedy = 'include less, and apply the rest with a separate Kustomization';
      fail([], 'MG016', `the included files ${tooMuch}`, remedy);
      break;
    }
    const manifest = manifestOf(source.data, fail);
    if (manifest === undefined) continue;
    if (isRefusedSecret(manifest, fail)) continue;
    const object: IncludedObject = { manifest, at: source.at };
    checkMadeSecrets(manifest, fail, state.stack);
    if (isInNamespace(manifest, fail, state.stack)) checkAgreement(manifest, fail, state);
    const key = objectKey(objectId(manifest));
    const before = state.seen.get(key);
    if (before === undefined) state.seen.set(key, object);
    else {
      const { file: other, line } = before.at(['kind']);
      const what = `${objectText(objectId(manifest))} is already defined at ${other}:${line}`;
      fail(['metadata', 'name'], 'MG126', what, 'remove one of them, or give it a different name');
    }
    objects.push(object);
  }
  return { file, objects };
}

function checkAgreement(manifest: Manifest, fail: Fail, { stack, agreed }: State): void {
  const reasons = reasonsToAsk(manifest);
  if (reasons.length === 0) return;
  // A name that is longer than any that a cluster takes is reported by the rules.
  const object = visible(objectText(objectId(manifest))).slice(0, LONGEST);
  const fitting = [...stack.accept.keys()].filter((index) => {
    const entry = stack.accept[index];
    return entry?.code === 'MG125' && entry.object === object;
  });
  for (const index of fitting) agreed.add(index);
  if (fitting.length > 0) return;
  const entry = `- {code: MG125, object: ${flowWord(object)}, why: "${WRITE_WHY.object}"}`;
  const meant = isChecked(manifest) ? undefined : meantKind(manifest);
  fail(
    ['kind'],
    'MG125',
    `${object} is not applied without your agreement: ${reasons.join(', and ')}`,
    `${meant === undefined ? '' : `did you mean ${meant}? `}check what it does; if you mean it, add under accept: ${entry}`,
  );
}

/** Characters of an object's name in an entry of `accept`. */
const LONGEST = 400;

/** An entry that nothing needs would let something else pass later. */
function idleEntries(
  accept: readonly Accepted[],
  agreed: ReadonlySet<number>,
  source: YamlSource,
): readonly Diagnostic[] {
  return accept.flatMap(({ code, object }, index): readonly Diagnostic[] => {
    if (code !== 'MG125' || agreed.has(index)) return [];
    return [
      {
        position: source.at(['accept', index]),
        code: 'MG078',
        what: `this agrees to ${object}, but no included object of that name needs it`,
        remedy: 'correct the entry, or remove it',
      },
    ];
  });
}
