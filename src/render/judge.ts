import type { Stack } from '../../charts/stack/stack.ts';
import { isUncheckedKind } from '../include/added.ts';
import { CONFIG_MAP } from '../kinds/keys.ts';
import { keyOfKind } from '../kinds/kind.ts';
import type { RenderedFile } from '../kubernetes/rendered-file.ts';
import { valueAt } from '../plain/data.ts';
import { TO_SECRET } from '../plain-secrets/forms.ts';
import { rules } from '../rules/index.ts';
import type { Finding } from '../rules/rule.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import { objectId, objectKey, objectText } from '../stack/manifest.ts';
import { ownCommand } from '../stack/own-command.ts';
import { extraFilesMap, namedFiles } from '../system/extra-files.ts';
import type { IncludedFile, IncludedObject } from '../system/included.ts';
import type { OverrideProblem } from '../system/overrides.ts';
import type { StackFault } from '../system/stack-fault.ts';
import { type Changed, checked, objects } from './objects.ts';
import { culprits } from './override-culprits.ts';
import { type Applied, placeIn } from './override-places.ts';

/** Findings whose place within their override is looked for: more are not listed anyway. */
const PLACED = 200;

/** Rules that say what is safe, not what works. */
const POLICIES: ReadonlySet<string> = new Set(
  rules.filter(({ policy }) => policy === true).map(({ code }) => code),
);

/** Rules about what objects open: who includes an object wants that of it, and SUMMARY.md lists it. */
const OPENING: ReadonlySet<string> = new Set(
  rules.filter(({ isAboutOpening }) => isAboutOpening === true).map(({ code }) => code),
);

/** What to do with a secret in an object of the operator. */
const IN_INCLUDED =
  'declare a Secret in secrets.own, and let the pod read it from there (secretKeyRef, or a volume of that Secret)';

/** What the rules say of the objects: what a person may decide, what this program did wrong, what others broke. */
export function judge(
  stack: Stack,
  copies: readonly RenderedFile[],
  changed: Changed,
  included: readonly IncludedFile[],
): {
  readonly accepted: readonly Finding[];
  readonly opening: readonly Finding[];
  readonly findings: readonly Finding[];
  readonly broken: readonly OverrideProblem[];
  readonly faults: readonly StackFault[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const { applied } = changed;
  const all = checked(stack, copies, changed);
  const added = new Map(
    included.flatMap((file) =>
      file.objects.map(
        (object) => [objectKey(objectId(object.manifest)), { ...file, objects: [object] }] as const,
      ),
    ),
  );
  const isOverridden = ({ object }: Finding): boolean => applied.has(objectKey(object));
  const isAdded = ({ object }: Finding): boolean => added.has(objectKey(object));
  // A policy: who overrides an object answers for it, and SUMMARY.md says so.
  const isAccepted = (one: Finding): boolean => isOverridden(one) && POLICIES.has(one.code);
  const isOpening = (one: Finding): boolean => isAdded(one) && !isOverridden(one) && OPENING.has(one.code);
  const inOrder = [...new Set([...applied.values()].flat())].sort((a, b) => a.index - b.index);
  const after = (overrides: readonly Applied[]): readonly Finding[] =>
    checked(stack, copies, objects(stack, copies, { overrides, included }));
  const overrideAtFault = culprits(inOrder, after);
  const additionAtFault = culprits([...added.values()], (some) =>
    checked(stack, copies, objects(stack, copies, { overrides: [], included: some })),
  );
  let before: ReadonlySet<string> | undefined;
  const keyOf = ({ code, object, path, what }: Finding): string =>
    JSON.stringify([code, objectKey(object), path, what]);
  const isOlder = (one: Finding): boolean => {
    before ??= new Set(after([]).map(keyOf));
    return before.has(keyOf(one));
  };
  const findings: Finding[] = [];
  const broken: OverrideProblem[] = [];
  const faults: StackFault[] = [];
  const diagnostics: Diagnostic[] = [];
  const faultOf = faultsOfFiles(stack, changed);
  for (const one of all.filter((finding) => !isAccepted(finding) && !isOpening(finding))) {
    const fault = faultOf(one);
    if (fault !== undefined) {
      faults.push(fault);
      continue;
    }
    const own = added.get(objectKey(one.object))?.objects[0];
    if (own !== undefined && isUncheckedKind(one.code, own)) continue;
    // What an override has not broken was wrong before.
    if (own !== undefined && (!isOverridden(one) || overrideAtFault(one) === undefined)) {
      diagnostics.push(brokenByAddition(one, own, one.path));
      continue;
    }
    if (isOverridden(one)) {
      // An override of the same object is not at fault for what was wrong before.
      if (isOlder(one)) findings.push(one);
      else broken.push(brokenByOverride(one, applied, broken.length < PLACED));
      continue;
    }
    // An override or an addition can break what another object needs.
    const override = overrideAtFault(one);
    const addition = override === undefined ? additionAtFault(one)?.objects[0] : undefined;
    if (override !== undefined) {
      broken.push({ ...brokenByOverride(one, applied, false), index: override.index });
    } else if (addition !== undefined) diagnostics.push(brokenByAddition(one, addition, []));
    else findings.push(one);
  }
  return {
    accepted: all.filter(isAccepted),
    opening: all.filter(isOpening),
    findings,
    broken,
    faults,
    diagnostics,
  };
}

/**
 * Tells which file that the stack file gives to a program is behind a finding, if one is. What an override made of such
 * a file is the override's.
 */
function faultsOfFiles(
  { extraFiles, topology }: Stack,
  { own, before }: Changed,
): (finding: Finding) => StackFault | undefined {
  const maps = new Map(
    topology.workloads.flatMap(({ id, namespace }) => {
      const files = namedFiles(extraFiles, id);
      return files.length === 0 ? [] : [[`${namespace}/${extraFilesMap(id)}`, files] as const];
    }),
  );
  const isChanged = ({ file, object, path }: Finding): boolean => {
    const [now, then] = [own, before].map((files) =>
      files
        .find((one) => one.path === file)
        ?.manifests.find(({ kind, metadata }) => kind === object.kind && metadata.name === object.name),
    );
    return valueAt(now, path) !== valueAt(then, path);
  };
  return (finding) => {
    const { code, object, path, what } = finding;
    const [part, key] = path;
    if (keyOfKind(object) !== CONFIG_MAP || (part !== 'data' && part !== 'binaryData')) return undefined;
    const file = maps.get(`${object.namespace}/${object.name}`)?.find((one) => one.name === key);
    if (file === undefined || isChanged(finding)) return undefined;
    return {
      at: file.at,
      code: 'MG134',
      what: `${file.path} ${short(what)} (${code})`,
      remedy: `correct the file; if it holds a secret, declare one in secrets.own, enter the whole file with ${ownCommand('secrets create')}, and write {fromSecret: NAME, key: KEY} here`,
    };
  };
}

/** A rule that an override broke, as a mistake in the stack file: that is where to mend it. */
function brokenByOverride(
  { code, object, path, field, what, remedy }: Finding,
  applied: ReadonlyMap<string, readonly Applied[]>,
  isPlaced: boolean,
): OverrideProblem {
  const by = applied.get(objectKey(object)) ?? [];
  const place = path.length === 0 || !isPlaced ? undefined : placeIn(by, path);
  return {
    index: place?.index ?? by.at(-1)?.index ?? 0,
    at: place?.at ?? ['patch'],
    code: 'MG055',
    what: `after this override ${objectText(object)}${field === undefined ? '' : ` ${short(field)}`} ${short(what)} (${code})`,
    remedy: short(remedy),
  };
}

/** A rule that an object of the operator breaks, or by which it breaks another one, at its place in its own file. */
function brokenByAddition(
  { code, object, field, what, remedy }: Finding,
  { at, manifest }: IncludedObject,
  path: Finding['path'],
): Diagnostic {
  const other = objectKey(object) === objectKey(objectId(manifest)) ? '' : 'with this object, ';
  return {
    position: at(path.length === 0 ? ['kind'] : path),
    code: 'MG127',
    what: `${other}${objectText(object)}${field === undefined ? '' : ` ${short(field)}`} ${short(what)} (${code})`,
    // Programs of the stack have nothing to do with it.
    remedy: short(remedy.replace(TO_SECRET, IN_INCLUDED)),
  };
}

/** Names and values that an override brings can be of any length; a line of the report cannot. */
function short(text: string): string {
  return text.length > 500 ? `${text.slice(0, 497)}...` : text;
}
