import { configMapKey, secretKey } from './by-key.ts';
import type { Field, KindKnowledge, Reference } from './kind.ts';

/** What Prometheus reads to ask one endpoint. */
function endpoint(field: Field): readonly Reference[] {
  const either = (group: string): readonly Reference[] => [
    secretKey(`${field}.${group}.secret`),
    configMapKey(`${field}.${group}.configMap`),
  ];
  return [
    ...[
      'authorization.credentials',
      'basicAuth.username',
      'basicAuth.password',
      'bearerTokenSecret',
      'oauth2.clientSecret',
      'oauth2.tlsConfig.keySecret',
      'tlsConfig.keySecret',
    ].map((group) => secretKey(`${field}.${group}`)),
    ...[
      'oauth2.clientId',
      'oauth2.tlsConfig.ca',
      'oauth2.tlsConfig.cert',
      'tlsConfig.ca',
      'tlsConfig.cert',
    ].flatMap(either),
  ].map((reference): Reference => ({ ...reference, optional: true }));
}

const notChecked = (field: Field): Readonly<Record<Field, string>> => ({
  [`${field}.proxyConnectHeader`]: 'is for a proxy outside of the cluster',
  [`${field}.oauth2.proxyConnectHeader`]: 'is for a proxy outside of the cluster',
  [`${field}.tlsConfig.serverName`]: 'is a name of DNS',
  [`${field}.oauth2.tlsConfig.serverName`]: 'is a name of DNS',
  'spec.namespaceSelector.matchNames': 'are namespaces that others may render',
});

const podMonitor: KindKnowledge = {
  group: 'monitoring.coreos.com',
  kind: 'PodMonitor',
  references: endpoint('spec.podMetricsEndpoints[]'),
  notChecked: notChecked('spec.podMetricsEndpoints[]'),
  selects: [{ field: 'spec.selector', form: 'selector', of: 'pods', unless: 'namespaceSelector' }],
};

const serviceMonitor: KindKnowledge = {
  group: 'monitoring.coreos.com',
  kind: 'ServiceMonitor',
  references: endpoint('spec.endpoints[]'),
  notChecked: notChecked('spec.endpoints[]'),
  selects: [{ field: 'spec.selector', form: 'selector', of: 'services', unless: 'namespaceSelector' }],
};

/** Kinds of the Prometheus operator. */
export const monitoring: readonly KindKnowledge[] = [podMonitor, serviceMonitor];
