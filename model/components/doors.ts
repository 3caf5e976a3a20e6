import type { StackBase } from '../stack.ts';
import type { Route } from '../topology.ts';
import type { LanName } from './index.ts';

/** What every door to one party has in common. */
type RouteTarget = Pick<Route, 'match' | 'to' | 'port' | 'group' | 'certificate'>;

/**
 * The routes to one thing: its canonical host at the stack's front door,
 * and its extra LAN name where it has one.
 */
export function doors(
  stack: StackBase,
  canonicalHost: string,
  lanName: LanName | undefined,
  target: RouteTarget,
): readonly Route[] {
  const extra = lanName === undefined ? undefined : stack.expose.lan?.names[lanName];
  return [
    { door: frontDoor(stack), host: canonicalHost, ...target },
    ...(extra === undefined ? [] : [{ door: 'lan', host: extra, ...target } as const]),
  ];
}

/** The door that canonical hosts are reached through: the public one where there is one. */
export function frontDoor(stack: StackBase): 'public' | 'lan' {
  return stack.expose.public === undefined ? 'lan' : 'public';
}
