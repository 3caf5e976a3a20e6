import * as z from 'zod';
import { cpu, memory } from '../stack/fields.ts';

/** CPU and memory of one container. A missing CPU limit is deliberate: throttling is heard in calls. */
export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu?: string; readonly memory: string };
}

/** The knob for everything whose amount depends on how many people use the server. */
export type Size = 'small' | 'medium' | 'large';

/** Amounts for each size. */
export type BySize<T> = Readonly<Record<Size, T>>;

/** One thing that the size decides, for the reference page. */
export interface SizeRow {
  readonly what: string;
  readonly values: BySize<string>;
  /** Where the numbers come from. */
  readonly because: string;
}

/** Resources in words: `500m CPU, 1Gi; at most 3Gi`. */
export function resourcesText({ requests, limits }: Resources): string {
  const most = limits.cpu === undefined ? limits.memory : `${limits.cpu} CPU, ${limits.memory}`;
  return `${requests.cpu} CPU, ${requests.memory}; at most ${most}`;
}

/** A row of the reference page: one value for each size. */
export function sizeRow<T>(
  what: string,
  table: BySize<T>,
  read: (one: T) => string,
  because: string,
): SizeRow {
  const { small, medium, large } = table;
  return { what, values: { small: read(small), medium: read(medium), large: read(large) }, because };
}

const amounts = z.strictObject({ cpu: cpu.optional(), memory: memory.optional() });

/** The stack file's way to set single amounts over those of the size. */
export const resourcesField = z
  .strictObject({
    requests: amounts.optional().describe('What the scheduler reserves.'),
    limits: amounts
      .optional()
      .describe('The most the container may use; above its memory limit it is killed.'),
  })
  .describe('Replaces single amounts that `size` sets.');

/** The parsed form of {@link resourcesField}. */
export type ResourcesOverride = z.infer<typeof resourcesField>;

/** Puts the amounts a person wrote over those of the size; what they did not write stays. */
export function overrideResources(base: Resources, override: ResourcesOverride | undefined): Resources {
  const limitCpu = override?.limits?.cpu ?? base.limits.cpu;
  return {
    requests: {
      cpu: String(override?.requests?.cpu ?? base.requests.cpu),
      memory: override?.requests?.memory ?? base.requests.memory,
    },
    limits: {
      ...(limitCpu === undefined ? {} : { cpu: String(limitCpu) }),
      memory: override?.limits?.memory ?? base.limits.memory,
    },
  };
}
