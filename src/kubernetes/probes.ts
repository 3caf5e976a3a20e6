import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';

/** How often a probe asks, and how many failures count, in seconds and times. */
export interface Timing {
  readonly every: number;
  readonly failures: number;
  /** @default 5 */
  readonly timeout?: number;
}

/** Asks over HTTP on a port of the container, by the port's name. */
export function httpProbe(port: string, path: string, timing: Timing): k8s.Probe {
  return { httpGet: { path, port: k8s.IntOrString.fromString(port) }, ...rhythm(timing) };
}

/** Opens a TCP connection to a port of the container, by the port's name. */
export function tcpProbe(port: string, timing: Timing): k8s.Probe {
  return { tcpSocket: { port: k8s.IntOrString.fromString(port) }, ...rhythm(timing) };
}

/** Runs a program in the container; for ports that only the container itself can reach. */
export function execProbe(command: readonly string[], timing: Timing): k8s.Probe {
  return { exec: { command: [...command] }, ...rhythm(timing) };
}

function rhythm({
  every,
  failures,
  timeout,
}: Timing): Pick<k8s.Probe, 'periodSeconds' | 'failureThreshold' | 'timeoutSeconds'> {
  return { periodSeconds: every, failureThreshold: failures, timeoutSeconds: timeout ?? 5 };
}
