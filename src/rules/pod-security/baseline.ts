import { at, texts } from '../../plain/data.ts';
import { items } from '../reading/data.ts';
import { handlersOf, type PodTemplate } from '../reading/pods.ts';
import { allContainers, type Check, contexts, forbid, hostPorts, type Violation } from './violation.ts';

/** https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline */
export const baseline: readonly Check[] = [
  hostNamespaces,
  hostPaths,
  hostPorts,
  hostHandlers,
  capabilities,
  sysctls,
  (pod) => forbid(pod, ['privileged'], (value) => value !== true),
  (pod) => forbid(pod, ['windowsOptions', 'hostProcess'], (value) => value !== true),
  (pod) => forbid(pod, ['procMount'], (value) => value === undefined || value === 'Default'),
  (pod) => forbid(pod, ['seccompProfile', 'type'], (value) => value !== 'Unconfined'),
  (pod) => forbid(pod, ['appArmorProfile', 'type'], (value) => value !== 'Unconfined'),
  (pod) => forbid(pod, ['seLinuxOptions', 'type'], (value) => seLinuxTypes.has(value ?? '')),
  (pod) => forbid(pod, ['seLinuxOptions', 'user'], (value) => (value ?? '') === ''),
  (pod) => forbid(pod, ['seLinuxOptions', 'role'], (value) => (value ?? '') === ''),
];

const seLinuxTypes = new Set<unknown>([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);

const allowedCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

const safeSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

function hostNamespaces({ spec, path }: PodTemplate): readonly Violation[] {
  return ['hostNetwork', 'hostPID', 'hostIPC']
    .filter((key) => spec[key] === true)
    .map((key) => ({ field: `${path}.${key}`, what: 'is true' }));
}

function hostPaths({ spec, path }: PodTemplate): readonly Violation[] {
  return items(spec.volumes, `${path}.volumes`)
    .filter((it) => it.data.hostPath !== undefined)
    .map((it) => ({ field: `${it.path}.hostPath`, what: 'mounts a folder of the node' }));
}

function hostHandlers(pod: PodTemplate): readonly Violation[] {
  return allContainers(pod)
    .flatMap(handlersOf)
    .filter((it) => (it.data.host ?? '') !== '')
    .map((it) => ({ field: `${it.path}.host`, what: `is ${JSON.stringify(it.data.host)}` }));
}

function capabilities(pod: PodTemplate): readonly Violation[] {
  return contexts(pod).flatMap(({ path, value }) => {
    const added = texts(at(value, 'capabilities', 'add')).filter((it) => !allowedCapabilities.has(it));
    return added.length === 0
      ? []
      : [{ field: `${path}.capabilities.add`, what: `adds ${added.join(', ')}` }];
  });
}

function sysctls({ spec, path }: PodTemplate): readonly Violation[] {
  return items(at(spec, 'securityContext', 'sysctls'), `${path}.securityContext.sysctls`)
    .filter((it) => typeof it.data.name !== 'string' || !safeSysctls.has(it.data.name))
    .map((it) => ({ field: it.path, what: 'is not a safe sysctl' }));
}
