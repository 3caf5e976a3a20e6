import {
  CONFIG_MAP,
  HTTP_ROUTE,
  INGRESS_ROUTE,
  INGRESS_ROUTE_TCP,
  SERVICE,
  TUNNEL_BINDING,
} from '../../kinds/keys.ts';
import { at } from '../../plain/data.ts';
import { items } from '../reading/data.ts';
import { type Located, ofKind } from '../reading/objects.ts';
import { cloudflaredRules } from './cloudflared.ts';
import { httpRouteRules } from './gateway.ts';
import { limitsAmong } from './limits.ts';
import { effort } from './regexp.ts';
import type { EntranceRoute, Surroundings } from './route.ts';
import { ingressRoutes } from './traefik.ts';
import { ingressRoutesTcp } from './traefik-tcp.ts';
import { tunnelSubjects } from './tunnel.ts';

/** Every kind of object that lets requests in, and who reads it. */
const READERS: Readonly<Record<string, (owner: Located, around: Surroundings) => readonly EntranceRoute[]>> =
  {
    [INGRESS_ROUTE]: ingressRoutes,
    [INGRESS_ROUTE_TCP]: ingressRoutesTcp,
    [TUNNEL_BINDING]: tunnelSubjects,
    [CONFIG_MAP]: cloudflaredRules,
    [HTTP_ROUTE]: httpRouteRules,
  };

/**
 * Every route of the entrances among the objects. Those of one call share the effort for regular expressions: when it
 * is spent, the others may be found anywhere.
 */
export function entranceRoutes(all: readonly Located[]): readonly EntranceRoute[] {
  const around: Surroundings = { ports: servicePorts(all), effort: effort(), limits: limitsAmong(all) };
  return Object.entries(READERS).flatMap(([kind, read]) =>
    ofKind(all, kind).flatMap((owner) => read(owner, around)),
  );
}

function servicePorts(all: readonly Located[]): Surroundings['ports'] {
  return new Map(
    ofKind(all, SERVICE).flatMap(({ namespace, name, data }) =>
      items(at(data, 'spec', 'ports'), '').flatMap(({ data: { name: port, port: number } }) =>
        typeof port === 'string' && typeof number === 'number'
          ? [[`${namespace}/${name}:${port}`, number] as const]
          : [],
      ),
    ),
  );
}
