import { suggestion } from '../../plain/nearest.ts';
import { type Container, handlersOf, type PodTemplate, portsOf } from '../reading/pods.ts';
import type { Report } from './report.ts';

/** Checks that a served container is probed, and that probes and hooks name ports it has. */
export function checkProbes({ owner }: PodTemplate, container: Container, report: Report): void {
  const { data, path, init } = container;
  if (
    !init &&
    owner.knowledge?.pod?.replaced === true &&
    data.livenessProbe === undefined &&
    data.readinessProbe === undefined
  ) {
    const what = 'has neither livenessProbe nor readinessProbe: a hanging program would stay in service';
    report(owner, path, what, 'add a readinessProbe');
  }
  const names = portsOf(container).flatMap((port) => (port.name === undefined ? [] : [port.name]));
  for (const handler of handlersOf(container)) {
    const { port } = handler.data;
    if (typeof port !== 'string' || names.includes(port)) continue;
    const remedy = `${suggestion(port, names)}its ports: ${names.join(', ') || 'none'}`;
    report(owner, `${handler.path}.port`, `names port "${port}", which the container does not have`, remedy);
  }
}
