import { finding, objects } from './reading/objects.ts';
import type { Finding, Rule } from './rule.ts';

const code = 'MR002';

/** Finds objects that would overwrite each other in the cluster, of whatever version. */
export const duplicatesRule: Rule = {
  code,
  title: 'No object is rendered twice.',
  check(input) {
    const first = new Map<string, string>();
    const findings: Finding[] = [];
    for (const it of objects(input)) {
      const identity = JSON.stringify([it.group, it.kind, it.namespace, it.name]);
      const file = first.get(identity);
      if (file === undefined) first.set(identity, it.file);
      else {
        const where = file === it.file ? 'earlier in the same file' : `in ${file}`;
        const what = `is also defined ${where}: the one applied last would win`;
        findings.push(finding(code, it, 'metadata.name', what, 'remove or rename one of them'));
      }
    }
    return findings;
  },
};
