import { describe, expect, it } from 'vitest';
import { podSecurityRule } from '../../src/rules/mr010-pod-security.ts';
import { changed, found, goodStack, without } from './stack.ts';

const level = 'metadata.labels["pod-security.kubernetes.io/enforce"]';
const synapse = 'Deployment/app/synapse';
const pod = 'spec.template.spec';
const container = `${pod}.containers[synapse]`;
const own = `${container}.securityContext`;

/** The good stack with one field changed, below another level. */
const below = (name: string, fields: Record<string, unknown>) => {
  const [namespace] = changed('Namespace/app', { [level]: name }).filter((it) => it.metadata?.name === 'app');
  return changed(synapse, fields).map((it) =>
    it.kind === 'Namespace' && it.metadata.name === 'app' && namespace ? namespace : it,
  );
};

const baseline: readonly [string, Record<string, unknown>, string][] = [
  ['the host network', { [`${pod}.hostNetwork`]: true }, 'spec.template.spec.hostNetwork: is true'],
  ['processes of the host', { [`${pod}.hostPID`]: true }, 'hostPID: is true'],
  ['memory of the host', { [`${pod}.hostIPC`]: true }, 'hostIPC: is true'],
  [
    'host ports',
    { [`${container}.ports[http].hostPort`]: 80 },
    'containers[synapse].ports[http].hostPort: is 80',
  ],
  [
    'host paths',
    { [`${pod}.volumes[media]`]: { name: 'media', hostPath: { path: '/' } } },
    'volumes[media].hostPath: mounts',
  ],
  [
    'hosts of probes',
    { [`${container}.livenessProbe.httpGet.host`]: '127.0.0.1' },
    'livenessProbe.httpGet.host: is "127.0.0.1"',
  ],
  [
    'privileged containers',
    { [`${own}.privileged`]: true },
    'containers[synapse].securityContext.privileged: is true',
  ],
  ['capabilities', { [`${own}.capabilities.add`]: ['NET_ADMIN'] }, 'capabilities.add: adds NET_ADMIN'],
  [
    'unsafe sysctls',
    { [`${pod}.securityContext.sysctls`]: [{ name: 'net.core.rmem_max', value: '1' }] },
    'sysctls[net.core.rmem_max]',
  ],
  [
    'no seccomp',
    { [`${own}.seccompProfile`]: { type: 'Unconfined' } },
    'seccompProfile.type: is "Unconfined"',
  ],
  [
    'no AppArmor',
    { [`${own}.appArmorProfile`]: { type: 'Unconfined' } },
    'appArmorProfile.type: is "Unconfined"',
  ],
  ['an unmasked /proc', { [`${own}.procMount`]: 'Unmasked' }, 'procMount: is "Unmasked"'],
  ['SELinux types', { [`${own}.seLinuxOptions`]: { type: 'spc_t' } }, 'seLinuxOptions.type: is "spc_t"'],
  ['SELinux users', { [`${own}.seLinuxOptions`]: { user: 'u' } }, 'seLinuxOptions.user: is "u"'],
  ['SELinux roles', { [`${own}.seLinuxOptions`]: { role: 'r' } }, 'seLinuxOptions.role: is "r"'],
  [
    'host processes',
    { [`${pod}.securityContext.windowsOptions`]: { hostProcess: true } },
    'windowsOptions.hostProcess: is true',
  ],
];

const restricted: readonly [string, Record<string, unknown>, string][] = [
  [
    'volumes of the network',
    { [`${pod}.volumes[media]`]: { name: 'media', nfs: {} } },
    'volumes[media].nfs: is a volume of',
  ],
  ['escalation', { [`${own}.allowPrivilegeEscalation`]: undefined }, 'allowPrivilegeEscalation: is not set'],
  ['root by omission', { [`${own}.runAsNonRoot`]: false }, 'runAsNonRoot: is false'],
  [
    'root by number',
    { [`${pod}.securityContext.runAsUser`]: 0 },
    'spec.template.spec.securityContext.runAsUser: is 0',
  ],
  ['kept capabilities', { [`${own}.capabilities.drop`]: ['KILL'] }, 'capabilities.drop: is ["KILL"]'],
  ['added capabilities', { [`${own}.capabilities.add`]: ['CHOWN'] }, 'capabilities.add: is ["CHOWN"]'],
];

describe('MR010 Pod Security', () => {
  it('passes pods that fit their level', () => {
    expect(found(podSecurityRule, goodStack())).toEqual([]);
  });

  it.each(baseline)('baseline and restricted do not admit %s, privileged does', (_, fields, expected) => {
    for (const name of ['baseline', 'restricted']) {
      const result = found(podSecurityRule, below(name, fields));
      const words = `which level "${name}" does not admit; change the pod, or label namespace app with a wider level`;
      expect(
        result.filter((line) => line.includes(expected) && line.includes(words)),
        result.join('\n'),
      ).toHaveLength(1);
    }
    expect(found(podSecurityRule, below('privileged', fields))).toEqual([]);
  });

  it.each(restricted)('only restricted does not admit %s', (_, fields, expected) => {
    const result = found(podSecurityRule, below('restricted', fields));
    expect(
      result.filter((line) => line.includes(expected)),
      result.join('\n'),
    ).toHaveLength(1);
    expect(found(podSecurityRule, below('baseline', fields))).toEqual([]);
  });

  it('restricted asks for a seccomp profile', () => {
    const stack = changed('StatefulSet/app/redis', { [`${pod}.securityContext.seccompProfile`]: undefined });
    expect(found(podSecurityRule, stack)).toEqual([
      expect.stringContaining('seccompProfile.type: is not set'),
    ]);
  });

  it.each([undefined, 'strict', 'constructor'])('objects to a namespace with level %s', (value) => {
    const result = found(podSecurityRule, changed('Namespace/app', { [level]: value }));
    expect(result).toEqual([
      expect.stringContaining(value === undefined ? `${level}: is not set` : `${level}: is "${value}"`),
    ]);
  });

  it('admits safe sysctls', () => {
    const sysctls = [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '80' }];
    const fields = { [`${pod}.securityContext.sysctls`]: sysctls };
    expect(found(podSecurityRule, below('restricted', fields))).toEqual([]);
  });

  it('looks at ephemeral containers', () => {
    const fields = {
      [`${pod}.ephemeralContainers`]: [{ name: 'debug', securityContext: { privileged: true } }],
    };
    expect(found(podSecurityRule, below('baseline', fields))).toEqual([
      expect.stringContaining('ephemeralContainers[debug]'),
    ]);
  });

  it('says nothing of a namespace that is not rendered', () => {
    const stack = without('Namespace/app').filter((it) => it.metadata?.namespace === 'app');
    expect(found(podSecurityRule, stack)).toEqual([]);
  });
});
