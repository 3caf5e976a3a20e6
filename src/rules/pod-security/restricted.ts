import { at, texts } from '../../plain/data.ts';
import { items } from '../reading/data.ts';
import { type PodTemplate, securitySetting } from '../reading/pods.ts';
import { allContainers, type Check, forbid, type Violation } from './violation.ts';

/**
 * What `restricted` asks beyond `baseline`:
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export const restricted: readonly Check[] = [
  volumeTypes,
  containerRights,
  (pod) => forbid(pod, ['runAsUser'], (value) => value !== 0),
];

const allowedVolumes = new Set([
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

function volumeTypes({ spec, path }: PodTemplate): readonly Violation[] {
  return items(spec.volumes, `${path}.volumes`).flatMap((volume) =>
    Object.keys(volume.data)
      .filter((key) => key !== 'name' && !allowedVolumes.has(key))
      .map((key) => ({
        field: `${volume.path}.${key}`,
        what: 'is a volume of the node or its network',
      })),
  );
}

function containerRights(pod: PodTemplate): readonly Violation[] {
  const violations: Violation[] = [];
  for (const container of allContainers(pod)) {
    const own = container.data.securityContext;
    const add = (key: string, value: unknown): void => {
      const what = value === undefined ? 'is not set' : `is ${JSON.stringify(value)}`;
      violations.push({ field: `${container.path}.securityContext.${key}`, what });
    };
    const escalation = at(own, 'allowPrivilegeEscalation');
    if (escalation !== false) add('allowPrivilegeEscalation', escalation);
    const nonRoot = securitySetting(pod, container, 'runAsNonRoot');
    if (nonRoot !== true) add('runAsNonRoot', nonRoot);
    const seccomp =
      at(own, 'seccompProfile', 'type') ?? at(pod.spec, 'securityContext', 'seccompProfile', 'type');
    if (seccomp !== 'RuntimeDefault' && seccomp !== 'Localhost') add('seccompProfile.type', seccomp);
    const drop = at(own, 'capabilities', 'drop');
    if (!texts(drop).includes('ALL')) add('capabilities.drop', drop);
    const more = texts(at(own, 'capabilities', 'add')).filter((it) => it !== 'NET_BIND_SERVICE');
    if (more.length > 0) add('capabilities.add', more);
  }
  return violations;
}
