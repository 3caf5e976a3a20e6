import { DEPLOYMENT, STATEFUL_SET } from './keys.ts';
import type { Condition, KindKnowledge } from './kind.ts';

const podDisruptionBudget: KindKnowledge = {
  group: 'policy',
  kind: 'PodDisruptionBudget',
  selects: [{ field: 'spec.selector', form: 'selector', of: 'pods' }],
};

const target =
  (kind: string): Condition =>
  (group) =>
    group.kind === kind;

const horizontalPodAutoscaler: KindKnowledge = {
  group: 'autoscaling',
  kind: 'HorizontalPodAutoscaler',
  references: [
    { field: 'spec.scaleTargetRef.name', to: DEPLOYMENT, where: target('Deployment') },
    { field: 'spec.scaleTargetRef.name', to: STATEFUL_SET, where: target('StatefulSet') },
  ],
  notChecked: {
    'spec.metrics': 'is measured by the cluster; what it describes may be of any kind',
  },
};

/** Kinds that say how many pods there are, and how many must stay. */
export const availability: readonly KindKnowledge[] = [podDisruptionBudget, horizontalPodAutoscaler];
