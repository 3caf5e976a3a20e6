import { chmodSync, chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { debian } from '../tools/debian.ts';
import { configMapOf, type Workload } from './dist.ts';
import { at, mapping, mappings, need, number, text, texts } from './json.ts';
import type { Hosts, PodNetwork } from './network.ts';
import { type Running, runFolder, start } from './programs.ts';
import { type Bind, makePlaces, rootView } from './root.ts';
import type { Secrets } from './secrets.ts';
import { volumeMounts } from './volumes.ts';

/** What the image would have brought, and what the cluster would have answered. */
export interface SandboxOptions {
  readonly workload: Workload;
  readonly secrets: Secrets;
  readonly network: PodNetwork;
  readonly hosts?: Hosts;
  /** Seen read-only at their own paths: programs outside `/usr`. */
  readonly programs?: readonly string[];
  /** Files and folders of the image, e.g. a web root; the manifest's own mounts go over them. */
  readonly image?: readonly Bind[];
  /** Environment that the image sets; the manifest's goes over it. */
  readonly imageEnv?: Readonly<Record<string, string>>;
}

/** A container's surroundings, laid out on this machine. */
export interface Sandbox {
  /** The container's `command` and `args` with `$(VAR)` replaced, as the kubelet would pass them. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number;
  /** Folders and files of this machine behind the container's mounts. */
  readonly mounts: readonly Bind[];
  /** Starts a program in the container's place. */
  start(name: string, command: readonly string[]): Running;
}

/**
 * Lays out what the kubelet would: ConfigMap and Secret files at the container's mount paths with their modes and
 * groups, writable volumes, environment, arguments; and runs programs there as the pod's user, with its
 * capabilities, a read-only root and the pod's network.
 */
export async function sandbox(options: SandboxOptions): Promise<Sandbox> {
  await debian('bubblewrap');
  const { workload, network } = options;
  const { container } = workload;
  const pod = mapping(workload.template, 'spec');
  const security = { ...mapping(pod, 'securityContext'), ...mapping(container, 'securityContext') };
  const uid = number(security, 'runAsUser') ?? 65_532;
  const gid = number(security, 'runAsGroup') ?? uid;
  if (uid === 0 && at(security, 'runAsNonRoot') === true) {
    throw new Error(
      `${text(workload.object, 'metadata', 'name')}: runAsNonRoot, and runAsUser 0: no kubelet starts it`,
    );
  }
  const fsGroup = number(security, 'fsGroup');
  const folder = runFolder('pod');
  // The program runs as another user than the one who owns this folder.
  chmodSync(folder, 0o755);

  const env = environment(options);
  const mounts = volumeMounts(options, folder, fsGroup);
  const hosts = join(folder, 'hosts');
  const names = { localhost: '127.0.0.1', ...options.hosts };
  writeFileSync(
    hosts,
    Object.entries(names)
      .map(([name, address]) => `${address} ${name}\n`)
      .join(''),
  );
  const binds = [
    ...(options.programs ?? []).map((path) => ({ path, source: path })),
    ...(options.image ?? []),
    { path: '/etc/hosts', source: hosts },
    ...mounts,
  ];
  makePlaces(binds, [...(options.image ?? []), ...mounts]);
  const readOnlyRoot = at(security, 'readOnlyRootFilesystem') === true;
  const groups = [gid, ...(fsGroup === undefined ? [] : [fsGroup])].concat(
    (Array.isArray(at(security, 'supplementalGroups'))
      ? [at(security, 'supplementalGroups')].flat()
      : []
    ).filter((group) => typeof group === 'number'),
  );
  const added = texts(security, 'capabilities', 'add').map((name) => `+${name.toLowerCase()}`);
  const drop = [
    ...['setpriv', '--reuid', `${uid}`, '--regid', `${gid}`, '--groups', groups.join(',')],
    ...['--bounding-set', ['-all', ...added].join(',')],
    ...(at(security, 'allowPrivilegeEscalation') === false ? ['--no-new-privs'] : []),
    ...['--pdeathsig', 'KILL', '--'],
  ];
  const workingDir = text(container, 'workingDir');
  const wrap = [
    'bwrap',
    ...['--die-with-parent', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...['--hostname', text(workload.object, 'metadata', 'name') ?? 'pod'],
    ...rootView(binds),
    ...(readOnlyRoot ? ['--remount-ro', '/'] : []),
    ...['--chdir', workingDir ?? '/', '--clearenv'],
    ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value]),
    '--',
    ...drop,
  ];
  let count = 0;
  return {
    env,
    uid,
    mounts,
    command: texts(container, 'command').map((word) => expand(word, env)),
    args: texts(container, 'args').map((word) => expand(word, env)),
    start: (name, command) => {
      count += 1;
      const output = join(folder, `output-${count}`);
      writeFileSync(output, '');
      // The program may open /dev/stdout again, which leads to this file.
      chownSync(output, uid, gid);
      const [first = '', ...rest] = network.inside([...wrap, ...command]);
      return start(name, first, rest, { output });
    },
  };
}

/** What a file holds that the container finds at a path in one of its mounts. */
export function mountedText({ mounts }: Pick<Sandbox, 'mounts'>, path: string): string {
  const mount = need(
    mounts.find((candidate) => path === candidate.path || path.startsWith(`${candidate.path}/`)),
    `a mount for ${path}`,
  );
  return readFileSync(mount.source + path.slice(mount.path.length), 'utf8');
}

/** `$(VAR)` as the kubelet replaces it: only what is defined, `$$(VAR)` stays `$(VAR)`. */
function expand(value: string, env: Readonly<Record<string, string>>): string {
  return value.replace(/\$(\$?)\(([A-Za-z_][\w.-]*)\)/g, (whole, escaped: string, name: string) =>
    escaped === '$' ? whole.slice(1) : (env[name] ?? whole),
  );
}

/** The container's environment in its written order, since an entry sees only those before it. */
function environment(options: SandboxOptions): Record<string, string> {
  const { workload, secrets } = options;
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': `${text(workload.object, 'metadata', 'name')}-0`,
    'metadata.namespace': text(workload.object, 'metadata', 'namespace') ?? 'default',
    'status.podIP': options.network.address,
    // On the host network the two are the same; elsewhere nobody here asks.
    'status.hostIP': options.network.address,
  };
  const env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  };
  Object.assign(env, options.imageEnv);
  for (const source of mappings(workload.container, 'envFrom')) {
    const name = need(text(source, 'configMapRef', 'name'), 'envFrom: only ConfigMaps have known keys');
    for (const [key, value] of Object.entries(mapping(configMapOf(workload, name), 'data')))
      env[key] = String(value);
  }
  for (const entry of mappings(workload.container, 'env')) {
    const name = need(text(entry, 'name'), 'name of an env entry');
    const from = mapping(entry, 'valueFrom');
    const [secret, file, field] = ['secretKeyRef', 'configMapKeyRef', 'fieldRef'].map((key) =>
      mapping(from, key),
    );
    const key = text(secret, 'key') ?? text(file, 'key') ?? '';
    if (text(secret, 'name') !== undefined) env[name] = secrets(text(secret, 'name') ?? '', key);
    else if (text(file, 'name') !== undefined) {
      env[name] = need(
        text(configMapOf(workload, text(file, 'name') ?? ''), 'data', key),
        `${name}: key ${key}`,
      );
    } else if (text(field, 'fieldPath') !== undefined) {
      env[name] = need(
        fields[text(field, 'fieldPath') ?? ''],
        `${name}: a value for ${text(field, 'fieldPath')}`,
      );
    } else env[name] = expand(text(entry, 'value') ?? '', env);
  }
  return env;
}
