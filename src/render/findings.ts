import { resolve } from '../../charts/stack/resolve.ts';
import { stackSchema } from '../../charts/stack/schema.ts';
import { secretRemedy } from '../../charts/stack/secret-remedy.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { valueAt } from '../plain/data.ts';
import { TO_SECRET } from '../plain-secrets/forms.ts';
import type { Finding } from '../rules/rule.ts';
import type { Diagnostic } from '../stack/diagnostic.ts';
import { LISTED, moreErrors } from '../stack/listed.ts';
import { objectKey, objectText } from '../stack/manifest.ts';
import type { Path, YamlSource } from '../stack/reading/yaml-source.ts';
import { blamer } from './blame.ts';
import { brokenRules } from './objects.ts';

/** What rules object to, at its place: in the stack file, or in a rendered file where no setting is at fault. */
export interface PlacedFindings {
  readonly diagnostics: readonly Diagnostic[];
  /** What no setting is at fault for: a mistake of this program. */
  readonly findings: readonly Finding[];
}

/** Times that a stack is rendered to find places in its file: more would take seconds. */
const MOST_TRIALS = 150;

/**
 * Finds the settings because of which rules object to rendered objects: whoever wrote them mends them there. A stack
 * is rendered without one part of its file after the other, until the finding goes with one.
 */
export function placedFindings(
  findings: readonly Finding[],
  stack: Stack,
  source: YamlSource | undefined,
): PlacedFindings {
  if (findings.length === 0 || source === undefined) return { diagnostics: [], findings };
  const broken = trials(stack);
  const placeOf = blamer(source.data, (data) => stackSchema.safeParse(data).success);
  const diagnostics: Diagnostic[] = [];
  const left: Finding[] = [];
  for (const [index, finding] of findings.entries()) {
    if (diagnostics.length === LISTED) {
      const last = diagnostics.at(-1)?.position ?? source.at([]);
      return { diagnostics: [...diagnostics, moreErrors(last, findings.length - index)], findings: left };
    }
    const key = keyOf(finding);
    const at = placeOf((data) => broken(data)?.has(key) !== false);
    if (at === undefined) left.push(finding);
    else diagnostics.push(diagnostic(finding, at, source));
  }
  return { diagnostics, findings: left };
}

/** What is wrong with the stack that other data of its file give; undefined where that cannot be told. */
function trials(stack: Stack): (data: unknown) => ReadonlySet<string> | undefined {
  const known = new Map<string, ReadonlySet<string> | undefined>();
  const tried = (data: unknown): ReadonlySet<string> | undefined => {
    const { data: written } = stackSchema.safeParse(data);
    if (written === undefined) return undefined;
    try {
      const extraFiles = stack.extraFiles.filter(({ at }) => valueAt(written, at) !== undefined);
      const other = resolve(written, { file: stack.file, images: stack.images, extraFiles });
      return new Set(
        brokenRules({ ...other, secretFiles: stack.secretFiles, included: stack.included }).map(keyOf),
      );
    } catch {
      // Settings that need each other: without one of them a chart may not know what to do.
      return undefined;
    }
  };
  return (data) => {
    const key = JSON.stringify(data);
    if (!known.has(key)) known.set(key, known.size < MOST_TRIALS ? tried(data) : undefined);
    return known.get(key);
  };
}

function keyOf({ code, object, field = '', what }: Finding): string {
  return JSON.stringify([code, objectKey(object), field, what]);
}

function diagnostic(
  { code, object, field, what, remedy }: Finding,
  at: Path,
  source: YamlSource,
): Diagnostic {
  return {
    position: source.at(at),
    code: 'MG180',
    what: `with this, ${objectText(object)}${field === undefined ? '' : ` ${field}`} ${what} (${code})`,
    // A rule cannot know what the program of this place can take.
    remedy: remedy.replace(TO_SECRET, (all) => secretRemedy(at) ?? all),
  };
}
