import { type Mount, scratch } from '../../../src/kubernetes/mounts.ts';

/** The images' own user since stable-11146. */
export const JITSI_USER = 1000;

/**
 * The folders these images write to. `/run` holds the supervisor with its scripts, so it stays executable.
 *
 * @param tmp size of /tmp; a Java program that runs out of memory writes its whole heap there
 */
export function jitsiScratch(tmp: string): readonly Mount[] {
  return [scratch('run', '/run', '16Mi', true), scratch('tmp', '/tmp', tmp)];
}

/** The supervisor refuses a `/run` that everybody may write, which is what Kubernetes makes. */
export const SUPERVISOR_ENV = {
  name: 'S6_YES_I_WANT_A_WORLD_WRITABLE_RUN_BECAUSE_KUBERNETES',
  value: '1',
} as const;
