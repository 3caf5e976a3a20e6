import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { FileContent } from '../system/extra-files.ts';
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
  new k8s.KubeConfigMap(file, `${name}@${owner.namespace}`, {
    metadata: metadata(owner, name, Object.values(data)),
    data: { ...data },
  });
}

/** A ConfigMap of files that somebody else wrote, byte for byte. */
export function filesMap(
  file: ChartFile,
  owner: Owner,
  name: string,
  files: Readonly<Record<string, FileContent>>,
): void {
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  for (const [key, content] of Object.entries(files)) {
    if ('text' in content) data[key] = content.text;
    else binaryData[key] = content.base64;
  }
  new k8s.KubeConfigMap(file, name, {
    metadata: metadata(owner, name, Object.values(data)),
    ...(Object.keys(data).length === 0 ? {} : { data }),
    ...(Object.keys(binaryData).length === 0 ? {} : { binaryData }),
  });
}

function metadata(owner: Owner, name: string, texts: readonly string[]): k8s.ObjectMeta {
  const meta = objectMeta(owner, name);
  const marks = substitutionMarks(texts);
  return Object.keys(marks).length > 0 ? { ...meta, annotations: { ...marks } } : meta;
}
