import { at, type Data, text, texts } from '../../plain/data.ts';
import { items } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { traefikRule } from './expression.ts';
import { extentOf } from './extent.ts';
import type { EntranceRoute, Surroundings, Turn } from './route.ts';

/** The rules of an IngressRoute of Traefik. */
export function ingressRoutes(
  owner: Located,
  { ports, effort, limits }: Surroundings,
): readonly EntranceRoute[] {
  // A child is as encrypted as its parents.
  const isPlain =
    at(owner.data, 'spec', 'tls') === undefined && at(owner.data, 'spec', 'parentRefs') === undefined;
  const where = { instance: instanceOf(owner), ...(isPlain ? { plain: 'spec.tls' } : {}) };
  return items(at(owner.data, 'spec', 'routes'), 'spec.routes').flatMap((route) => {
    const { paths } = traefikRule(text(route.data.match) ?? '', effort);
    return servicesOf(owner, route, { ports, effort }).map((one) => ({
      ...one,
      ...where,
      paths,
      limitedBy: limits(owner, route.data),
    }));
  });
}

/** What an IngressRoute and an IngressRouteTCP say in the same way: a rule, and each Service that it leads to. */
export function servicesOf(
  owner: Located,
  { path, data: route }: { readonly path: string; readonly data: Data },
  { ports, effort }: Pick<Surroundings, 'ports' | 'effort'>,
): readonly Omit<EntranceRoute, 'instance' | 'paths' | 'limitedBy'>[] {
  const certificate = text(at(owner.data, 'spec', 'tls', 'secretName'));
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
      ...(certificate === undefined ? {} : { certificate }),
      ...entryPointsOf(owner),
      turn: turnOf(route, match),
      accepts: passes,
      extent: () => extentOf(match, effort),
    };
  });
}

/**
 * Without a priority, or with 0, Traefik takes the length of the rule in bytes.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/http/routing/rules-and-priority/
 */
export function turnOf(route: Data, match: string): Turn {
  const written = typeof route.priority === 'number' && route.priority !== 0 ? route.priority : undefined;
  const priority = written ?? Buffer.byteLength(match);
  return {
    priority,
    said: written === undefined ? `priority ${priority}, the length of its rule` : `priority ${priority}`,
    toBeBefore: `write priority: ${priority + 1} or higher`,
  };
}

/** Objects of other classes can belong to another Traefik. */
export function instanceOf({ data }: Located): string {
  const annotation = text(at(data, 'metadata', 'annotations', 'kubernetes.io/ingress.class'));
  return `Traefik ${text(at(data, 'spec', 'ingressClassName')) || annotation || 'traefik'}`;
}

export function entryPointsOf({ data }: Located): Pick<EntranceRoute, 'entryPoints'> {
  // The routes of a child get what its parents pass on.
  if (at(data, 'spec', 'parentRefs') !== undefined) return { entryPoints: [] };
  const entryPoints = texts(at(data, 'spec', 'entryPoints'));
  return entryPoints.length === 0 ? {} : { entryPoints };
}
