import { CLAIM } from '../kinds/keys.ts';
import { at } from '../plain/data.ts';
import { objectKey } from '../stack/manifest.ts';
import { checkChanges } from './hardening/changes.ts';
import { checkContainer, checkImage } from './hardening/container.ts';
import { checkHostPorts } from './hardening/host-ports.ts';
import { checkNode, usesPorts } from './hardening/node.ts';
import { checkPodSpec } from './hardening/pod.ts';
import { checkProbes } from './hardening/probes.ts';
import { code, type Report } from './hardening/report.ts';
import { checkStrategy } from './hardening/strategy.ts';
import { finding, type Located, objects, ofKind } from './reading/objects.ts';
import { podTemplates } from './reading/pods.ts';
import type { Finding, Rule } from './rule.ts';

/** Checks that pods ask for no more than they need, and can be replaced safely. */
export const hardeningRule: Rule = {
  code,
  title: 'Pods are hardened, sized, probed, and replaced safely.',
  policy: true,
  check(input) {
    const all = objects(input);
    const pods = podTemplates(all);
    const claims = ofKind(all, CLAIM);
    const findings: Finding[] = [];
    const report: Report = (located, field, what, remedy) => {
      findings.push(finding(code, located, field, what, remedy));
    };
    const before =
      input.before === undefined ? undefined : objects({ files: input.before, promisedSecrets: [] });
    const onNode = before === undefined ? undefined : podsOnNode(before);
    for (const pod of pods) {
      checkPodSpec(pod, report);
      checkNode(pod, onNode?.has(objectKey(pod.owner)) ?? true, report);
      for (const container of pod.containers) {
        checkContainer(pod, container, report);
        checkProbes(pod, container, report);
      }
      checkStrategy(pod, claims, report);
    }
    checkHostPorts(pods, report);
    for (const located of all) {
      for (const field of located.knowledge?.images ?? []) {
        const image = at(located.data, ...field.split('.'));
        // Without it the operator's own, or that of a catalog.
        if (image !== undefined) checkImage(located, field, image, report);
      }
    }
    if (before !== undefined) checkChanges(all, before, report);
    return findings;
  },
};

/** The workloads that had ports of their node before somebody changed them. */
function podsOnNode(before: readonly Located[]): ReadonlySet<string> {
  return new Set(
    podTemplates(before)
      .filter(usesPorts)
      .map(({ owner }) => objectKey(owner)),
  );
}
