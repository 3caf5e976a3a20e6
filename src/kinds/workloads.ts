import { SERVICE } from './keys.ts';
import type { Amounts, Immutable, KindKnowledge, Selector } from './kind.ts';
import { podFields } from './pod-fields.ts';

/** Workloads find their pods by label; the selector can never change. */
const OWN_PODS: readonly Selector[] = [{ field: 'spec.selector', form: 'selector', of: 'own' }];
const SAME_PODS: readonly Immutable[] = [{ field: 'spec.selector.matchLabels', is: 'selector' }];
const REPLICAS: Amounts = { pods: { field: 'spec.replicas', unwritten: 1 } };
const TEMPLATE = ['spec', 'template'];

const deployment: KindKnowledge = {
  group: 'apps',
  kind: 'Deployment',
  ...podFields({ template: TEMPLATE, replaced: true, strategy: 'spec.strategy' }),
  selects: OWN_PODS,
  immutable: SAME_PODS,
  amounts: REPLICAS,
};

const SERVICE_OF_PODS = { field: 'spec.serviceName', to: SERVICE };
const statefulPods = podFields({ template: TEMPLATE, replaced: true }, [SERVICE_OF_PODS]);

const statefulSet: KindKnowledge = {
  group: 'apps',
  kind: 'StatefulSet',
  ...statefulPods,
  notChecked: {
    ...statefulPods.notChecked,
    'spec.volumeClaimTemplates': 'are claims of its own, of which storage classes belong to the cluster',
  },
  // Its pods carry `<name>-<10 characters>` as a label value.
  names: { form: 'label', max: 52 },
  selects: OWN_PODS,
  immutable: SAME_PODS,
  amounts: { ...REPLICAS, volume: 'spec.volumeClaimTemplates[].spec.resources.requests.storage' },
};

const daemonSet: KindKnowledge = {
  group: 'apps',
  kind: 'DaemonSet',
  ...podFields({ template: TEMPLATE, replaced: true }),
  selects: OWN_PODS,
  immutable: SAME_PODS,
};

const replicaSet: KindKnowledge = {
  group: 'apps',
  kind: 'ReplicaSet',
  ...podFields({ template: TEMPLATE }),
  selects: OWN_PODS,
  immutable: SAME_PODS,
  amounts: REPLICAS,
};

const pod: KindKnowledge = { group: '', kind: 'Pod', ...podFields({ template: [] }) };

/** Its template can never change, so that nothing may be written into it that changes with a configuration. */
const job: KindKnowledge = { group: 'batch', kind: 'Job', ...podFields({ template: TEMPLATE }) };

/** Each run starts new pods, which read what is there then. */
const cronJob: KindKnowledge = {
  group: 'batch',
  kind: 'CronJob',
  // `<name>-<minutes since 1970>` is the name of a Job.
  names: { form: 'subdomain', max: 52 },
  ...podFields({ template: ['spec', 'jobTemplate', ...TEMPLATE] }),
};

/** Kinds that run pods. */
export const workloads: readonly KindKnowledge[] = [
  pod,
  deployment,
  statefulSet,
  daemonSet,
  replicaSet,
  job,
  cronJob,
];
