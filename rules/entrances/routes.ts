import { at, items, text } from '../reading/data.ts';
import { type Located, ofKind } from '../reading/objects.ts';
import { type Answer, mayFind, type Request, traefikRule } from './expression.ts';
import { limitsAmong } from './limits.ts';

/** What an entrance passes on, and to whom. */
export interface EntranceRoute {
  readonly owner: Located;
  /** The part of the object that decides which requests. */
  readonly field: string;
  /** Which requests, as the object says it. */
  readonly match: string;
  /** To whom: `namespace/service:port`, or what else the object names. */
  readonly to: string;
  readonly hosts: readonly string[];
  /** Texts in the rule: paths among them. */
  readonly literals: readonly string[];
  /** Names of the middlewares that let only some people through, as far as they are known. */
  readonly limitedBy: readonly string[];
  accepts(request: Request): Answer;
}

/** Every route of the entrances among the objects. */
export function entranceRoutes(all: readonly Located[]): readonly EntranceRoute[] {
  const ports = servicePorts(all);
  const limits = limitsAmong(all);
  return [
    ...ofKind(all, 'traefik.io', 'IngressRoute').flatMap((owner) => ofTraefik(owner, ports, limits)),
    ...ofKind(all, 'networking.cfargotunnel.com', 'TunnelBinding').flatMap(ofTunnel),
  ];
}

type Ports = ReadonlyMap<string, number>;

/** Ports of Services by `namespace/service:name`. */
function servicePorts(all: readonly Located[]): Ports {
  return new Map(
    ofKind(all, '', 'Service').flatMap(({ namespace, name, data }) =>
      items(at(data, 'spec', 'ports'), '').flatMap(({ data: { name: port, port: number } }) =>
        typeof port === 'string' && typeof number === 'number'
          ? [[`${namespace}/${name}:${port}`, number] as const]
          : [],
      ),
    ),
  );
}

function ofTraefik(
  owner: Located,
  ports: Ports,
  limits: ReturnType<typeof limitsAmong>,
): readonly EntranceRoute[] {
  return items(at(owner.data, 'spec', 'routes'), 'spec.routes').flatMap(({ path, data: route }) => {
    const match = text(route.match) ?? '';
    const { passes, hosts, literals } = traefikRule(match);
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
        literals,
        limitedBy,
        accepts: passes,
      };
    });
  });
}

const TARGET = /^[a-z]+:\/\/([^./:]+)\.([^./:]+)\.svc(?:\.[^/:]+)?(?::(\d+))?/;

function ofTunnel(owner: Located): readonly EntranceRoute[] {
  return items(owner.data.subjects, 'subjects').map(({ data: subject }, index) => {
    const field = `subjects[${index}].spec`;
    const path = text(at(subject, 'spec', 'path')) ?? '';
    const target = text(at(subject, 'spec', 'target')) ?? '';
    const fqdn = text(at(subject, 'spec', 'fqdn'));
    const [, service = text(subject.name) ?? '', namespace = owner.namespace, port] =
      TARGET.exec(target) ?? [];
    const isService = target === '' || TARGET.test(target);
    return {
      owner,
      field: path === '' ? field : `${field}.path`,
      match: `${fqdn ?? 'a host of its own'}${path === '' ? '' : ` ${path}`}`,
      to: isService ? `${namespace}/${service}:${port ?? 'its first port'}` : target,
      hosts: fqdn === undefined ? [] : [fqdn],
      literals: [],
      limitedBy: [],
      accepts: ({ host, path: asked }) => {
        if (fqdn !== undefined && fqdn.toLowerCase() !== host.toLowerCase()) return 'no';
        if (path === '') return 'yes';
        return mayFind(path, asked) ? 'maybe' : 'no';
      },
    };
  });
}
