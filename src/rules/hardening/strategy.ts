import { at, text, texts } from '../../plain/data.ts';
import { items } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { type PodTemplate, portsOf } from '../reading/pods.ts';
import { holds, type Report } from './report.ts';

/** Checks that a workload never starts a second pod while there is one whose ports or volumes it needs. */
export function checkStrategy(pod: PodTemplate, claims: readonly Located[], report: Report): void {
  const { owner, spec } = pod;
  const field = owner.knowledge?.pod?.strategy;
  if (field === undefined) return;
  const strategy = at(owner.data, ...field.split('.'));
  if (at(strategy, 'type') === 'Recreate') return;
  const surge = at(strategy, 'rollingUpdate', 'maxSurge');
  const surges = surge !== 0 && surge !== '0' && surge !== '0%';
  const bound =
    spec.hostNetwork === true ||
    pod.containers.flatMap(portsOf).some((port) => (port.data.hostPort ?? 0) !== 0);
  const place = `${field}.type`;
  if (bound && surges) {
    const what = `${holds(at(strategy, 'type'))}: a new pod could not bind ports of the node that the old one holds`;
    report(owner, place, what, 'write strategy: {type: Recreate}');
  }
  for (const volume of items(spec.volumes, '')) {
    const name = text(at(volume.data, 'persistentVolumeClaim', 'claimName'));
    const claim = claims.find((it) => it.name === name && it.namespace === owner.namespace);
    // The access mode of a claim from elsewhere is not known here.
    if (claim === undefined || texts(at(claim.data, 'spec', 'accessModes')).some((it) => /Many$/.test(it)))
      continue;
    const what = `${holds(at(strategy, 'type'))}: a new pod on another node could not mount claim "${name}"`;
    report(owner, place, what, 'write strategy: {type: Recreate}');
  }
}
