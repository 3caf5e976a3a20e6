import { type Data, isRecord } from '../plain/data.ts';
import type { Path } from '../stack/reading/path.ts';
import type { Field } from './kind.ts';

/** Where an object has a field. */
export interface Place {
  readonly path: Path;
  /** Undefined where the group is there and the key is not. */
  readonly value: unknown;
  /** What the field is in. */
  readonly group: Data;
}

/**
 * Every place of a field in an object; none where a list is empty or a group on the way is missing.
 *
 * @example
 * places({ spec: { rules: [{ name: 'a' }] } }, 'spec.rules[].name') // one, at ['spec', 'rules', 0, 'name']
 */
export function places(object: Data, field: Field): readonly Place[] {
  const found: Place[] = [];
  collect(object, stepsOf(field), 0, [], found);
  return found;
}

interface Step {
  readonly key: string;
  readonly isList: boolean;
}

/** Rules ask for the same few fields in every object. */
const known = new Map<Field, readonly Step[]>();

function stepsOf(field: Field): readonly Step[] {
  let steps = known.get(field);
  if (steps === undefined) {
    steps = field
      .split('.')
      .map((step) =>
        step.endsWith('[]') ? { key: step.slice(0, -2), isList: true } : { key: step, isList: false },
      );
    known.set(field, steps);
  }
  return steps;
}

function collect(group: unknown, steps: readonly Step[], at: number, path: Path, found: Place[]): void {
  const step = steps[at];
  if (step === undefined || !isRecord(group)) return;
  const value = Object.getOwnPropertyDescriptor(group, step.key)?.value;
  const here = [...path, step.key];
  if (step.isList) {
    if (!Array.isArray(value)) return;
    for (const [index, item] of value.entries()) collect(item, steps, at + 1, [...here, index], found);
  } else if (at === steps.length - 1) {
    found.push({ path: here, value, group });
  } else {
    collect(value, steps, at + 1, here, found);
  }
}
