import type { App } from 'cdk8s';
import { ChartFile } from '../../src/kubernetes/chart-file.ts';
import { filesMap } from '../../src/kubernetes/config-map.ts';
import { type FileSource, filesFrom, type Mount } from '../../src/kubernetes/mounts.ts';
import { extraFilesMap, namedFiles } from '../../src/system/extra-files.ts';
import type { Scene } from '../stack/stack.ts';

/** The files of this repository that the stack file gives to programs, in a ConfigMap for each program. */
export function extraFiles(app: App, { extraFiles: all, topology }: Scene): void {
  for (const owner of topology.workloads) {
    const files = namedFiles(all, owner.id).flatMap(({ name, from }) =>
      from.kind === 'content' ? [[name, from.content] as const] : [],
    );
    if (files.length === 0) continue;
    const name = extraFilesMap(owner.id);
    filesMap(new ChartFile(app, `config/${name}.yaml`), owner, name, Object.fromEntries(files));
  }
}

/**
 * The files that the stack file gives to a program, each mounted by itself: what else is in their folders stays. Such a
 * mount follows no change of the volume; the checksum of what is in it starts the pod again.
 */
export function extraFileMounts({ extraFiles: all }: Scene, workload: string): readonly Mount[] {
  const files = namedFiles(all, workload);
  const sources = files.map(
    ({ name, from }): FileSource =>
      from.kind === 'content'
        ? { configMap: extraFilesMap(workload), key: name, as: name }
        : { secret: from.secret, key: from.key, as: name },
  );
  return filesFrom(
    'files',
    sources,
    files.map(({ name, path }) => ({ path, file: name })),
  );
}
