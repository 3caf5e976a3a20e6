import { at } from '../plain/data.ts';
import { allDeliveries } from '../system/delivery/index.ts';
import { finding, objects } from './reading/objects.ts';
import type { Rule } from './rule.ts';

const code = 'MR009';

/** Those that remove objects whose file is gone, and what keeps them from it. */
const pruning = allDeliveries.flatMap(({ title, neverPrune }) =>
  neverPrune === undefined ? [] : [{ title, ...neverPrune }],
);

/** Checks that nothing deletes what holds data, even when its file disappears. */
export const irreplaceableRule: Rule = {
  code,
  title: 'Objects that hold data are never pruned.',
  check: (input) =>
    objects(input).flatMap((located) => {
      if (located.knowledge?.holdsData !== true) return [];
      return pruning.flatMap(({ title, key, value: mark }) => {
        const value = at(located.data, 'metadata', 'annotations', key);
        if (value === mark) return [];
        const state = value === undefined ? 'is not set' : `is ${JSON.stringify(value)}`;
        const what = `${state}: ${title} deletes the object and its data when it leaves the repository`;
        return [
          finding(code, located, `metadata.annotations["${key}"]`, what, `annotate it with ${key}: ${mark}`),
        ];
      });
    }),
};
