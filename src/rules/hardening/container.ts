import { at, data, list } from '../../plain/data.ts';
import { parseQuantity } from '../../plain/quantity.ts';
import type { Located } from '../reading/objects.ts';
import { type Container, type PodTemplate, securitySetting } from '../reading/pods.ts';
import { holds, type Report } from './report.ts';

/** Checks a container's rights, resources and image. */
export function checkContainer(pod: PodTemplate, container: Container, report: Report): void {
  checkRights(pod, container, report);
  checkUser(pod, container, report);
  checkResources(pod, container, report);
  checkImage(pod.owner, `${container.path}.image`, container.data.image, report);
}

function checkRights(pod: PodTemplate, { data: container, path }: Container, report: Report): void {
  const own = data(container.securityContext);
  const place = `${path}.securityContext`;
  const seccomp =
    at(own, 'seccompProfile', 'type') ?? at(pod.spec, 'securityContext', 'seccompProfile', 'type');
  if (seccomp !== 'RuntimeDefault') {
    report(
      pod.owner,
      `${place}.seccompProfile.type`,
      holds(seccomp),
      'write RuntimeDefault, here or on the pod',
    );
  }
  if (own.allowPrivilegeEscalation !== false) {
    const remedy = 'write allowPrivilegeEscalation: false';
    report(pod.owner, `${place}.allowPrivilegeEscalation`, holds(own.allowPrivilegeEscalation), remedy);
  }
  if (own.readOnlyRootFilesystem !== true) {
    const remedy = 'write readOnlyRootFilesystem: true and mount a volume where the program writes';
    report(pod.owner, `${place}.readOnlyRootFilesystem`, holds(own.readOnlyRootFilesystem), remedy);
  }
  const { drop, add } = data(own.capabilities);
  if (!list(drop).includes('ALL')) {
    report(pod.owner, `${place}.capabilities.drop`, holds(drop), 'write drop: [ALL]');
  }
  const more = list(add).filter((it) => it !== 'NET_BIND_SERVICE');
  if (more.length > 0) {
    report(pod.owner, `${place}.capabilities.add`, `adds ${more.join(', ')}`, 'add at most NET_BIND_SERVICE');
  }
}

function checkUser(pod: PodTemplate, container: Container, report: Report): void {
  const place = `${container.path}.securityContext`;
  const nonRoot = securitySetting(pod, container, 'runAsNonRoot');
  if (nonRoot !== true) {
    report(
      pod.owner,
      `${place}.runAsNonRoot`,
      holds(nonRoot),
      'write runAsNonRoot: true, here or on the pod',
    );
  }
  for (const key of ['runAsUser', 'runAsGroup']) {
    const value = securitySetting(pod, container, key);
    if (typeof value === 'number' && value > 0) continue;
    report(
      pod.owner,
      `${place}.${key}`,
      holds(value),
      'write the number of a user other than root, here or on the pod',
    );
  }
}

function checkResources({ owner }: PodTemplate, { data: container, path }: Container, report: Report): void {
  const { requests, limits } = data(container.resources);
  for (const [group, name] of [
    ['requests', 'cpu'],
    ['requests', 'memory'],
    ['limits', 'memory'],
  ] as const) {
    if (at(container, 'resources', group, name) === undefined) {
      const why =
        group === 'limits'
          ? 'a leak would take the whole node'
          : 'the scheduler would not know how much it needs';
      report(owner, `${path}.resources.${group}.${name}`, `is not set: ${why}`, `set ${group}.${name}`);
    }
  }
  for (const [name, limit] of Object.entries(data(limits))) {
    const request = parseQuantity(at(requests, name));
    const most = parseQuantity(limit);
    if (request !== undefined && most !== undefined && request > most) {
      const what = `${holds(at(requests, name))}, more than the limit ${JSON.stringify(limit)}`;
      report(owner, `${path}.resources.requests.${name}`, what, 'lower the request or raise the limit');
    }
  }
}

/** Checks that an image is of one release, which never becomes another by itself. */
export function checkImage(owner: Located, field: string, value: unknown, report: Report): void {
  const image = typeof value === 'string' ? value : '';
  const [name = '', digest] = image.split('@');
  if (digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest)) return;
  const tag = digest === undefined ? /:([\w][\w.-]{0,127})$/.exec(name)?.[1] : undefined;
  // Tags without a number follow a branch: latest, stable, main.
  if (tag !== undefined && /\d/.test(tag)) return;
  const what =
    tag === undefined
      ? `${holds(value)}, without tag or digest`
      : `${holds(image)}, a tag that moves to other releases`;
  report(owner, field, what, 'write the exact version: what runs must not change by itself');
}
