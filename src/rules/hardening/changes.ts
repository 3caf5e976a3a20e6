import { NAMESPACE } from '../../kinds/keys.ts';
import { at, text } from '../../plain/data.ts';
import { objectKey } from '../../stack/manifest.ts';
import { type Located, ofKind } from '../reading/objects.ts';
import { podTemplates } from '../reading/pods.ts';
import type { Report } from './report.ts';

const LEVEL = 'pod-security.kubernetes.io/enforce';
/** The first admits everything. */
const LEVELS: readonly unknown[] = ['privileged', 'baseline', 'restricted'];

/** What was safer before somebody changed the objects, in ways that no object shows by itself. */
export function checkChanges(all: readonly Located[], before: readonly Located[], report: Report): void {
  const earlier = new Map(before.map((one) => [objectKey(one), one]));
  for (const one of ofKind(all, NAMESPACE)) checkLevel(one, earlier.get(objectKey(one)), report);
  for (const one of all) checkRepositories(one, earlier.get(objectKey(one)), report);
}

function checkLevel(namespace: Located, before: Located | undefined, report: Report): void {
  const [now, then] = [namespace, before].map((one) => at(one?.data, 'metadata', 'labels', LEVEL));
  const [level, old] = [LEVELS.indexOf(now), LEVELS.indexOf(then)];
  if (level === -1 || level >= old) return;
  const what = `is ${JSON.stringify(now)}, and was ${JSON.stringify(then)}: the cluster admits pods with more rights than those of this stack need`;
  report(namespace, `metadata.labels["${LEVEL}"]`, what, `write ${JSON.stringify(then)}`);
}

/** Programs from somebody else: nothing is known of what they do. */
function checkRepositories(owner: Located, before: Located | undefined, report: Report): void {
  if (before === undefined) return;
  const old = imagesOf(before);
  for (const [field, image] of imagesOf(owner)) {
    const was = old.get(field);
    if (was === undefined || repositoryOf(image) === repositoryOf(was)) continue;
    const what = `is ${JSON.stringify(image)}, from another repository than ${JSON.stringify(was)}: who keeps it decides what runs here`;
    report(owner, field, what, `use an image of ${repositoryOf(was)}`);
  }
}

/** Every image that an object runs, by its field. */
function imagesOf(owner: Located): ReadonlyMap<string, string> {
  const containers = podTemplates([owner]).flatMap((pod) => pod.containers);
  const fields = owner.knowledge?.images ?? [];
  return new Map(
    [
      ...containers.map(({ path, data }) => [`${path}.image`, text(data.image)] as const),
      ...fields.map((field) => [field, text(at(owner.data, ...field.split('.')))] as const),
    ].flatMap(([field, image]) => (image === undefined ? [] : [[field, image] as const])),
  );
}

/** Without tag and digest; the port of a registry is not a tag. */
function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  return name.replace(/:[\w.-]{1,128}$/, '');
}
