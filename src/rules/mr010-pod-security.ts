import { NAMESPACE } from '../kinds/keys.ts';
import { at } from '../plain/data.ts';
import { baseline } from './pod-security/baseline.ts';
import { restricted } from './pod-security/restricted.ts';
import type { Check } from './pod-security/violation.ts';
import { inWords } from './reading/data.ts';
import { finding, type Located, objects, ofKind } from './reading/objects.ts';
import { type PodTemplate, podTemplates } from './reading/pods.ts';
import type { Finding, Rule } from './rule.ts';

const code = 'MR010';
const label = 'pod-security.kubernetes.io/enforce';

const levels: Readonly<Record<string, readonly Check[]>> = {
  privileged: [],
  baseline,
  restricted: [...baseline, ...restricted],
};

/** Checks that the level a namespace enforces admits the pods rendered into it. */
export const podSecurityRule: Rule = {
  code,
  title: 'Every namespace enforces a Pod Security level that admits its pods.',
  check(input) {
    const all = objects(input);
    const pods = podTemplates(all);
    return ofKind(all, NAMESPACE).flatMap((namespace) =>
      checkNamespace(
        namespace,
        pods.filter((pod) => pod.owner.namespace === namespace.name),
      ),
    );
  },
};

function checkNamespace(namespace: Located, pods: readonly PodTemplate[]): readonly Finding[] {
  const level = at(namespace.data, 'metadata', 'labels', label);
  const checks = typeof level === 'string' && Object.hasOwn(levels, level) ? levels[level] : undefined;
  if (checks === undefined) {
    const what = level === undefined ? 'is not set' : `is ${JSON.stringify(level)}`;
    const remedy = `label it with ${label}: restricted, baseline or privileged`;
    return [finding(code, namespace, `metadata.labels["${label}"]`, what, remedy)];
  }
  return pods.flatMap((pod) => {
    // Restricted says again what baseline says of the same field.
    const violations = new Map<string, string>();
    for (const { field, what } of checks.flatMap((check) => check(pod))) {
      if (!violations.has(field)) violations.set(field, what);
    }
    const remedy = `change the pod, or label namespace ${namespace.name} with a wider level`;
    return [...violations].map(([field, what]) =>
      finding(code, pod.owner, field, `${what}, which level "${inWords(level)}" does not admit`, remedy),
    );
  });
}
