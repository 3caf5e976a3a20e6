import { KINDS } from '../kinds/index.ts';
import { SERVICE } from '../kinds/keys.ts';
import { places } from '../kinds/places.ts';
import { at, isRecord, text, textMap } from '../plain/data.ts';
import { suggestion } from '../plain/nearest.ts';
import { objectText } from '../stack/manifest.ts';
import { fieldText, inWords, items } from './reading/data.ts';
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
    const labelled: Labelled = {
      pods: [...pods, ...madePods(all)],
      services: ofKind(all, SERVICE).map((owner) => ({
        owner,
        labels: textMap(at(owner.data, 'metadata', 'labels')),
      })),
    };
    const taken = captured(input).map(({ owner, field, what, remedy }) =>
      finding(code, owner, field, what, remedy),
    );
    const broken = all.flatMap((owner) =>
      (owner.knowledge?.selects ?? []).flatMap((selector) =>
        places(owner.data, selector.field).flatMap((place) => {
          if (selector.unless !== undefined && place.group[selector.unless] !== undefined) return [];
          if (selector.of === 'own') return checkWorkload(owner, selector.field, place.value, pods);
          if (selector.form === 'labels') return checkService(owner, selector.field, place.value, pods);
          return checkSelector(owner, fieldText(owner.data, place.path), place.value, selector.of, labelled);
        }),
      ),
    );
    return [...broken, ...taken];
  },
};

/** What is selected by its labels. */
interface Selected {
  readonly owner: Located;
  readonly labels: Readonly<Record<string, string>>;
  /** Labels whose values change while it runs. @default - none */
  readonly changing?: RegExp;
}

interface Labelled {
  readonly pods: readonly Selected[];
  readonly services: readonly Selected[];
}

/** Pods that are not rendered, but made for what is. */
function madePods(all: readonly Located[]): readonly Selected[] {
  return all.flatMap((owner) => {
    const made = owner.knowledge?.makesPods;
    return made === undefined ? [] : [{ owner, labels: made.labels(owner.data), changing: made.changing }];
  });
}

function checkWorkload(
  owner: Located,
  field: string,
  selector: unknown,
  pods: readonly PodTemplate[],
): readonly Finding[] {
  if (selector === undefined) return [];
  const own = pods.find((pod) => pod.owner === owner);
  if (own === undefined || !selects(selector, own.labels)) {
    const what = `does not match the labels of the pod template (${describeSelector(selector)})`;
    return [finding(code, owner, field, what, 'give the template every label the selector names')];
  }
  const other = pods.find(
    (one) => one.owner !== owner && one.owner.namespace === owner.namespace && selects(selector, one.labels),
  );
  if (other === undefined) return [];
  const what = `also selects the pods of ${objectText(other.owner)}: both would count and delete them`;
  return [finding(code, owner, field, what, 'select by a label value that only it has, such as its name')];
}

/** What the labels of pods that nobody renders begin with. */
const PREFIXES = KINDS.flatMap(({ makesPods }) => (makesPods === undefined ? [] : [makesPods.prefix]));

function checkService(
  service: Located,
  field: string,
  selector: unknown,
  pods: readonly PodTemplate[],
): readonly Finding[] {
  // Without selector the endpoints come from elsewhere; pods that a controller makes are not rendered.
  if (!isRecord(selector)) return [];
  if (Object.keys(selector).some((key) => PREFIXES.some((prefix) => key.startsWith(prefix)))) return [];
  const selected = pods.filter(
    (it) => it.owner.namespace === service.namespace && selectsByLabels(selector, it.labels),
  );
  if (selected.length === 0) {
    const what = `matches no pod in namespace ${service.namespace} (${describeSelector({ matchLabels: selector })})`;
    return [finding(code, service, field, what, 'use labels of the pod template it is meant for')];
  }
  const portsField = service.knowledge?.ports ?? '';
  const declared = selected.map((pod) => ({ pod, ports: pod.containers.flatMap(portsOf) }));
  return items(at(service.data, ...portsField.split('.')), portsField).flatMap(({ path, data: port }) => {
    const target = port.targetPort ?? port.port;
    const protocol = text(port.protocol) ?? 'TCP';
    // Anything else breaks the schema (MR001).
    if (typeof target !== 'number' && typeof target !== 'string') return [];
    const lacking = declared.find(
      ({ ports }) =>
        !ports.some((it) => it.protocol === protocol && (it.number === target || it.name === target)),
    );
    if (lacking === undefined) return [];
    const portField = `${path}.${port.targetPort === undefined ? 'port' : 'targetPort'}`;
    const what = `is ${target}/${protocol}, a port that the pods of ${objectText(lacking.pod.owner)} do not declare`;
    const names = lacking.ports
      .filter((it) => it.protocol === protocol)
      .flatMap((it) => [inWords(it.number), ...(it.name === undefined ? [] : [it.name])]);
    const remedy = `${suggestion(String(target), names)}declared ${protocol} ports: ${names.join(', ') || 'none'}`;
    return [finding(code, service, portField, what, remedy)];
  });
}

function checkSelector(
  owner: Located,
  field: string,
  selector: unknown,
  of: 'pods' | 'services',
  labelled: Labelled,
): readonly Finding[] {
  // An empty selector means everything of the namespace.
  if (isEmptySelector(selector)) return [];
  const matches = labelled[of].some(
    (one) => one.owner.namespace === owner.namespace && selects(lasting(selector, one), one.labels),
  );
  if (matches) return [];
  const [what, remedy] =
    of === 'pods'
      ? ['pod', 'use labels of a pod template, or remove the selector']
      : ['Service', 'use labels of a Service'];
  const words = `matches no ${what} in namespace ${owner.namespace} (${describeSelector(selector)})`;
  return [finding(code, owner, field, words, remedy)];
}

/** A selector without the labels of which it cannot be said what they will be. */
function lasting(selector: unknown, { changing }: Selected): unknown {
  if (changing === undefined) return selector;
  const labels = Object.entries(textMap(at(selector, 'matchLabels'))).filter(([key]) => !changing.test(key));
  return { matchLabels: Object.fromEntries(labels), matchExpressions: at(selector, 'matchExpressions') };
}
