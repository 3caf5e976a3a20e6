import { CLAIM, POD_SCALER } from '../kinds/keys.ts';
import { at, data, text, texts } from '../plain/data.ts';
import { objectKey, objectText } from '../stack/manifest.ts';
import { holds } from './hardening/report.ts';
import { items } from './reading/data.ts';
import { finding, type Located, objects, ofKind } from './reading/objects.ts';
import { type PodTemplate, podTemplates } from './reading/pods.ts';
import type { Finding, Rule, RuleInput } from './rule.ts';

const code = 'MR011';

/** Checks that of a program with data or an identity of its own, two pods never run at once. */
export const singleRule: Rule = {
  code,
  title: 'A program that must run once never runs twice.',
  check(input) {
    const all = objects(input);
    const claims = ofKind(all, CLAIM);
    const single = new Set(runOnce(input).map(objectKey));
    const pods = podTemplates(all);
    return [
      ...pods.flatMap((pod) => checkPod(pod, single.has(objectKey(pod.owner)), claims)),
      ...ofKind(all, POD_SCALER).flatMap((one) =>
        checkScaler(one, pods, (pod) => reason(pod, single.has(objectKey(pod.owner)), claims)),
      ),
    ];
  },
};

/** Workloads that never had two pods at once before somebody changed them. */
function runOnce({ before = [] }: RuleInput): readonly Located[] {
  return objects({ files: before, promisedSecrets: [] }).filter((one) => typeOf(one) === 'Recreate');
}

/** How the pods of a workload are replaced; undefined where it does not say so, or cannot. */
function typeOf({ data, knowledge }: Located): unknown {
  const field = knowledge?.pod?.strategy;
  return field === undefined ? undefined : at(data, ...field.split('.'), 'type');
}

function checkPod(pod: PodTemplate, isDeclared: boolean, claims: readonly Located[]): readonly Finding[] {
  const { owner } = pod;
  const field = owner.knowledge?.pod?.strategy;
  if (field === undefined) return [];
  const why = reason(pod, isDeclared, claims);
  if (why === undefined) return [];
  const replicas = at(owner.data, 'spec', 'replicas');
  const strategy = typeOf(owner);
  return [
    ...(typeof replicas === 'number' && replicas > 1
      ? [
          finding(
            code,
            owner,
            'spec.replicas',
            `is ${replicas}, but ${why}`,
            'write replicas: 1, or remove it',
          ),
        ]
      : []),
    ...(isDeclared && strategy !== 'Recreate'
      ? [
          finding(
            code,
            owner,
            `${field}.type`,
            `${holds(strategy)}: during an update the old and the new pod would run at once, but ${why}`,
            'leave the strategy as it was: {type: Recreate}',
          ),
        ]
      : []),
  ];
}

/** What scales a workload decides how many pods run, whatever its own replicas say. */
function checkScaler(
  scaler: Located,
  pods: readonly PodTemplate[],
  reasonOf: (pod: PodTemplate) => string | undefined,
): readonly Finding[] {
  const { kind, name } = data(at(scaler.data, 'spec', 'scaleTargetRef'));
  const most = at(scaler.data, 'spec', 'maxReplicas');
  const target = pods.find(
    ({ owner }) => owner.kind === kind && owner.name === name && owner.namespace === scaler.namespace,
  );
  const why =
    target === undefined || target.owner.knowledge?.pod?.strategy === undefined
      ? undefined
      : reasonOf(target);
  if (target === undefined || why === undefined || typeof most !== 'number' || most < 2) return [];
  const what = `is ${most} for ${objectText(target.owner)}, but ${why}`;
  return [finding(code, scaler, 'spec.maxReplicas', what, 'remove the object')];
}

/** Why only one pod may run; undefined where several may. */
function reason({ owner, spec }: PodTemplate, isDeclared: boolean, claims: readonly Located[]) {
  const volumes = items(spec.volumes, '').map(({ data }) =>
    text(at(data, 'persistentVolumeClaim', 'claimName')),
  );
  const claim = claims.find(
    ({ name, namespace, data }) =>
      namespace === owner.namespace &&
      volumes.includes(name) &&
      !texts(at(data, 'spec', 'accessModes')).some((mode) => mode.endsWith('Many')),
  );
  if (claim !== undefined) return `two pods would write to the claim "${claim.name}" at once`;
  if (isDeclared || typeOf(owner) === 'Recreate') {
    return 'this program must run only once: two pods would compete for its identity, data or ports';
  }
  return undefined;
}
