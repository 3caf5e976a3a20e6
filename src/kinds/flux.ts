import { FLUX_KUSTOMIZATION } from './keys.ts';
import type { KindKnowledge } from './kind.ts';

const OF_CLUSTER = 'belongs to the cluster';

const kustomization: KindKnowledge = {
  group: 'kustomize.toolkit.fluxcd.io',
  kind: 'Kustomization',
  // Flux labels every object that it applies with the name.
  names: { form: 'subdomain', max: 63 },
  references: [{ field: 'spec.dependsOn[].name', to: FLUX_KUSTOMIZATION, namespace: 'namespace' }],
  notChecked: {
    'spec.sourceRef': OF_CLUSTER,
    'spec.decryption': OF_CLUSTER,
    'spec.kubeConfig': OF_CLUSTER,
    'spec.serviceAccountName': OF_CLUSTER,
    'spec.postBuild.substituteFrom': OF_CLUSTER,
    'spec.healthChecks[].name': 'may be of any kind, in any file that Flux applies',
    'spec.ignore[].target': 'selects objects by their names',
    'spec.patches[].target': 'selects objects by their names',
    'spec.images': 'is an image',
  },
};

/** Kinds of Flux. */
export const flux: readonly KindKnowledge[] = [kustomization];
