import { at, isRecord } from '../plain/data.ts';
import { allDeliveries } from '../system/delivery/index.ts';
import { walk } from './reading/data.ts';
import { finding, objects } from './reading/objects.ts';
import type { Rule } from './rule.ts';

const code = 'MR007';
/** Those that put values in place of variables, and what keeps them from it. */
const substituting = allDeliveries.flatMap(({ title, noSubstitution }) =>
  noSubstitution === undefined ? [] : [{ title, ...noSubstitution }],
);

/**
 * Finds text that Flux would change: with `postBuild`, every undefined `${name}` becomes empty and `$$`
 * becomes `$`.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution
 */
export const substitutionRule: Rule = {
  code,
  title: `Text that ${substituting.map(({ title }) => title).join(' or ')} would substitute is protected.`,
  check: (input) =>
    objects(input).flatMap((located) => {
      const metadata = at(located.data, 'metadata');
      return substituting.flatMap(({ title, key, value, changes }) => {
        const isProtected = ['annotations', 'labels'].some((map) => at(metadata, map, key) === value);
        const paths = isProtected ? [] : trapped(located.data, changes);
        const [first] = paths;
        if (first === undefined) return [];
        const more = paths.length > 1 ? ` (and ${paths.length - 1} more)` : '';
        const what = `contains "\${" or "$$"${more}, which ${title} replaces when it substitutes variables`;
        return [finding(code, located, first, what, `annotate the object with ${key}: ${value}`)];
      });
    }),
};

/** The paths of all text with a variable in it, keys of mappings included. */
function trapped(object: unknown, holds: (text: string) => boolean): readonly string[] {
  const paths: string[] = [];
  walk(object, '', (value, path) => {
    if (typeof value === 'string' && holds(value)) paths.push(path);
    if (isRecord(value) && Object.keys(value).some(holds)) paths.push(path);
  });
  return paths;
}
