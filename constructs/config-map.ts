import { k8s } from 'cdk8s-plus-28';
import type { ChartFile } from './chart-file.ts';
import { substitutionMarks } from './flux-annotations.ts';
import { type Owner, objectMeta } from './labels.ts';

/**
 * A ConfigMap of configuration files or plain environment values.
 *
 * @throws when a text would lose its block form in YAML (carriage returns, a leading tab, no final newline
 *   on more than one line): reviewers read these texts.
 */
export function configMap(
  file: ChartFile,
  owner: Owner,
  name: string,
  data: Readonly<Record<string, string>>,
): void {
  for (const [key, text] of Object.entries(data)) {
    const lines = text.includes('\n');
    if (text.includes('\r') || text.startsWith('\t') || (lines && !text.endsWith('\n'))) {
      throw new Error(`ConfigMap ${name}: the text of "${key}" would not be readable as YAML`);
    }
  }
  const meta = objectMeta(owner, name);
  const marks = substitutionMarks(Object.values(data));
  new k8s.KubeConfigMap(file, `${name}@${owner.namespace}`, {
    metadata: Object.keys(marks).length > 0 ? { ...meta, annotations: { ...marks } } : meta,
    data: { ...data },
  });
}
