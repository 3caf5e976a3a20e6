import { type Part, parts } from './regexp-parts.ts';

/**
 * The text with which everything begins in which a regular expression is found: `^/a/(b|c)$` -> `/a/`. It is empty
 * where nothing is sure, as for one that may be found anywhere.
 */
export function sureBeginning(regexp: string): string {
  const part = parts(regexp);
  return part === undefined ? '' : (beginning(part, false) ?? '');
}

/**
 * @param isAtStart whether what comes before this part is the start of the text and nothing else
 * @returns undefined where it may be found elsewhere than at the start
 */
function beginning(part: Part, isAtStart: boolean): string | undefined {
  const open: Part[] = [part];
  let text = '';
  let anchored = isAtStart;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [first, ...others] = next.kind === 'either' ? next.parts : [];
    if (next.kind === 'sequence') open.push(...next.parts.toReversed());
    else if (first !== undefined && others.length === 0) open.push(first);
    else if (next.kind === 'start') anchored = true;
    else if (next.kind === 'character' && anchored && next.only !== undefined) text += next.only;
    else if (next.kind === 'either') return more(next.parts, anchored, text);
    else break;
  }
  return anchored ? text : undefined;
}

/** What all alternatives have in common. What comes after them is not looked at. */
function more(alternatives: readonly Part[], isAtStart: boolean, text: string): string | undefined {
  let common: string | undefined;
  for (const one of alternatives) {
    const found = beginning(one, isAtStart);
    if (found === undefined) return undefined;
    common = common === undefined ? found : shared(common, found);
  }
  return `${text}${common ?? ''}`;
}

function shared(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length++;
  return one.slice(0, length);
}
