import type { StackBase } from '../stack.ts';
import type { Door, HostClaim, Route } from '../topology.ts';
import type { LanName } from './index.ts';

/** What every door to one thing has in common. */
type RouteTarget = Pick<Route, 'match' | 'to' | 'group' | 'rank'>;

/**
 * The names of a component that has a host: the canonical one at the stack's front door, and its extra name on the
 * local network where it has one. Its certificate is of a group named after it.
 */
export function claims(stack: StackBase, component: LanName, canonicalHost: string): readonly HostClaim[] {
  const common = {
    component,
    leadsTo: 'entrance',
    certificate: { group: component, namespace: stack.namespace },
  } as const;
  const extra = stack.expose.lan?.names[component];
  return [
    { ...common, door: frontDoor(stack), host: canonicalHost, at: [component, 'host'] },
    ...(extra === undefined
      ? []
      : [{ ...common, door: 'lan', host: extra, at: ['expose', 'lan', 'names', component] } as const]),
  ];
}

/** The same routes on each of a component's hosts. */
export function doors(
  stack: StackBase,
  component: LanName,
  canonicalHost: string,
  target: RouteTarget,
): readonly Route[] {
  return claims(stack, component, canonicalHost).map(({ door, host }) => ({ door, host, ...target }));
}

/** The door that canonical hosts are reached through: the public one where there is one. */
export function frontDoor(stack: StackBase): Door {
  return stack.expose.public === undefined ? 'lan' : 'public';
}
