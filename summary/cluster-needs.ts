import { databasesOf } from '../model/databases.ts';
import { doorTls, openEntrances } from '../model/entrances/index.ts';
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

/** The operators whose objects a stack renders, and what is known of their releases. */
export function clusterNeeds(stack: Stack): Markdown {
  return blocks([
    heading(2, 'What the cluster has to have'),
    table(
      ['program', 'for', 'release'],
      [
        [
          'CloudNativePG',
          'the database',
          databasesOf(stack).others.length === 0
            ? md`any that serves ${code('postgresql.cnpg.io/v1')}; 1.30 was checked`
            : '1.25 or newer: older ones do not know databases as objects; 1.30 was checked',
        ],
        ...certificates(stack),
        ...entrances(stack),
        ...secrets(stack),
        [
          'Flux',
          md`${code('dist/flux')}, unless you use ${code('kubectl apply -k')}`,
          '2.5 or newer (kustomize-controller 1.5): older ones do not know health checks by expression',
        ],
      ],
    ),
  ]);
}
