import { at } from '../../plain/data.ts';
import { inWords, items } from '../reading/data.ts';
import { type Container, type PodTemplate, portsOf } from '../reading/pods.ts';

/** A field that a Pod Security level forbids. */
export interface Violation {
  readonly field: string;
  readonly what: string;
}

/** A check of one pod. */
export type Check = (pod: PodTemplate) => readonly Violation[];

/** A pod's and its containers' security contexts, with their paths. */
export function contexts(pod: PodTemplate): readonly { path: string; value: unknown }[] {
  return [
    { path: `${pod.path}.securityContext`, value: pod.spec.securityContext },
    ...allContainers(pod).map(({ path, data }) => ({
      path: `${path}.securityContext`,
      value: data.securityContext,
    })),
  ];
}

/** Containers of every sort: Pod Security looks at ephemeral ones too. */
export function allContainers(pod: PodTemplate): readonly Container[] {
  const ephemeral = items(pod.spec.ephemeralContainers, `${pod.path}.ephemeralContainers`);
  return [...pod.containers, ...ephemeral.map((it) => ({ ...it, name: '', init: false }))];
}

/** Violations where a field of some contexts does not hold an allowed value. */
export function forbid(
  pod: PodTemplate,
  keys: readonly string[],
  allowed: (value: unknown) => boolean,
): readonly Violation[] {
  return contexts(pod).flatMap(({ path, value }) => {
    const found = at(value, ...keys);
    return allowed(found)
      ? []
      : [{ field: `${path}.${keys.join('.')}`, what: `is ${JSON.stringify(found)}` }];
  });
}

/** Ports that a pod asks of its node by `hostPort`. */
export function hostPorts(pod: PodTemplate): readonly Violation[] {
  return allContainers(pod).flatMap((container) =>
    portsOf(container)
      .filter((port) => (port.data.hostPort ?? 0) !== 0)
      .map((port) => ({ field: `${port.path}.hostPort`, what: `is ${inWords(port.data.hostPort)}` })),
  );
}
