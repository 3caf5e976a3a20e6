import { baseline } from '../pod-security/baseline.ts';
import { type PodTemplate, portsOf } from '../reading/pods.ts';
import type { Report } from './report.ts';

/** Ports of the node, which call pods are meant to have. */
const PORTS = /\.(?:hostNetwork|hostPort)$/;
/** What the checks of a container look at more closely. */
const CHECKED_ELSEWHERE = /\.(?:capabilities\.add|seccompProfile\.type)$/;

/**
 * Checks that a pod gets nothing of its node.
 *
 * @param mayUsePorts whether it is meant to have ports of the node
 */
export function checkNode(pod: PodTemplate, mayUsePorts: boolean, report: Report): void {
  for (const { field, what } of baseline.flatMap((check) => check(pod))) {
    if (CHECKED_ELSEWHERE.test(field) || (mayUsePorts && PORTS.test(field))) continue;
    const why = PORTS.test(field)
      ? 'the pod opens ports on its node'
      : 'the pod gets more of its node than it needs';
    report(pod.owner, field, `${what}: ${why}`, 'remove it');
  }
}

/** Whether pods have ports of their node. */
export function usesPorts({ spec, containers }: PodTemplate): boolean {
  return (
    spec.hostNetwork === true ||
    containers.flatMap(portsOf).some(({ data: { hostPort = 0 } }) => hostPort !== 0)
  );
}
