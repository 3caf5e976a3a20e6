import { dump } from 'js-yaml';

/** YAML for a program to read: same order as written, nothing folded. */
export function yaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true });
}
