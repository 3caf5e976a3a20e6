import { isEverything, type Opened, opened } from './entrances/opened.ts';
import { finding } from './reading/objects.ts';
import type { Rule } from './rule.ts';

const code = 'MR013';

/** Finds routes that somebody has made wider than they were. */
export const entrancesRule: Rule = {
  code,
  title: 'Entrances open no more than the stack needs.',
  policy: true,
  check: (input) =>
    opened(input).map((one) =>
      finding(code, one.route.owner, one.route.field, whatOf(one), 'name only the paths that people need'),
    ),
};

function whatOf({ route, paths, anyHost }: Opened): string {
  if (anyHost) return `answers for every host of the entrance, and leads to ${route.to}`;
  if (paths.length === 0) return `leads to ${route.to}, which no entrance leads to otherwise`;
  if (isEverything(paths)) return `opens the whole host: every path leads to ${route.to}`;
  const named = paths.filter((path) => route.literals.includes(path));
  const shown = (named.length > 0 ? named : paths).slice(0, 3).join(', ');
  return `opens more paths, such as ${shown}, which lead to ${route.to}`;
}
