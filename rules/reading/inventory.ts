import type { RuleInput } from '../rule.ts';
import { at, data, type Item, items, list, text, texts } from './data.ts';
import { type Located, objects, ofKind } from './objects.ts';

/** Keys of a Secret or ConfigMap; `any` where something else decides them. */
export type Keys = ReadonlySet<string> | 'any';

/** A Service's ports, as routes and tunnels may name them. */
export interface ServicePorts {
  readonly numbers: ReadonlySet<number>;
  readonly names: ReadonlySet<string>;
}

/** What exists once the files are applied, by `<namespace>/<name>`. */
export interface Inventory {
  readonly secrets: ReadonlyMap<string, Keys>;
  readonly configMaps: ReadonlyMap<string, Keys>;
  readonly claims: ReadonlyMap<string, Located>;
  readonly serviceAccounts: ReadonlySet<string>;
  readonly services: ReadonlyMap<string, ServicePorts>;
  readonly middlewares: ReadonlySet<string>;
  /** CloudNativePG Clusters. */
  readonly clusters: ReadonlySet<string>;
  /** Namespaces in which at least one object is rendered. */
  readonly namespaces: ReadonlySet<string>;
}

/** https://cert-manager.io/docs/usage/certificate/ */
const certificateKeys = ['ca.crt', 'tls.crt', 'tls.key'];
/** https://cloudnative-pg.io/documentation/current/applications/ */
const databaseKeys = [
  'dbname',
  'fqdn-jdbc-uri',
  'fqdn-uri',
  'host',
  'jdbc-uri',
  'password',
  'pgpass',
  'port',
  'uri',
  'user',
  'username',
];

const id = ({ namespace, name }: { namespace: string; name: string }): string => `${namespace}/${name}`;

/** Lists what the files bring, and what their custom resources will make. */
export function inventory(input: RuleInput): Inventory {
  const all = objects(input);
  const clusters = ofKind(all, 'postgresql.cnpg.io', 'Cluster');
  return {
    secrets: secretsOf(input, all),
    configMaps: new Map(ofKind(all, '', 'ConfigMap').map((it) => [id(it), keysOf(it, 'data', 'binaryData')])),
    claims: new Map(ofKind(all, '', 'PersistentVolumeClaim').map((it) => [id(it), it])),
    serviceAccounts: new Set([...ofKind(all, '', 'ServiceAccount'), ...clusters].map(id)),
    services: servicesOf(all),
    clusters: new Set(clusters.map(id)),
    middlewares: new Set(ofKind(all, 'traefik.io', 'Middleware').map(id)),
    namespaces: new Set(all.map((it) => (it.kind === 'Namespace' ? it.name : it.namespace))),
  };
}

function secretsOf(input: RuleInput, all: readonly Located[]): Map<string, Keys> {
  const secrets = new Map<string, Keys>();
  for (const it of ofKind(all, '', 'Secret')) secrets.set(id(it), keysOf(it, 'data', 'stringData'));
  for (const it of ofKind(all, 'cert-manager.io', 'Certificate')) {
    const extra = list(at(it.data, 'spec', 'additionalOutputFormats')).length > 0;
    const name = text(at(it.data, 'spec', 'secretName')) ?? '';
    secrets.set(`${it.namespace}/${name}`, extra ? 'any' : new Set(certificateKeys));
  }
  for (const it of ofKind(all, 'bitnami.com', 'SealedSecret')) {
    const keys = [at(it.data, 'spec', 'encryptedData'), at(it.data, 'spec', 'template', 'data')];
    secrets.set(id(it), new Set(keys.flatMap((part) => Object.keys(data(part)))));
  }
  for (const it of ofKind(all, 'external-secrets.io', 'ExternalSecret')) {
    const name = text(at(it.data, 'spec', 'target', 'name')) ?? it.name;
    const keys = items(at(it.data, 'spec', 'data'), '').map((member) => text(member.data.secretKey) ?? '');
    secrets.set(
      `${it.namespace}/${name}`,
      at(it.data, 'spec', 'dataFrom') === undefined ? new Set(keys) : 'any',
    );
  }
  for (const it of ofKind(all, 'postgresql.cnpg.io', 'Cluster')) {
    // With a Secret of the user's own there is no generated one.
    if (at(it.data, 'spec', 'bootstrap', 'initdb', 'secret') === undefined) {
      secrets.set(`${id(it)}-app`, new Set(databaseKeys));
    }
    if (at(it.data, 'spec', 'enableSuperuserAccess') === true) {
      secrets.set(`${id(it)}-superuser`, new Set(databaseKeys));
    }
    secrets.set(`${id(it)}-ca`, new Set(['ca.crt', 'ca.key']));
  }
  // What is promised may be rendered in part: the keys of both are there in the end.
  for (const it of input.promisedSecrets) {
    const rendered = secrets.get(id(it)) ?? new Set();
    if (rendered !== 'any') secrets.set(id(it), new Set([...rendered, ...it.keys]));
  }
  return secrets;
}

function servicesOf(all: readonly Located[]): Map<string, ServicePorts> {
  const services = new Map<string, ServicePorts>();
  for (const it of ofKind(all, 'postgresql.cnpg.io', 'Cluster')) {
    const disabled = texts(at(it.data, 'spec', 'managed', 'services', 'disabledDefaultServices'));
    for (const type of ['rw', 'ro', 'r']) {
      const ports = { numbers: new Set([5432]), names: new Set(['postgres']) };
      if (!disabled.includes(type)) services.set(`${id(it)}-${type}`, ports);
    }
  }
  for (const it of ofKind(all, '', 'Service'))
    services.set(id(it), portsOf(items(at(it.data, 'spec', 'ports'), '')));
  return services;
}

function portsOf(ports: readonly Item[]): ServicePorts {
  return {
    numbers: new Set(ports.map((it) => it.data.port).filter((port) => typeof port === 'number')),
    names: new Set(ports.map((it) => it.data.name).filter((name) => typeof name === 'string')),
  };
}

function keysOf(located: Located, ...fields: readonly string[]): Keys {
  return new Set(fields.flatMap((field) => Object.keys(data(located.data[field]))));
}
