import { valueAt } from '../../../src/plain/data.ts';
import { nearest } from '../../../src/plain/nearest.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { dotted, type Path } from '../../../src/stack/reading/yaml-source.ts';
import type { Owned } from '../../../src/system/extra-config.ts';
import type { FragmentContents, SecretConfig } from '../../../src/system/secret-config.ts';
import type { StackFile } from '../schema.ts';

/**
 * What is wrong with options that become variables of the program's environment.
 *
 * @param path where the fragment is
 * @param additions where plain additions to the same program are
 * @param secrets findings for secrets in plain text, which are said once
 */
export function variableFindings({
  path,
  contents,
  additions,
  secrets,
  config,
  written,
}: {
  readonly path: Path;
  readonly contents: FragmentContents;
  readonly additions: Path;
  readonly secrets: readonly CheckFinding[];
  readonly config: Extract<SecretConfig, { readonly kind: 'environment' }>;
  readonly written: StackFile;
}): readonly CheckFinding[] {
  return [
    ...notFromSecrets(path, contents, additions, secrets),
    ...inLists(path, contents),
    ...replacements(path, contents, additions, config.owned, written),
    ...unknownOptions(path, contents, additions, config),
  ];
}

/** A variable can only be made from a Secret: what is not secret goes into the file. */
function notFromSecrets(
  path: Path,
  { literals: all, references }: FragmentContents,
  plain: Path,
  secrets: readonly CheckFinding[],
): readonly CheckFinding[] {
  // Where nothing comes from a Secret, that is said once.
  if (references.length === 0) return [];
  return all
    .map(({ at }) => [...path, ...at])
    .filter((at) => !secrets.some((one) => dotted(one.at) === dotted(at)))
    .map((at) => ({
      code: 'MG101',
      at,
      what: `${dotted(at)} does not come from a Secret`,
      remedy: `write it in ${dotted(plain)}`,
    }));
}

function inLists(path: Path, { references }: FragmentContents): readonly CheckFinding[] {
  return references
    .filter(({ at }) => at.some((step) => typeof step === 'number'))
    .map(({ at }) => ({
      code: 'MG101',
      at: [...path, ...at],
      what: `${dotted([...path, ...at])} is in a list, and the program takes no value of a list from its environment`,
      remedy: `give it the value as a file in ${dotted([...path.slice(0, -1), 'extraFiles'])}, and name that file in an option such as secret_file`,
    }));
}

/** What the program has no variable for it would ignore without a word, or take for something else. */
function unknownOptions(
  path: Path,
  { references }: FragmentContents,
  plain: Path,
  { options, owned }: Extract<SecretConfig, { readonly kind: 'environment' }>,
): readonly CheckFinding[] {
  const files = dotted([...path.slice(0, -1), 'extraFiles']);
  return references.flatMap(({ at }): readonly CheckFinding[] => {
    // What is in a list, or belongs to another setting, is an error of its own.
    if (at.some((step) => typeof step === 'number') || ownerOf(at, owned) !== undefined) return [];
    if (options.some((one) => one.length === at.length && isWithin(at, one))) return [];
    const names = options.map(dotted);
    const meant = nearest(dotted(at), names)?.split('.').join(': {');
    const hint = meant === undefined ? '' : `did you mean ${meant}: …}? `;
    return [
      {
        code: 'MG135',
        at: [...path, ...at],
        what: `the program takes no option ${dotted(at)} from its environment, where ${dotted(path)} goes`,
        remedy: `${hint}it takes ${names.join(', ')}; write other options in ${dotted(plain)}, with the path of a file in ${files} where one of them can read its secret from a file`,
      },
    ];
  });
}

/** The setting that an option, or a group around it, belongs to. */
function ownerOf(at: Path, owned: readonly Owned[]): string | undefined {
  return owned.find(({ path }) => isWithin(at, path))?.owner;
}

function isWithin(at: Path, group: Path): boolean {
  return group.every((step, index) => step === at[index]);
}

/** A variable takes the place of what the file says. */
function replacements(
  path: Path,
  { references }: FragmentContents,
  plain: Path,
  owned: readonly Owned[],
  written: StackFile,
): readonly CheckFinding[] {
  return references.flatMap(({ at }): readonly CheckFinding[] => {
    const here = [...path, ...at];
    const owner = ownerOf(at, owned);
    if (owner !== undefined) {
      const what = `${dotted(here)} would replace what belongs to ${owner}`;
      return [{ code: 'MG103', at: here, what, remedy: 'leave it out' }];
    }
    const other = [...plain, ...at];
    if (valueAt(written, other) === undefined) return [];
    const what = `${dotted(here)} would replace ${dotted(other)}`;
    return [{ code: 'MG103', at: here, other, what, remedy: 'write only one of them' }];
  });
}
