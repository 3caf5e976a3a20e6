import { at, text } from '../../plain/data.ts';
import { items } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { traefikRule } from './expression.ts';
import type { EntranceRoute, Surroundings } from './route.ts';

/** The rules of an IngressRoute of Traefik. */
export function ingressRoutes(
  owner: Located,
  { ports, effort, limits }: Surroundings,
): readonly EntranceRoute[] {
  const certificate = text(at(owner.data, 'spec', 'tls', 'secretName'));
  return items(at(owner.data, 'spec', 'routes'), 'spec.routes').flatMap(({ path, data: route }) => {
    const match = text(route.match) ?? '';
    const { passes, hosts, paths } = traefikRule(match, effort);
    const limitedBy = limits(owner, route);
    return items(route.services, '').map(({ data: service }) => {
      const name = `${text(service.namespace) ?? owner.namespace}/${text(service.name) ?? ''}`;
      const port = typeof service.port === 'number' ? service.port : text(service.port);
      return {
        owner,
        field: `${path}.match`,
        match,
        to: `${name}:${ports.get(`${name}:${port}`) ?? port}`,
        hosts,
        paths,
        limitedBy,
        ...(certificate === undefined ? {} : { certificate }),
        accepts: passes,
      };
    });
  });
}
