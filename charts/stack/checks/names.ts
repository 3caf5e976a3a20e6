import type { CheckFinding } from '../../../src/stack/finding.ts';
import { NAME_LENGTH } from '../../../src/stack/limits.ts';
import { dotted, type Path } from '../../../src/stack/reading/yaml-source.ts';
import { deliveries, deliveryIn } from '../../../src/system/delivery/index.ts';
import type { NamespaceClaim } from '../../../src/topology/topology.ts';
import type { StackFile } from '../schema.ts';
import type { Check } from './check.ts';

/** A name that nobody wrote comes from the file's name, which may be anything. */
export const checkName: Check = (written, stack) => {
  const { name } = stack;
  const delivery = deliveryIn(name);
  if (delivery?.folder !== undefined) {
    return [
      {
        code: 'MG029',
        at: ['name'],
        what: `the name "${name}" is already used: dist/${name} holds ${delivery.folder.holds}`,
        remedy: 'write name: with a different name',
      },
    ];
  }
  if (
    written.name !== undefined ||
    (name.length <= NAME_LENGTH && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name))
  )
    return [];
  return [
    {
      code: 'MG029',
      at: ['name'],
      what: `the name "${name}", taken from the file's name, is not valid for a stack`,
      remedy: `rename the file, or write name: with at most ${NAME_LENGTH} lower-case letters, digits and dashes`,
    },
  ];
};

/** Namespaces that well-known programs are installed in, by their own instructions. */
const OWNERS: Readonly<Record<string, string>> = {
  default: 'the cluster',
  'flux-system': 'Flux',
  argocd: 'Argo CD',
  'cert-manager': 'cert-manager',
  'cnpg-system': 'CloudNativePG',
  traefik: 'Traefik',
  'ingress-nginx': 'ingress-nginx',
  'istio-system': 'Istio',
  linkerd: 'Linkerd',
  'longhorn-system': 'Longhorn',
  'rook-ceph': 'Rook',
  'local-path-storage': 'the local path provisioner',
  openebs: 'OpenEBS',
  monitoring: "the cluster's monitoring",
  'metallb-system': 'MetalLB',
  'tigera-operator': 'Calico',
  'calico-system': 'Calico',
  'calico-apiserver': 'Calico',
  cilium: 'Cilium',
  'external-secrets': 'External Secrets',
  'sealed-secrets': 'Sealed Secrets',
  'cloudflare-operator-system': 'the Cloudflare operator',
  'external-dns': 'ExternalDNS',
  kyverno: 'Kyverno',
  'gatekeeper-system': 'Gatekeeper',
  velero: 'Velero',
  keda: 'KEDA',
  vault: 'Vault',
  olm: 'the Operator Lifecycle Manager',
  operators: 'the Operator Lifecycle Manager',
  'system-upgrade': 'the System Upgrade Controller',
};
const OWNERS_BY_PREFIX: Readonly<Record<string, string>> = {
  'kube-': 'the cluster',
  'openshift-': 'OpenShift',
  'cattle-': 'Rancher',
};

function ownerOfNamespace(namespace: string): string | undefined {
  if (Object.hasOwn(OWNERS, namespace)) return OWNERS[namespace];
  return Object.entries(OWNERS_BY_PREFIX).find(([prefix]) => namespace.startsWith(prefix))?.[1];
}

/** Where a namespace is decided: the name decides the stack's own where the file does not write it. */
export function namespaceField(written: StackFile, { at }: NamespaceClaim): Path {
  return at[0] === 'namespace' && written.namespace === undefined ? ['name'] : at;
}

/** The stack renders its namespaces with labels of its own: on one that others live in, they would be changed too. */
export const checkNamespace: Check = (written, stack) =>
  stack.topology.namespaces.flatMap((claim): readonly CheckFinding[] => {
    const at = namespaceField(written, claim);
    if (at[0] === 'name' && checkName(written, stack).length > 0) return [];
    const owner = claim.name === stack.flux.namespace ? deliveries.flux.title : ownerOfNamespace(claim.name);
    if (owner === undefined) return [];
    return [
      {
        code: 'MG028',
        at,
        what: `the namespace "${claim.name}" belongs to ${owner}`,
        remedy: `write ${dotted(claim.at)}: with a name of its own, such as matrix`,
      },
    ];
  });
