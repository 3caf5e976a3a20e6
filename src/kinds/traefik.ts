import { INGRESS_ROUTE, MIDDLEWARE, SECRET, SERVICE } from './keys.ts';
import type { Field, KindKnowledge, Reference } from './kind.ts';

const serviceOf = (field: Field): Reference => ({
  field: `${field}.name`,
  to: SERVICE,
  port: ['port'],
  namespace: 'namespace',
  // `api@internal` and the like belong to another provider.
  where: ({ kind }, name) => kind !== 'TraefikService' && !name.includes('@'),
});

const middlewareOf = (field: Field): Reference => ({
  field: `${field}.name`,
  to: MIDDLEWARE,
  namespace: 'namespace',
  where: (_, name) => !name.includes('@'),
  consequence: 'Traefik drops the whole route',
});

const TLS: Readonly<Record<Field, string>> = {
  'spec.ingressClassName': 'belongs to the cluster',
  'spec.tls.options': 'belongs to Traefik itself',
  'spec.tls.store': 'belongs to Traefik itself',
  'spec.routes[].services[].serversTransport': 'belongs to Traefik itself',
};

const ingressRoute: KindKnowledge = {
  group: 'traefik.io',
  kind: 'IngressRoute',
  references: [
    { field: 'spec.tls.secretName', to: SECRET },
    { field: 'spec.parentRefs[].name', to: INGRESS_ROUTE, namespace: 'namespace' },
    middlewareOf('spec.routes[].middlewares[]'),
    serviceOf('spec.routes[].services[]'),
    middlewareOf('spec.routes[].services[].middlewares[]'),
  ],
  notChecked: TLS,
};

const ingressRouteTcp: KindKnowledge = {
  group: 'traefik.io',
  kind: 'IngressRouteTCP',
  references: [{ field: 'spec.tls.secretName', to: SECRET }, serviceOf('spec.routes[].services[]')],
  notChecked: {
    ...TLS,
    'spec.routes[].middlewares': 'is of kind MiddlewareTCP, of which no schema is known',
  },
};

const middleware: KindKnowledge = {
  group: 'traefik.io',
  kind: 'Middleware',
  references: [
    middlewareOf('spec.chain.middlewares[]'),
    ...[
      'basicAuth.secret',
      'digestAuth.secret',
      'forwardAuth.tls.caSecret',
      'forwardAuth.tls.certSecret',
      'rateLimit.redis.secret',
      'rateLimit.redis.tls.caSecret',
      'rateLimit.redis.tls.certSecret',
    ].map((field) => ({ field: `spec.${field}`, to: SECRET })),
    serviceOf('spec.errors.service'),
    middlewareOf('spec.errors.service.middlewares[]'),
  ],
  notChecked: {
    'spec.errors.service.serversTransport': 'belongs to Traefik itself',
    'spec.passTLSClientCert': 'is about certificates of clients',
    'spec.inFlightReq.sourceCriterion.requestHeaderName': 'is a header',
    'spec.rateLimit.sourceCriterion.requestHeaderName': 'is a header',
  },
};

/** Kinds of Traefik. */
export const traefik: readonly KindKnowledge[] = [ingressRoute, ingressRouteTcp, middleware];
