import { compareText } from '../model/diagnostic.ts';
import { doorTls, openEntrances } from '../model/entrances/index.ts';
import { groupOf, type Manifest, objectId, objectKey } from '../model/manifest.ts';
import type { Stack } from '../model/stack.ts';
import { blocks, type Content, code, heading, type Markdown, md, phrase, table } from './markdown.ts';

type Row = readonly Content[];

function certificates(stack: Stack): readonly Row[] {
  const asked = (['public', 'lan'] as const).some((door) => {
    const tls = doorTls(stack, door);
    return tls !== undefined && 'issuer' in tls;
  });
  return asked ? [['cert-manager', 'certificates', md`any that serves ${code('cert-manager.io/v1')}`]] : [];
}

function entrances(stack: Stack): readonly Row[] {
  return openEntrances(stack).map(({ entrance: { needs } }) => [
    needs.program,
    needs.for,
    phrase(needs.release),
  ]);
}

function secrets({ provider }: Stack): readonly Row[] {
  switch (provider.kind) {
    case 'sealed-secrets':
      return [['Sealed Secrets', 'the Secrets', md`any that serves ${code('bitnami.com/v1alpha1')}`]];
    case 'external-secrets':
      return [['External Secrets', 'the Secrets', md`any that serves ${code('external-secrets.io/v1')}`]];
    case 'sops':
    case 'existing':
      return [];
  }
}

/** Groups of Kubernetes itself have no dot, or are below this domain; the Gateway API is installed on its own. */
function isBuiltIn(group: string): boolean {
  return !group.includes('.') || (group.endsWith('.k8s.io') && group !== 'gateway.networking.k8s.io');
}

/** What serves the objects that are included, where nothing that the settings render needs it too. */
function included({ included: files }: Stack, manifests: readonly Manifest[]): readonly Row[] {
  const own = files.flatMap(({ objects }) => objects.map(({ manifest }) => manifest));
  const added = new Set(own.map((one) => objectKey(objectId(one))));
  const known = new Set(
    manifests
      .filter((one) => !added.has(objectKey(objectId(one))))
      .map(({ apiVersion }) => groupOf(apiVersion)),
  );
  const versions = own
    .map(({ apiVersion }) => apiVersion)
    .filter((version) => !isBuiltIn(groupOf(version)) && !known.has(groupOf(version)));
  return [...new Set(versions)]
    .sort(compareText)
    .map((version) => [
      groupOf(version),
      'objects of your own',
      md`whatever serves ${code(version)} in your cluster`,
    ]);
}

/**
 * The operators whose objects a stack renders, and what is known of their releases.
 *
 * @param manifests the stack's objects
 */
export function clusterNeeds(stack: Stack, manifests: readonly Manifest[]): Markdown {
  return blocks([
    heading(2, 'What the cluster has to have'),
    table(
      ['program', 'for', 'release'],
      [
        [
          'CloudNativePG',
          'the database',
          md`any that serves ${code('postgresql.cnpg.io/v1')}; 1.30 was checked`,
        ],
        ...certificates(stack),
        ...entrances(stack),
        ...secrets(stack),
        ...included(stack, manifests),
        [
          'Flux',
          md`${code('dist/flux')}, unless you use ${code('kubectl apply -k')}`,
          '2.5 or newer (kustomize-controller 1.5): older ones do not know health checks by expression',
        ],
      ],
    ),
  ]);
}
