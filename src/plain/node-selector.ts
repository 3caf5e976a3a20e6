/** Labels that a node must have for a pod, with their values. */
export type NodeSelector = Readonly<Record<string, string>>;

/** True when pods of both can end up on one node for sure: every node that fits one of them fits the other. */
export function shareNodes(a: NodeSelector, b: NodeSelector): boolean {
  const [fewer, more] = Object.keys(a).length <= Object.keys(b).length ? [a, b] : [b, a];
  return Object.entries(fewer).every(([key, value]) => more[key] === value);
}

/** True when no node fits both: they ask for different values of one label. */
export function keptApart(a: NodeSelector, b: NodeSelector): boolean {
  return Object.entries(a).some(([key, value]) => Object.hasOwn(b, key) && b[key] !== value);
}
