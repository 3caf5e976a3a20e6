import type { Located } from '../reading/objects.ts';

/** The code of the rule whose parts stand in this folder. */
export const code = 'MR006';

/** Takes a finding on a field of an object. */
export type Report = (located: Located, field: string, what: string, remedy: string) => void;

/** What a field holds, in the words of a finding. */
export function holds(value: unknown): string {
  return value === undefined ? 'is not set' : `is ${JSON.stringify(value)}`;
}
