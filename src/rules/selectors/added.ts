import { SERVICE } from '../../kinds/keys.ts';
import { at, isRecord } from '../../plain/data.ts';
import { objectKey, objectText } from '../../stack/manifest.ts';
import { type Located, objects, ofKind } from '../reading/objects.ts';
import { type PodTemplate, podTemplates } from '../reading/pods.ts';
import { selectsByLabels } from '../reading/selectors.ts';
import type { RuleInput } from '../rule.ts';

/** A Service that leads somewhere else since objects were added, and the object to change. */
export interface Captured {
  readonly owner: Located;
  /** Where that object says it. */
  readonly field: string;
  readonly what: string;
  readonly remedy: string;
}

/**
 * Services and pods that were added and take each other's traffic: a pod that a Service from before finds too, or a
 * Service that leads to pods from before, past the entrances that rules look at.
 */
export function captured(input: RuleInput): readonly Captured[] {
  if (input.before === undefined) return [];
  const before = new Set(objects({ files: input.before, promisedSecrets: [] }).map((one) => objectKey(one)));
  const isNew = (one: Located): boolean => !before.has(objectKey(one));
  const all = objects(input);
  const pods = podTemplates(all);
  return ofKind(all, SERVICE).flatMap((service) => {
    const selector = at(service.data, 'spec', 'selector');
    if (!isRecord(selector)) return [];
    const found = pods.filter(
      ({ owner, labels }) => owner.namespace === service.namespace && selectsByLabels(selector, labels),
    );
    return isNew(service)
      ? found.filter(({ owner }) => !isNew(owner)).map(({ owner }) => leadsToOthers(service, owner))
      : found.filter(({ owner }) => isNew(owner)).map((pod) => isFoundByOthers(service, pod));
  });
}

function leadsToOthers(owner: Located, target: Located): Captured {
  return {
    owner,
    field: 'spec.selector',
    what: `leads to the pods of ${objectText(target)}, bypassing the entrances of the stack`,
    remedy: 'select pods of your own only; change the Services of the stack with overrides',
  };
}

function isFoundByOthers(service: Located, { owner, path }: PodTemplate): Captured {
  return {
    owner,
    field: path === 'spec' ? 'metadata.labels' : `${path.slice(0, -'.spec'.length)}.metadata.labels`,
    what: `match the selector of ${objectText(service)}: these pods would get requests that are meant for others`,
    remedy: 'use labels of your own, such as app.kubernetes.io/name only',
  };
}
