import type { CheckFinding } from '../../../src/stack/finding.ts';
import type { Placed } from '../../../src/system/component.ts';
import { COMPONENT_NAMES, type ComponentName, components, type Settings } from '../../index.ts';
import type { StackFile } from '../schema.ts';
import type { Check } from './check.ts';

/** What each component says itself of its part of the stack file. */
export const checkComponents: Check = (written, stack) => {
  // The same components, seen so that the type of what each name comes to shows.
  const declared: {
    readonly [Name in ComponentName]: {
      findings(written: StackFile[Name], own: Settings[Name], whole: Placed): readonly CheckFinding[];
    };
  } = components;
  const whole: Placed = { facts: stack, offers: stack.offers, topology: stack.topology };
  const findingsOf = <Name extends ComponentName>(name: Name): readonly CheckFinding[] =>
    declared[name].findings(written[name], stack[name], whole);
  return COMPONENT_NAMES.flatMap((name) => findingsOf(name));
};
