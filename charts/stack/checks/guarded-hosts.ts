import { isHugeRange } from '../../../src/plain/address-ranges.ts';
import { valueAt } from '../../../src/plain/data.ts';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import { dotted, type Path } from '../../../src/stack/reading/yaml-source.ts';
import { DOORS, type Door } from '../../../src/topology/topology.ts';
import { DEFAULT_VIA, entranceAt, entrances, type Via } from '../../entrances/index.ts';
import type { Stack } from '../stack.ts';
import type { Check } from './check.ts';

/**
 * A host that strangers must not reach needs a door of its own. A program that also answers for the Internet finds the
 * host by the name in the request, whichever address it came to: the name alone keeps nobody out.
 */
export const checkGuardedHosts: Check = (_written, stack) =>
  stack.topology.hosts.flatMap((claim): readonly CheckFinding[] => {
    if (claim.leadsTo !== 'entrance' || claim.guarded === undefined) return [];
    const { component, door, at } = claim;
    const { reason, reasonAt } = claim.guarded;
    const own = entranceAt(stack, door);
    if (own === undefined) {
      return [
        {
          code: 'MG230',
          at: [component],
          missing: ['expose', door],
          what: `${component} is only for the local network, and expose.${door} is missing`,
          remedy: `add ${door} to expose, with ${opening(door)}, or remove ${component}`,
        },
      ];
    }
    const { id, title } = own.entrance.passer(own.own);
    const shared = DOORS.find((other) => {
      const rival = other === door ? undefined : entranceAt(stack, other);
      return rival !== undefined && rival.entrance.passer(rival.own).id === id;
    });
    if (shared === undefined) {
      return reason === undefined
        ? []
        : [
            {
              code: 'MG111',
              at: reasonAt,
              what: `${dotted(reasonAt)} is not needed: only expose.${door} leads to ${title}`,
              remedy: 'remove it',
            },
          ];
    }
    if (reason !== undefined) return [];
    return [
      {
        code: 'MG231',
        at,
        other: ['expose', shared],
        // A reason that is not valid is an error of its own.
        missing: reasonAt,
        what: `expose.${shared} and expose.${door} lead to the same ${title}, which chooses a program by the host that a visitor asks for: from the Internet, only the list of addresses keeps people out of ${component}`,
        remedy: `open expose.${shared} in another way, such as a tunnel; or make sure that ${title} sees the addresses of visitors (externalTrafficPolicy: Local), and write ${dotted(reasonAt)}: with how you know`,
      },
    ];
  });

/** What to write at a door that is closed, through what it goes if nothing else is said. */
function opening(door: Door): string {
  const defaults: Readonly<Partial<Record<Door, Via>>> = DEFAULT_VIA;
  const via = defaults[door];
  return via === undefined ? 'via: …' : entrances[via].example;
}

/** A list of addresses is there to keep people out: by the address of each, not by that of a proxy in between. */
export const checkAllowLists: Check = (written, stack) => {
  const lists = new Map(
    stack.topology.routes.flatMap(({ allow, door }) =>
      allow === undefined ? [] : [[dotted(allow.decidedBy), { ...allow, door }] as const],
    ),
  );
  return [...lists].flatMap(([name, { ranges, decidedBy, door }]) => [
    ...ranges.flatMap((range, index): readonly CheckFinding[] =>
      isHugeRange(range)
        ? [
            {
              code: 'MG232',
              at: valueAt(written, [...decidedBy, index]) === undefined ? decidedBy : [...decidedBy, index],
              what: `${name} has ${range}, which lets in everybody`,
              remedy: 'write the networks of the people who may come, such as 192.168.10.0/24',
            },
          ]
        : [],
    ),
    ...behindProxies(name, decidedBy, door, stack),
  ]);
};

/** What a proxy says of visitors can be their own invention, so that the list is not compared with that. */
function behindProxies(
  name: string,
  decidedBy: Path,
  door: Door,
  { expose }: Stack,
): readonly CheckFinding[] {
  if ((expose[door]?.settings.proxies ?? 0) === 0) return [];
  const at = ['expose', door, 'proxies'];
  const [component = ''] = decidedBy;
  return [
    {
      code: 'MG234',
      at,
      other: [component],
      what: `with ${dotted(at)}, everybody has the address of a proxy, so that ${name} lets in all or nobody`,
      remedy: `let people on the local network reach the entrance without a proxy, and remove ${dotted(at)}; or remove ${component}`,
    },
  ];
}
