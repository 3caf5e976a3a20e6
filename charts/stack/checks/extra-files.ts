import type { CheckFinding } from '../../../src/stack/finding.ts';
import { dotted } from '../../../src/stack/reading/yaml-source.ts';
import {
  type WrittenFiles,
  type WrittenSetting,
  writtenFiles,
  writtenSettings,
} from '../read-extra-files.ts';
import type { Check } from './check.ts';

/**
 * What belongs to the kernel, to Kubernetes or to the image's own programs; a `*` ends any name. Certificates, libraries
 * of a language and pages are not among them: to add to these is what files are for.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/ (what the kubelet mounts: hosts, hostname, resolv.conf)
 */
const SYSTEM = [
  '/bin',
  '/boot',
  '/dev',
  '/etc/group',
  '/etc/hostname',
  '/etc/hosts',
  '/etc/ld.so.*',
  '/etc/nsswitch.conf',
  '/etc/passwd',
  '/etc/resolv.conf',
  '/etc/shadow',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/usr/bin',
  '/usr/lib/ld-*',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/sbin',
  '/var/run',
];

/** Files for programs have a source, a path of their own, and show no secret. */
export const checkExtraFiles: Check = (written) =>
  writtenFiles(written).flatMap((one) => [
    ...sources(one),
    ...takenPaths(one),
    ...nested(one),
    ...besideSettings(one, writtenSettings(written)),
    ...shown(one),
  ]);

/** Exactly one of `file`, `text` and `fromSecret`, which goes with `key`. */
function sources({ path, files }: WrittenFiles): readonly CheckFinding[] {
  return files.flatMap(([target, { file, text, fromSecret, key }]): readonly CheckFinding[] => {
    const at = [...path, target];
    const given = Object.entries({ file, text, fromSecret }).flatMap(([name, value]) =>
      value === undefined ? [] : [name],
    );
    const [first, second] = given;
    if (first === undefined || second !== undefined) {
      return [
        {
          code: 'MG006',
          at: second === undefined ? at : [...at, second],
          ...(first === undefined ? { missing: at } : { other: [...at, first] }),
          what: `${target} has ${first === undefined ? 'neither file nor text nor fromSecret' : `${given.join(' and ')} at once`}`,
          remedy: 'write exactly one of file, text, fromSecret',
        },
      ];
    }
    if (fromSecret !== undefined && key === undefined) {
      const what = `${target} does not say which key of the Secret "${fromSecret}" holds the file`;
      return [{ code: 'MG006', at, what, remedy: 'add key: KEY' }];
    }
    if (fromSecret === undefined && key !== undefined) {
      const what = `${target} has a key, but does not come from a Secret`;
      return [{ code: 'MG006', at: [...at, 'key'], what, remedy: 'remove it' }];
    }
    return [];
  });
}

function takenPaths({ path, place, files }: WrittenFiles): readonly CheckFinding[] {
  return files.flatMap(([target]): readonly CheckFinding[] => {
    const at = [...path, target];
    const folder = `${place.served?.[0] ?? ''}/extra`;
    const remedy = `choose a different path, such as ${folder}/${target.slice(target.lastIndexOf('/') + 1)}`;
    const system = SYSTEM.find((taken) => meets(target, taken));
    if (system !== undefined) {
      return [{ code: 'MG130', at, what: `${target} belongs to the system (${system})`, remedy }];
    }
    const unread = place.unread?.find((one) => meets(target, one.path));
    if (unread !== undefined) {
      const what = `${target} would have no effect: ${unread.why}`;
      return [{ code: 'MG130', at, what, remedy: unread.instead }];
    }
    const taken = place.taken.find((one) => meets(target, one));
    if (taken === undefined) return [];
    return [
      {
        code: 'MG130',
        at,
        what: `${target} is already used: ${taken} belongs to this stack or to the image`,
        remedy,
      },
    ];
  });
}

/** Whether a path is another one, in it, or a folder around it. */
export function meets(path: string, taken: string): boolean {
  if (taken.endsWith('*') && path.startsWith(taken.slice(0, -1))) return true;
  return isIn(path, taken) || taken.startsWith(`${path}/`);
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** One path cannot be a file and a folder. */
function nested({ path, files }: WrittenFiles): readonly CheckFinding[] {
  return files.flatMap(([target]): readonly CheckFinding[] => {
    const around = files.find(([other]) => target.startsWith(`${other}/`))?.[0];
    if (around === undefined) return [];
    return [
      {
        code: 'MG130',
        at: [...path, target],
        other: [...path, around],
        what: `${target} would be inside ${around}, which is also a file`,
        remedy: 'choose a different path for one of them',
      },
    ];
  });
}

/** A setting that is a file has that file at a path of its own. */
function besideSettings(
  { path, place, files }: WrittenFiles,
  settings: readonly WrittenSetting[],
): readonly CheckFinding[] {
  const own = settings.filter(({ setting }) => setting.workload === place.workload);
  return files.flatMap(([target]): readonly CheckFinding[] => {
    const found = own.find(
      (one) =>
        target === one.target || target.startsWith(`${one.target}/`) || one.target.startsWith(`${target}/`),
    );
    if (found === undefined) return [];
    return [
      {
        code: 'MG130',
        at: [...path, target],
        other: found.path,
        what: `${target} is already used: ${dotted(found.path)} has its file at ${found.target}`,
        remedy: 'choose a different path, or remove one of them',
      },
    ];
  });
}

/** Nothing from a Secret is where the program shows its files to everybody. */
function shown({ path, place, files }: WrittenFiles): readonly CheckFinding[] {
  return files.flatMap(([target, { fromSecret }]): readonly CheckFinding[] => {
    const served = place.served?.find((folder) => isIn(target, folder));
    if (fromSecret === undefined || served === undefined) return [];
    return [
      {
        code: 'MG133',
        at: [...path, target],
        what: `anyone could read ${target}: the program serves everything in ${served}`,
        remedy: 'write file: or text: for public content, and keep secrets out of it',
      },
    ];
  });
}
