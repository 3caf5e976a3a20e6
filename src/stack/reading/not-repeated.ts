import * as z from 'zod';

/**
 * Parts of a file where a person may have written a secret by mistake: what stands there is not repeated, and the
 * remedy says what to do with it.
 */
export const notRepeated = z.registry<{ readonly remedy: string }>();
