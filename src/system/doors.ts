import type { Door, HostClaim, Route } from '../topology/topology.ts';
import type { StackFacts } from './facts.ts';

/** What every door to one thing has in common. */
type RouteTarget = Omit<Route, 'door' | 'host'>;

/**
 * The names of a component that has a host: the canonical one at the stack's front door, and its extra name on the
 * local network where it has one. Its certificate is of a group named after it.
 *
 * @param component its key in the stack file
 */
export function claims(facts: StackFacts, component: string, canonicalHost: string): readonly HostClaim[] {
  const common = {
    component,
    leadsTo: 'entrance',
    certificate: { group: groupOf(component) },
  } as const;
  const extra = facts.expose.lan?.names[component];
  return [
    { ...common, door: frontDoor(facts), host: canonicalHost, at: [component, 'host'] },
    ...(extra === undefined
      ? []
      : [{ ...common, door: 'lan', host: extra, at: ['expose', 'lan', 'names', component] } as const]),
  ];
}

/**
 * The only name of a component that strangers must not reach: people on the local network come to it. Its certificate is
 * of a group named after the component.
 *
 * @param component its key in the stack file, with `host` and `sharedEntrance` below it
 * @param shared why it is safe even where the Internet comes through the same program
 */
export function guardedClaim(component: string, host: string, shared: string | undefined): HostClaim {
  return {
    component,
    door: 'lan',
    host,
    at: [component, 'host'],
    leadsTo: 'entrance',
    certificate: { group: groupOf(component) },
    guarded: {
      reasonAt: [component, 'sharedEntrance'],
      ...(shared === undefined ? {} : { reason: shared }),
    },
  };
}

/** A component's key as part of the names of objects: `adminUi` is `admin-ui`. */
function groupOf(component: string): string {
  return component.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The same routes on each of a component's hosts. */
export function doors(
  facts: StackFacts,
  component: string,
  canonicalHost: string,
  target: RouteTarget,
): readonly Route[] {
  return claims(facts, component, canonicalHost).map(({ door, host }) => ({ door, host, ...target }));
}

/**
 * The same again for paths at which strangers guess passwords or make accounts, on the doors that limit these. They lead
 * where the component's other routes lead.
 *
 * @param paths regular expressions
 */
export function limitedDoors(
  facts: StackFacts,
  component: string,
  canonicalHost: string,
  { paths, ...target }: Pick<RouteTarget, 'to' | 'group'> & { readonly paths: readonly string[] },
): readonly Route[] {
  return claims(facts, component, canonicalHost).flatMap(({ door, host }) => {
    const limit = facts.expose[door]?.settings.rateLimit;
    if (limit === undefined) return [];
    return [{ door, host, match: { kind: 'regex', paths }, rank: FIRST, limit, ...target }];
  });
}

/** Before the routes to programs of their own that a component may have for some of these paths. */
const FIRST = 1000;

/** The door that canonical hosts are reached through: the public one where there is one. */
export function frontDoor({ expose }: StackFacts): Door {
  return expose.public === undefined ? 'lan' : 'public';
}
