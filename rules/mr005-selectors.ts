import { objectText } from '../model/manifest.ts';
import { suggestion } from '../model/nearest.ts';
import { at, inWords, isData, items, text, textMap } from './reading/data.ts';
import { finding, type Located, objects, ofKind } from './reading/objects.ts';
import { type PodTemplate, podTemplates, portsOf } from './reading/pods.ts';
import { describeSelector, isEmptySelector, selects, selectsByLabels } from './reading/selectors.ts';
import type { Finding, Rule } from './rule.ts';
import { captured } from './selectors/added.ts';

const code = 'MR005';

/** Checks that selectors find the pods they are meant for, and no others. */
export const selectorsRule: Rule = {
  code,
  title: 'Selectors match the pods they are meant for, and ports exist on them.',
  check(input) {
    const all = objects(input);
    const pods = podTemplates(all);
    const database = databasePods(all);
    const services = ofKind(all, '', 'Service').flatMap((it) => checkService(it, pods));
    const others = [
      ...ofKind(all, 'networking.k8s.io', 'NetworkPolicy').flatMap((it) => policySelectors(it)),
      ...ofKind(all, 'policy', 'PodDisruptionBudget').map((it) => ({ owner: it, path: 'spec.selector' })),
    ].flatMap(({ owner, path }) => checkSelector(owner, path, [...pods, ...database]));
    const taken = captured(input).map(({ owner, field, what, remedy }) =>
      finding(code, owner, field, what, remedy),
    );
    return [...pods.flatMap((pod) => checkWorkload(pod, pods)), ...services, ...others, ...taken];
  },
};

type Pod = Pick<PodTemplate, 'owner' | 'labels'>;

/** Labels that CloudNativePG gives its pods, besides one per role. */
function databasePods(all: readonly Located[]): readonly Pod[] {
  return ofKind(all, 'postgresql.cnpg.io', 'Cluster').map((owner) => ({
    owner,
    labels: {
      ...textMap(at(owner.data, 'spec', 'inheritedMetadata', 'labels')),
      'cnpg.io/cluster': owner.name,
      'cnpg.io/podRole': 'instance',
    },
  }));
}

function checkWorkload(pod: PodTemplate, pods: readonly PodTemplate[]): readonly Finding[] {
  const { owner } = pod;
  const selector = at(owner.data, 'spec', 'selector');
  if (selector === undefined || owner.group !== 'apps') return [];
  if (!selects(selector, pod.labels)) {
    const what = `does not match the labels of the pod template (${describeSelector(selector)})`;
    return [finding(code, owner, 'spec.selector', what, 'give the template every label the selector names')];
  }
  const other = pods.find(
    (one) => one.owner !== owner && one.owner.namespace === owner.namespace && selects(selector, one.labels),
  );
  if (other === undefined) return [];
  const what = `selects the pods of ${objectText(other.owner)} too: both would count and delete them`;
  return [
    finding(code, owner, 'spec.selector', what, 'select by a label value of its own, such as its name'),
  ];
}

function checkService(service: Located, pods: readonly PodTemplate[]): readonly Finding[] {
  const selector = at(service.data, 'spec', 'selector');
  // Without selector the endpoints come from elsewhere; CloudNativePG's pods are not rendered.
  if (!isData(selector) || Object.keys(selector).some((key) => key.startsWith('cnpg.io/'))) return [];
  const selected = pods.filter(
    (it) => it.owner.namespace === service.namespace && selectsByLabels(selector, it.labels),
  );
  if (selected.length === 0) {
    const what = `matches no pod in namespace ${service.namespace} (${describeSelector({ matchLabels: selector })})`;
    return [finding(code, service, 'spec.selector', what, 'use labels of the pod template that it is for')];
  }
  const declared = selected.map((pod) => ({ pod, ports: pod.containers.flatMap(portsOf) }));
  return items(at(service.data, 'spec', 'ports'), 'spec.ports').flatMap(({ path, data: port }) => {
    const target = port.targetPort ?? port.port;
    const protocol = text(port.protocol) ?? 'TCP';
    // Anything else breaks the schema (MR001).
    if (typeof target !== 'number' && typeof target !== 'string') return [];
    const lacking = declared.find(
      ({ ports }) =>
        !ports.some((it) => it.protocol === protocol && (it.number === target || it.name === target)),
    );
    if (lacking === undefined) return [];
    const field = `${path}.${port.targetPort === undefined ? 'port' : 'targetPort'}`;
    const what = `is ${target}/${protocol}, a port that the pods of ${objectText(lacking.pod.owner)} do not declare`;
    const names = lacking.ports
      .filter((it) => it.protocol === protocol)
      .flatMap((it) => [inWords(it.number), ...(it.name === undefined ? [] : [it.name])]);
    const remedy = `${suggestion(String(target), names)}declared ${protocol} ports: ${names.join(', ') || 'none'}`;
    return [finding(code, service, field, what, remedy)];
  });
}

/** The selectors of a policy that must find pods in its own namespace. */
function policySelectors(owner: Located): readonly { owner: Located; path: string }[] {
  const paths = ['spec.podSelector'];
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const) {
    items(at(owner.data, 'spec', direction), '').forEach((rule, ruleIndex) => {
      items(rule.data[peers], '').forEach((peer, index) => {
        if (peer.data.podSelector === undefined || peer.data.namespaceSelector !== undefined) return;
        paths.push(`spec.${direction}[${ruleIndex}].${peers}[${index}].podSelector`);
      });
    });
  }
  return paths.map((path) => ({ owner, path }));
}

function checkSelector(owner: Located, path: string, pods: readonly Pod[]): readonly Finding[] {
  const selector = valueAt(owner.data, path);
  // An empty selector means every pod of the namespace.
  if (isEmptySelector(selector)) return [];
  // Which pod is primary changes at run time.
  const roles = /^(cnpg\.io\/(instanceRole|instanceName)|role)$/;
  const matches = pods.some(
    (pod) =>
      pod.owner.namespace === owner.namespace && selects(withoutRoles(selector, pod, roles), pod.labels),
  );
  if (matches) return [];
  const what = `matches no pod in namespace ${owner.namespace} (${describeSelector(selector)})`;
  return [finding(code, owner, path, what, 'use labels of a pod template, or remove the selector')];
}

function withoutRoles(selector: unknown, pod: Pod, roles: RegExp): unknown {
  if (pod.labels['cnpg.io/cluster'] === undefined) return selector;
  const labels = Object.entries(textMap(at(selector, 'matchLabels'))).filter(([key]) => !roles.test(key));
  return { matchLabels: Object.fromEntries(labels), matchExpressions: at(selector, 'matchExpressions') };
}

/** The value at a path of words and indexes. */
function valueAt(value: unknown, path: string): unknown {
  let current = value;
  for (const [, word = '', index] of path.matchAll(/(\w+)(?:\[(\d+)\])?/g)) {
    current = at(current, word);
    if (index !== undefined) current = Array.isArray(current) ? current[Number(index)] : undefined;
  }
  return current;
}
