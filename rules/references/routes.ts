import { suggestion } from '../../model/nearest.ts';
import { at, type Data, data, items, list, text } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { existing, namesIn, type References, requireSecret, requireService } from './context.ts';

/** Checks a Traefik IngressRoute: certificate, Services with ports, middlewares. */
export function checkIngressRoute(route: Located, refs: References): void {
  const secret = text(at(route.data, 'spec', 'tls', 'secretName'));
  if (secret !== undefined && secret !== '') requireSecret(refs, route, 'spec.tls.secretName', secret);
  for (const rule of items(at(route.data, 'spec', 'routes'), 'spec.routes')) {
    checkMiddlewares(rule.data.middlewares, `${rule.path}.middlewares`, route, refs);
    for (const service of items(rule.data.services, `${rule.path}.services`)) {
      checkTraefikService(service.data, service.path, route, refs);
      checkMiddlewares(service.data.middlewares, `${service.path}.middlewares`, route, refs);
    }
  }
}

/** Checks what a Traefik Middleware names: other middlewares, Secrets, the Service of error pages. */
export function checkMiddleware(middleware: Located, refs: References): void {
  const spec = at(middleware.data, 'spec');
  checkMiddlewares(at(spec, 'chain', 'middlewares'), 'spec.chain.middlewares', middleware, refs);
  for (const type of ['basicAuth', 'digestAuth']) {
    const secret = text(at(spec, type, 'secret'));
    if (secret !== undefined) requireSecret(refs, middleware, `spec.${type}.secret`, secret);
  }
  const service = at(spec, 'errors', 'service');
  if (service !== undefined) {
    checkTraefikService(data(service), 'spec.errors.service', middleware, refs);
  }
}

function checkTraefikService(service: Data, path: string, from: Located, refs: References): void {
  const name = text(service.name) ?? '';
  const namespace = text(service.namespace) ?? from.namespace;
  // `api@internal` and the like belong to another provider; other namespaces may not be rendered here.
  if (service.kind === 'TraefikService' || name.includes('@') || !refs.inventory.namespaces.has(namespace))
    return;
  requireService(refs, from, {
    path: `${path}.name`,
    namespace,
    name,
    portPath: `${path}.port`,
    port: service.port,
  });
}

function checkMiddlewares(
  value: unknown,
  path: string,
  from: Located,
  { inventory, report }: References,
): void {
  for (const { path: field, data } of items(list(value), path)) {
    const name = text(data.name) ?? '';
    const namespace = text(data.namespace) ?? from.namespace;
    if (name.includes('@') || !inventory.namespaces.has(namespace)) continue;
    if (inventory.middlewares.has(`${namespace}/${name}`)) continue;
    const hint = suggestion(name, namesIn(inventory.middlewares, namespace));
    const what = `names Middleware "${name}", which does not exist in namespace ${namespace}`;
    report(
      from,
      `${field}.name`,
      what,
      `${hint}${existing('Middlewares', namesIn(inventory.middlewares, namespace))}; Traefik drops the whole route`,
    );
  }
}
