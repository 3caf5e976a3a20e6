import type * as z from 'zod';
import type { CheckFinding } from '../../../src/stack/finding.ts';
import type { Path } from '../../../src/stack/reading/yaml-source.ts';
import type { HostAt } from '../../../src/system/entrance.ts';
import { allTunnels, isIn, type Tunnel, type Tunnels, tunnelFor, type tunnelSchema } from './tunnels.ts';

/** Each tunnel is another one: the operator knows them by their names, and hosts by their zones. */
export function checkTunnels(
  { others = [], ...main }: z.infer<typeof tunnelSchema>,
  at: Path,
): readonly CheckFinding[] {
  const all = [
    { ...main, path: at },
    ...others.map((one, index) => ({ ...one, path: [...at, 'others', index] })),
  ];
  return all.flatMap((one, index) =>
    (['name', 'zone'] as const).flatMap((key): readonly CheckFinding[] => {
      const earlier = all.slice(0, index).find((other) => other[key] === one[key]);
      if (earlier === undefined) return [];
      return [
        {
          code: 'MG251',
          at: [...one.path, key],
          other: [...earlier.path, key],
          what: `two tunnels have the ${key} "${one[key]}"`,
          remedy:
            key === 'name'
              ? 'write the name of the tunnel of the other zone, or remove this one'
              : 'remove one of them: a host goes through one tunnel',
        },
      ];
    }),
  );
}

/** Hosts that one field decides, and where each is set on its own. */
interface DecidedHosts {
  readonly path: Path;
  readonly hosts: readonly HostAt[];
}

/** Tunnels carry only HTTPS for hosts of their zones that the edge certificate covers. */
export function checkHosts(own: Tunnels, at: Path, all: readonly HostAt[]): readonly CheckFinding[] {
  const zones = allTunnels(own).map(({ zone }) => zone);
  return byField(all).flatMap(({ path, hosts }) => [
    ...outsideOf(zones, at, path, hosts),
    ...allTunnels(own).flatMap((tunnel, index) => {
      const through = hosts.filter(({ host: name }) => tunnelFor(own, name).name === tunnel.name);
      const place = index === 0 ? at : [...at, 'others', index - 1];
      return tunnel.edgeCertificate === 'universal' ? tooDeep(tunnel, place, path, through) : [];
    }),
  ]);
}

function outsideOf(
  zones: readonly string[],
  at: Path,
  path: Path,
  hosts: readonly HostAt[],
): readonly CheckFinding[] {
  const outside = hosts.filter(({ host: name }) => !zones.some((zone) => isIn(zone, name)));
  if (outside.length === 0) return [];
  const several = outside.length > 1;
  const where =
    zones.length > 1
      ? `the zones of the tunnels, ${zones.map((zone) => `"${zone}"`).join(' and ')}`
      : `the tunnel's zone "${zones.join()}"`;
  return [
    {
      code: 'MG024',
      at: path,
      other: [...at, 'zone'],
      what: `the ${several ? 'hosts' : 'host'} ${quoted(outside)} ${several ? 'are' : 'is'} outside ${where}`,
      remedy: `use ${several ? 'hosts' : 'a host'} below ${zones.join(' or ')}, or correct the zone`,
    },
  ];
}

function tooDeep({ zone }: Tunnel, at: Path, path: Path, hosts: readonly HostAt[]): readonly CheckFinding[] {
  const deep = hosts.filter(({ host: name }) => labelsBelow(name, zone).length > 1);
  if (deep.length === 0) return [];
  const flat = deep.flatMap(({ host: name, setting }) =>
    setting === undefined ? [] : [`write ${setting}: ${labelsBelow(name, zone).join('-')}.${zone}, `],
  );
  return [
    {
      code: 'MG023',
      at: path,
      other: [...at, 'edgeCertificate'],
      what: `the ${deep.length > 1 ? 'hosts' : 'host'} ${quoted(deep)} ${deep.length > 1 ? 'are' : 'is'} more than one level below "${zone}", and Cloudflare's universal certificate covers only one`,
      remedy: `${flat.join('')}${flat.length > 0 ? 'or ' : ''}order an advanced certificate and write edgeCertificate: advanced`,
    },
  ];
}

/** One entry for each field: a server name in the wrong zone is one mistake, however many hosts follow from it. */
function byField(hosts: readonly HostAt[]): readonly DecidedHosts[] {
  const fields = new Map<string, DecidedHosts>();
  for (const one of hosts) {
    const key = one.path.join('.');
    fields.set(key, { path: one.path, hosts: [...(fields.get(key)?.hosts ?? []), one] });
  }
  return [...fields.values()];
}

/** Labels of a host in front of the zone; none for the zone itself and for hosts outside it. */
function labelsBelow(name: string, zone: string): readonly string[] {
  return name.endsWith(`.${zone}`) ? name.slice(0, -zone.length - 1).split('.') : [];
}

function quoted(hosts: readonly HostAt[]): string {
  return hosts.map(({ host: name }) => `"${name}"`).join(', ');
}
