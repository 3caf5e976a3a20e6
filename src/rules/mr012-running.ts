import { at, text } from '../plain/data.ts';
import { usesPorts } from './hardening/node.ts';
import { items } from './reading/data.ts';
import { finding, objects } from './reading/objects.ts';
import { type PodTemplate, podTemplates } from './reading/pods.ts';
import type { Finding, Rule } from './rule.ts';

const code = 'MR012';

/** Checks that everything rendered really runs: at least one pod of each, and each pod on a node with room for it. */
export const runningRule: Rule = {
  code,
  title: 'Every workload runs, and every pod finds a node whose ports are free.',
  policy: true,
  check: (input) => podTemplates(objects(input)).flatMap(checkPod),
};

function checkPod(pod: PodTemplate): readonly Finding[] {
  const { owner } = pod;
  const replicas = at(owner.data, 'spec', 'replicas');
  const field = 'spec.replicas';
  if (replicas === 0) {
    return [finding(code, owner, field, 'is 0: the program does not run at all', 'write replicas: 1')];
  }
  if (typeof replicas !== 'number' || replicas < 2 || !usesPorts(pod) || isSpread(pod)) return [];
  const what = `is ${replicas}, but each pod needs the same ports of its node: the second waits for another node`;
  const remedy = 'write replicas: 1, or spread the pods over nodes with a required podAntiAffinity';
  return [finding(code, owner, field, what, remedy)];
}

function isSpread({ spec }: PodTemplate): boolean {
  const path = ['affinity', 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution'];
  return items(at(spec, ...path), '').some(({ data }) => text(data.topologyKey) === 'kubernetes.io/hostname');
}
