import { openEntrances } from '../../charts/entrances/index.ts';
import { certificates as needed } from '../../charts/stack/certificates.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { compareText } from '../plain/compare.ts';
import { groupOf, type Manifest, objectId, objectKey } from '../stack/manifest.ts';
import { databasesOf } from '../system/databases.ts';
import { allDeliveries } from '../system/delivery/index.ts';
import { providerFacts } from '../system/providers/index.ts';
import { blocks, type Content, code, heading, type Markdown, md, phrase, table } from './markdown.ts';

type Row = readonly Content[];

function certificates(stack: Stack): readonly Row[] {
  const asked = needed(stack, stack.topology).some(({ source }) => 'issuer' in source);
  return asked ? [['cert-manager', 'certificates', md`any that serves ${code('cert-manager.io/v1')}`]] : [];
}

function entrances(stack: Stack): readonly Row[] {
  return openEntrances(stack).flatMap(({ entrance, doors }) =>
    entrance.needs(doors).map((need) => [need.program, need.for, phrase(need.release)]),
  );
}

function secrets({ provider }: Stack): readonly Row[] {
  const { needs } = providerFacts(provider.kind);
  return needs === undefined ? [] : [[needs.program, needs.for, phrase(needs.release)]];
}

function delivery(): readonly Row[] {
  return allDeliveries.flatMap(({ needs }) =>
    needs === undefined ? [] : [[needs.program, phrase(needs.for), phrase(needs.release)]],
  );
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
    heading(2, 'What the cluster needs'),
    table(
      ['program', 'for', 'release'],
      [
        [
          'CloudNativePG',
          'the database',
          databasesOf(stack).others.length === 0
            ? md`any that serves ${code('postgresql.cnpg.io/v1')}; checked with 1.30`
            : '1.25 or newer: older ones have no objects for databases; checked with 1.30',
        ],
        ...certificates(stack),
        ...entrances(stack),
        ...secrets(stack),
        ...included(stack, manifests),
        ...delivery(),
      ],
    ),
  ]);
}
