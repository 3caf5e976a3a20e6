import { checkContainer } from './hardening/container.ts';
import { checkHostPorts } from './hardening/host-ports.ts';
import { checkPodSpec } from './hardening/pod.ts';
import { checkProbes } from './hardening/probes.ts';
import { code, type Report } from './hardening/report.ts';
import { checkStrategy } from './hardening/strategy.ts';
import { finding, objects, ofKind } from './reading/objects.ts';
import { podTemplates } from './reading/pods.ts';
import type { Finding, Rule } from './rule.ts';

/** Checks that pods ask for no more than they need, and can be replaced safely. */
export const hardeningRule: Rule = {
  code,
  title: 'Pods are hardened, sized, probed, and replaced safely.',
  check(input) {
    const all = objects(input);
    const pods = podTemplates(all);
    const claims = ofKind(all, '', 'PersistentVolumeClaim');
    const findings: Finding[] = [];
    const report: Report = (located, field, what, remedy) => {
      findings.push(finding(code, located, field, what, remedy));
    };
    for (const pod of pods) {
      checkPodSpec(pod, report);
      for (const container of pod.containers) {
        checkContainer(pod, container, report);
        checkProbes(pod, container, report);
      }
      checkStrategy(pod, claims, report);
    }
    checkHostPorts(pods, report);
    return findings;
  },
};
