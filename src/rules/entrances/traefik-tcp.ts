import { at } from '../../plain/data.ts';
import { items } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import type { EntranceRoute, Surroundings } from './route.ts';
import { instanceOf, servicesOf } from './traefik.ts';

/**
 * The rules of an IngressRouteTCP of Traefik. It passes on whole connections: whatever is asked for in them, the one
 * behind it gets.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/tcp/ingressroutetcp/
 */
export function ingressRoutesTcp(owner: Located, surroundings: Surroundings): readonly EntranceRoute[] {
  const tls = at(owner.data, 'spec', 'tls');
  // They compete with each other, by whether they are for TLS, and never with those for HTTP: a connection is for HTTP
  // if any rule for HTTP names its host; if none does, the rules for TCP that name it come first (router.go).
  const instance = `${instanceOf(owner)}, ${tls === undefined ? 'TCP' : 'TCP with TLS'}`;
  return items(at(owner.data, 'spec', 'routes'), 'spec.routes').flatMap((route) =>
    // Middlewares for TCP are of a kind of their own, which nothing here reads.
    servicesOf(owner, route, surroundings).map((one) => ({ ...one, instance, paths: [], limitedBy: [] })),
  );
}
