import type { PodTemplate } from '../reading/pods.ts';
import { holds, type Report } from './report.ts';

/** Checks the settings of a pod as a whole. */
export function checkPodSpec({ owner, spec, path }: PodTemplate, report: Report): void {
  if (spec.enableServiceLinks !== false) {
    const what = `${holds(spec.enableServiceLinks)}: every Service of the namespace would become variables`;
    report(owner, `${path}.enableServiceLinks`, what, 'write enableServiceLinks: false');
  }
  if (spec.automountServiceAccountToken !== false) {
    const what = `${holds(spec.automountServiceAccountToken)}: the pod would hold a token for the Kubernetes API`;
    report(owner, `${path}.automountServiceAccountToken`, what, 'write automountServiceAccountToken: false');
  }
  if (spec.hostNetwork === true && spec.dnsPolicy !== 'ClusterFirstWithHostNet') {
    const what = `${holds(spec.dnsPolicy)} on the host network: names of Services would not resolve`;
    report(owner, `${path}.dnsPolicy`, what, 'write dnsPolicy: ClusterFirstWithHostNet');
  }
}
