import { INGRESS_ROUTE, SERVICE, TUNNEL_BINDING } from '../../kinds/keys.ts';
import { at, items } from '../reading/data.ts';
import { type Located, ofKind } from '../reading/objects.ts';
import type { EntranceRoute, Ports } from './route.ts';
import { ingressRoutes } from './traefik.ts';
import { tunnelSubjects } from './tunnel.ts';

/** Every kind of object that lets requests in, and who reads it. */
const READERS: Readonly<Record<string, (owner: Located, ports: Ports) => readonly EntranceRoute[]>> = {
  [INGRESS_ROUTE]: ingressRoutes,
  [TUNNEL_BINDING]: tunnelSubjects,
};

/** Every route of the entrances among the objects. */
export function entranceRoutes(all: readonly Located[]): readonly EntranceRoute[] {
  const ports = servicePorts(all);
  return Object.entries(READERS).flatMap(([kind, read]) =>
    ofKind(all, kind).flatMap((owner) => read(owner, ports)),
  );
}

function servicePorts(all: readonly Located[]): Ports {
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
