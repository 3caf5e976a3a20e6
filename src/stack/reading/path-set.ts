import type { Path } from './yaml-source.ts';

/** Paths, found by their beginnings in as many steps as a path has. */
export interface PathSet {
  add(path: Path): void;
  /** True when a path of the set is this one, or leads to something that holds it. */
  holds(path: Path): boolean;
  /** True when a path of the set is this one, or leads to something inside it. */
  reachesInto(path: Path): boolean;
}

interface Branch {
  isEnd: boolean;
  readonly below: Map<string | number, Branch>;
}

/** A set of paths. */
export function pathSet(paths: readonly Path[]): PathSet {
  const root: Branch = { isEnd: false, below: new Map() };
  const add = (path: Path): void => {
    let branch = root;
    for (const step of path) {
      const next = branch.below.get(step) ?? { isEnd: false, below: new Map() };
      branch.below.set(step, next);
      branch = next;
    }
    branch.isEnd = true;
  };
  for (const path of paths) add(path);
  return {
    add,
    holds: (path) => {
      let branch: Branch | undefined = root;
      for (const step of path) {
        if (branch === undefined || branch.isEnd) break;
        branch = branch.below.get(step);
      }
      return branch?.isEnd === true;
    },
    reachesInto: (path) => {
      let branch: Branch | undefined = root;
      for (const step of path) branch = branch?.below.get(step);
      return branch !== undefined && (branch.isEnd || branch.below.size > 0);
    },
  };
}
