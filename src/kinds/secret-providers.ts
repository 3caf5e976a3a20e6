import { at, data, list, text } from '../plain/data.ts';
import { CONFIG_MAP, SECRET } from './keys.ts';
import { condition, type KindKnowledge } from './kind.ts';

const sealedSecret: KindKnowledge = {
  group: 'bitnami.com',
  kind: 'SealedSecret',
  keeps: ['spec.encryptedData'],
  readiness: { current: condition('Synced', 'True'), failed: condition('Synced', 'False') },
  notChecked: { 'spec.template.metadata': 'is of the Secret that it makes' },
  makes: ({ metadata, spec }) => {
    const parts = [at(spec, 'encryptedData'), at(spec, 'template', 'data')];
    const keys = parts.flatMap((part) => Object.keys(data(part)));
    return [{ kind: SECRET, name: text(at(metadata, 'name')) ?? '', keys }];
  },
};

const externalSecret: KindKnowledge = {
  group: 'external-secrets.io',
  kind: 'ExternalSecret',
  references: [
    { field: 'spec.target.template.templateFrom[].configMap.name', to: CONFIG_MAP },
    { field: 'spec.target.template.templateFrom[].secret.name', to: SECRET },
  ],
  notChecked: {
    'spec.secretStoreRef.name': 'belongs to the cluster or its operator',
    'spec.data[].sourceRef': 'belongs to the cluster or its operator',
    'spec.dataFrom[].sourceRef': 'belongs to the cluster or its operator',
    'spec.target.name': 'is what it makes',
  },
  makes: ({ metadata, spec }) => {
    const keys = [
      ...list(at(spec, 'data')).map((one) => text(at(one, 'secretKey')) ?? ''),
      ...Object.keys(data(at(spec, 'target', 'template', 'data'))),
    ];
    const name = text(at(spec, 'target', 'name')) ?? text(at(metadata, 'name')) ?? '';
    return [{ kind: SECRET, name, keys: at(spec, 'dataFrom') === undefined ? keys : 'any' }];
  },
};

/** Kinds that become Secrets in the cluster. */
export const secretProviders: readonly KindKnowledge[] = [sealedSecret, externalSecret];
