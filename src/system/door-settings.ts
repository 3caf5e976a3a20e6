import * as z from 'zod';
import { duration, seconds } from '../stack/fields.ts';
import type { RequestLimit } from '../topology/topology.ts';

const rateLimit = z.strictObject({
  requests: z
    .int()
    .min(1, 'write a number above 0')
    .max(100_000, 'write at most 100000')
    .optional()
    .describe('How many requests one address may send in the time of per, in the long run. Default: 30.'),
  per: duration.optional().describe('Default: 1m.'),
  burst: z
    .int()
    .min(1, 'write a number above 0')
    .max(100_000, 'write at most 100000')
    .optional()
    .describe(
      'How many of them may come at once. Keep it small: an address that is quiet for a few seconds may send as many again. Default: 15.',
    ),
});

/**
 * What can be written at any door beside its entrance. Each is off unless it is written, and an error where the entrance
 * cannot do it (`door` of its abilities).
 */
export const doorFields = {
  redirect: z
    .boolean()
    .optional()
    .describe(
      'Whether plain HTTP for the hosts of this door is redirected to HTTPS, at the entry point cluster.traefik.entryPoints.http. HTTP-01 challenges of ACME are left alone. Default: false.',
    ),
  rateLimit: rateLimit
    .optional()
    .describe(
      "Limits how often one address may try to log in, register or reset a password, before a program is asked; whoever exceeds it gets the status 429. Write {} for the defaults. It counts in each replica of the entrance. Synapse's own limits (rc_login, rc_registration) count after it. Default: no limit.",
    ),
  proxies: z
    .int()
    .min(1, 'write a number above 0')
    .max(9, 'write at most 9')
    .optional()
    .describe(
      'How many proxies stand between visitors and the entrance, each of which adds the address of whom it serves to X-Forwarded-For. Load balancers that pass on TCP connections do not count. It decides which address rateLimit counts, and what SUMMARY.md says. Default: 0.',
    ),
};

/** A key of {@link doorFields}. */
export type DoorSetting = keyof typeof doorFields;

/** What {@link doorFields} come to; absent where it is off. */
export interface DoorSettings {
  readonly redirect?: true;
  readonly rateLimit?: RequestLimit;
  readonly proxies?: number;
}

type WrittenSettings = { readonly [Key in DoorSetting]?: z.infer<(typeof doorFields)[Key]> };

/** Fills in the defaults. */
export function resolveDoorSettings({ redirect, rateLimit, proxies }: WrittenSettings): DoorSettings {
  return {
    ...(redirect === true ? { redirect } : {}),
    ...(rateLimit === undefined
      ? {}
      : {
          rateLimit: {
            requests: rateLimit.requests ?? 30,
            seconds: seconds(rateLimit.per ?? '1m'),
            burst: rateLimit.burst ?? 15,
          },
        }),
    ...(proxies === undefined ? {} : { proxies }),
  };
}
