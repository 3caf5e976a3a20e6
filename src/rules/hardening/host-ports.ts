import { text, textMap } from '../../plain/data.ts';
import { keptApart } from '../../plain/node-selector.ts';
import { objectText } from '../../stack/manifest.ts';
import { inWords } from '../reading/data.ts';
import { type PodTemplate, portsOf } from '../reading/pods.ts';
import type { Report } from './report.ts';

interface Binding {
  readonly pod: PodTemplate;
  readonly container: string;
  readonly address: string;
}

const everywhere = new Set(['', '0.0.0.0', '::']);

/** Checks that no two pods, which may land on one node, bind the same port of it. */
export function checkHostPorts(pods: readonly PodTemplate[], report: Report): void {
  const taken = new Map<string, Binding[]>();
  for (const pod of pods) {
    const host = pod.spec.hostNetwork === true;
    // Init containers end before the others start; only sidecars among them keep their ports.
    const containers = pod.containers.filter((it) => !it.init || it.data.restartPolicy === 'Always');
    for (const container of containers) {
      for (const port of portsOf(container)) {
        const { hostPort } = port.data;
        if (host && hostPort !== undefined && hostPort !== port.number) {
          const what = `is ${inWords(hostPort)}, but on the host network it must equal containerPort`;
          report(pod.owner, `${port.path}.hostPort`, what, 'remove hostPort');
        }
        const number = host ? port.number : hostPort;
        if (number === undefined || number === 0) continue;
        const key = `${inWords(number)}/${port.protocol}`;
        const address = text(port.data.hostIP) ?? '';
        const others = taken.get(key) ?? [];
        const clash = others.find(
          (it) =>
            (it.address === address || everywhere.has(it.address) || everywhere.has(address)) &&
            !keptApart(textMap(it.pod.spec.nodeSelector), textMap(pod.spec.nodeSelector)),
        );
        if (clash !== undefined) {
          const what = `binds port ${key} of the node, as container "${clash.container}" of ${objectText(clash.pod.owner)} does`;
          report(pod.owner, port.path, what, 'give one of them another port');
        }
        taken.set(key, [...others, { pod, container: container.name, address }]);
      }
    }
  }
}
