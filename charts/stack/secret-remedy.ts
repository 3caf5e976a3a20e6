import { dotted, type Path } from '../../src/stack/reading/yaml-source.ts';
import { COMPONENT_NAMES, components } from '../index.ts';

/** What the place of a reference to a Secret is written as. */
const REFERENCE = '{fromSecret: NAME, key: KEY}';

/**
 * What to write instead of a secret in a raw addition: only what its program can take.
 *
 * @param at a place of the stack file
 * @returns undefined outside the raw additions
 */
export function secretRemedy(at: Path): string | undefined {
  for (const name of COMPONENT_NAMES) {
    const { additions, secretConfigs, extraFiles } = components[name];
    const addition = additions.find((one) => isWithin(at, [name, ...one.at]));
    if (addition === undefined) continue;
    const files = extraFiles.find((one) => dotted(one.at.slice(0, -1)) === dotted(addition.at.slice(0, -1)));
    // A program that serves its files serves its settings too.
    if (files?.served !== undefined) return 'remove it: this program shows its settings to everybody';
    if (addition.takesSecrets === true) {
      return `declare a Secret in secrets.own, and write ${REFERENCE} in place of the value`;
    }
    const option = at.slice(addition.at.length + 1);
    const config = secretConfigs.find(
      (one) =>
        dotted(one.plain) === dotted(addition.at) &&
        (one.kind === 'file' || one.options.some((path) => isWithin(path, option))),
    );
    const ways = [
      ...(config === undefined
        ? []
        : [`move the option to ${dotted([name, ...config.at])}, with ${REFERENCE} in place of the value`]),
      ...(files === undefined
        ? []
        : [
            `use an option that names a file, and give the program that file with ${dotted([name, ...files.at])}: {PATH: ${REFERENCE}}`,
          ]),
    ];
    return ways.length === 0
      ? 'remove it: this program cannot take a value from a Secret'
      : `declare a Secret in secrets.own, and ${ways.join(', or ')}`;
  }
  return undefined;
}

function isWithin(at: Path, group: Path): boolean {
  return group.every((step, index) => step === at[index]);
}
