import { at } from './reading/data.ts';
import { finding, objects } from './reading/objects.ts';
import type { Rule } from './rule.ts';

const code = 'MR009';
const key = 'kustomize.toolkit.fluxcd.io/prune';

/** Kinds whose deletion loses data that no commit brings back. */
const irreplaceable = new Set([
  '/Namespace',
  '/PersistentVolumeClaim',
  'postgresql.cnpg.io/Cluster',
  'postgresql.cnpg.io/Database',
]);

/** Checks that Flux never deletes what holds data, even when its file disappears. */
export const irreplaceableRule: Rule = {
  code,
  title: 'Objects that hold data are never pruned.',
  check: (input) =>
    objects(input).flatMap((located) => {
      if (!irreplaceable.has(`${located.group}/${located.kind}`)) return [];
      const value = at(located.data, 'metadata', 'annotations', key);
      if (value === 'disabled') return [];
      const state = value === undefined ? 'is not set' : `is ${JSON.stringify(value)}`;
      const what = `${state}: Flux deletes the object and its data when it leaves the repository`;
      return [
        finding(code, located, `metadata.annotations["${key}"]`, what, `annotate it with ${key}: disabled`),
      ];
    }),
};
