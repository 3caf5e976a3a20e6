import { isRecord, valueAt } from '../../../src/plain/data.ts';
import { suggestion } from '../../../src/plain/nearest.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { dotted, type Path } from '../../../src/stack/reading/yaml-source.ts';
import { COMPONENT_NAMES, components } from '../../index.ts';
import { type WrittenFiles, writtenFiles } from '../read-extra-files.ts';
import type { Check } from './check.ts';
import { meets } from './extra-files.ts';

/** Folders at the top that images have: what is in them besides the given files is not known. */
const OF_IMAGES = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/media',
  '/mnt',
  '/opt',
  '/proc',
  '/root',
  '/run',
  '/sbin',
  '/srv',
  '/sys',
  '/tmp',
  '/usr',
  '/var',
];

/** No file can be given at a longer path. */
const LONGEST = 200;

/** One path, and nothing else: no pattern, no address. */
const PATH = /^(?:\/[A-Za-z0-9._-]+)+\/?$/;

/**
 * An option that names a file in a folder where only given files are names one of these, or a folder around one:
 * nothing else is there, and most programs do not start without it.
 */
export const checkNamedFiles: Check = (written) => {
  const overridden = new Set(textsIn(written.overrides, []).map(({ text }) => text));
  return writtenFiles(written).flatMap((one) => {
    const given = one.files.map(([target]) => target);
    const folders = given
      .map((target) => target.slice(0, target.lastIndexOf('/')))
      .filter((folder) => folder !== '' && isOnlyGiven(folder, one));
    if (folders.length === 0) return [];
    return optionsFor(one)
      .flatMap((path) => textsIn(valueAt(written, path), path))
      .flatMap(({ at, text }): readonly CheckFinding[] => {
        const named = text.length <= LONGEST && PATH.test(text) ? text.replace(/\/$/, '') : '';
        const isThere = given.some((target) => target === named || target.startsWith(`${named}/`));
        if (isThere || !folders.some((folder) => named.startsWith(`${folder}/`))) return [];
        // An override may mount more than the stack does.
        if (around(named).some((path) => overridden.has(path))) return [];
        return [
          {
            code: 'MG136',
            at,
            what: `${dotted(at)} names ${named}, but ${dotted(one.path)} puts no file at that path`,
            remedy: `${suggestion(named, given)}correct the path, or add the file there`,
          },
        ];
      });
  });
};

/** Whether nothing is in a folder but given files. */
function isOnlyGiven(folder: string, { place }: WrittenFiles): boolean {
  const others = [
    ...OF_IMAGES,
    ...place.taken,
    ...(place.served ?? []),
    ...(place.inImage ?? []),
    ...(place.unread ?? []).map(({ path }) => path),
  ];
  return !others.some((other) => meets(folder, other));
}

/** Where the stack file takes options for the same program. */
function optionsFor({ path }: WrittenFiles): readonly Path[] {
  const group = dotted(path.slice(0, -1));
  return COMPONENT_NAMES.flatMap((name) =>
    [...components[name].additions, ...components[name].secretConfigs].map(({ at }) => [name, ...at]),
  ).filter((at) => dotted(at.slice(0, -1)) === group);
}

/** A path and every folder around it. */
function around(path: string): readonly string[] {
  const steps = path.split('/');
  return steps.slice(1).map((_step, index) => steps.slice(0, index + 2).join('/'));
}

/** Every text in data, with its place. */
function textsIn(value: unknown, at: Path): readonly { readonly at: Path; readonly text: string }[] {
  if (typeof value === 'string') return [{ at, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...at, index]));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, [...at, key]));
}
