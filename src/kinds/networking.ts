import { CONFIG_MAP, SECRET, SERVICE } from './keys.ts';
import type { Condition, Field, KindKnowledge, Reference } from './kind.ts';

const networkPolicy: KindKnowledge = {
  group: 'networking.k8s.io',
  kind: 'NetworkPolicy',
  selects: [
    { field: 'spec.podSelector', form: 'selector', of: 'pods' },
    ...['spec.ingress[].from[].podSelector', 'spec.egress[].to[].podSelector'].map(
      (field) => ({ field, form: 'selector', of: 'pods', unless: 'namespaceSelector' }) as const,
    ),
  ],
};

const ingressBackend = (field: Field): Reference => ({
  field: `${field}.service.name`,
  to: SERVICE,
  port: ['port.number', 'port.name'],
});

const ingress: KindKnowledge = {
  group: 'networking.k8s.io',
  kind: 'Ingress',
  references: [
    ingressBackend('spec.defaultBackend'),
    ingressBackend('spec.rules[].http.paths[].backend'),
    { field: 'spec.tls[].secretName', to: SECRET },
  ],
  notChecked: {
    'spec.ingressClassName': 'belongs to the cluster',
    'spec.defaultBackend.resource': 'is of a kind that only its controller knows',
    'spec.rules[].http.paths[].backend.resource': 'is of a kind that only its controller knows',
  },
};

/** `kind` of a reference of the Gateway API has a default; `group` is the core group. */
const named =
  (kind: string, byDefault: string): Condition =>
  (group) =>
    (group.kind ?? byDefault) === kind && (group.group ?? '') === '';

const gatewayBackend = (field: Field): Reference => ({
  field: `${field}.name`,
  to: SERVICE,
  port: ['port'],
  namespace: 'namespace',
  where: named('Service', 'Service'),
});

const gatewaySecret = (field: Field): Reference => ({
  field: `${field}.name`,
  to: SECRET,
  namespace: 'namespace',
  where: named('Secret', 'Secret'),
});

const gatewayAuthorities = (field: Field): readonly Reference[] => [
  { field: `${field}.name`, to: CONFIG_MAP, namespace: 'namespace', where: named('ConfigMap', '') },
  { field: `${field}.name`, to: SECRET, namespace: 'namespace', where: named('Secret', '') },
];

const gateway: KindKnowledge = {
  group: 'gateway.networking.k8s.io',
  kind: 'Gateway',
  references: [
    gatewaySecret('spec.listeners[].tls.certificateRefs[]'),
    gatewaySecret('spec.tls.backend.clientCertificateRef'),
    ...gatewayAuthorities('spec.tls.frontend.default.validation.caCertificateRefs[]'),
    ...gatewayAuthorities('spec.tls.frontend.perPort[].tls.validation.caCertificateRefs[]'),
  ],
  notChecked: {
    'spec.gatewayClassName': 'belongs to the cluster',
    'spec.infrastructure.parametersRef': 'is of a kind that only its controller knows',
    'spec.listeners[].name': 'is what routes call this listener',
  },
};

const httpRoute: KindKnowledge = {
  group: 'gateway.networking.k8s.io',
  kind: 'HTTPRoute',
  references: [
    gatewayBackend('spec.rules[].backendRefs[]'),
    gatewayBackend('spec.rules[].filters[].requestMirror.backendRef'),
    gatewayBackend('spec.rules[].backendRefs[].filters[].requestMirror.backendRef'),
  ],
  notChecked: {
    'spec.parentRefs': 'is a Gateway, which belongs to the cluster',
    'spec.rules[].name': 'is what people call this rule',
    'spec.rules[].filters[].extensionRef': 'is of a kind that only its controller knows',
    'spec.rules[].backendRefs[].filters[].extensionRef': 'is of a kind that only its controller knows',
    'spec.rules[].filters[].requestHeaderModifier': 'is a header',
    'spec.rules[].filters[].responseHeaderModifier': 'is a header',
    'spec.rules[].backendRefs[].filters[].requestHeaderModifier': 'is a header',
    'spec.rules[].backendRefs[].filters[].responseHeaderModifier': 'is a header',
    'spec.rules[].matches': 'is a header or a parameter of requests',
  },
};

/** Built-in kinds about connections, and those of the Gateway API. */
export const networking: readonly KindKnowledge[] = [networkPolicy, ingress, gateway, httpRoute];
