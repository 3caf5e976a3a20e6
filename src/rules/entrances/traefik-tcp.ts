import { at, text } from '../../plain/data.ts';
import { items } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { traefikRule } from './expression.ts';
import { extentOf } from './extent.ts';
import type { EntranceRoute, Surroundings } from './route.ts';
import { entryPointsOf, instanceOf, turnOf } from './traefik.ts';

/**
 * The rules of an IngressRouteTCP of Traefik. It passes on whole connections: whatever is asked for in them, the one
 * behind it gets.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/tcp/ingressroutetcp/
 */
export function ingressRoutesTcp(owner: Located, { ports, effort }: Surroundings): readonly EntranceRoute[] {
  const tls = at(owner.data, 'spec', 'tls');
  const certificate = text(at(tls, 'secretName'));
  // They compete with each other, by whether they are for TLS, and never with those for HTTP: a connection is for HTTP
  // if any rule for HTTP names its host; if none does, the rules for TCP that name it come first (router.go).
  const instance = `${instanceOf(owner)}, ${tls === undefined ? 'TCP' : 'TCP with TLS'}`;
  return items(at(owner.data, 'spec', 'routes'), 'spec.routes').flatMap(({ path, data: route }) => {
    const match = text(route.match) ?? '';
    const { passes, hosts } = traefikRule(match, effort);
    return items(route.services, '').map(({ data: service }) => {
      const name = `${text(service.namespace) ?? owner.namespace}/${text(service.name) ?? ''}`;
      const port = typeof service.port === 'number' ? service.port : text(service.port);
      return {
        owner,
        field: `${path}.match`,
        match,
        to: `${name}:${ports.get(`${name}:${port}`) ?? port}`,
        hosts,
        paths: [],
        // Middlewares for TCP are of a kind of their own, which nothing here reads.
        limitedBy: [],
        ...(certificate === undefined ? {} : { certificate }),
        instance,
        ...entryPointsOf(owner),
        turn: turnOf(route, match),
        accepts: passes,
        extent: () => extentOf(match, effort),
      };
    });
  });
}
