import { doorTls } from '../model/facts.ts';
import type { Stack } from '../model/stack.ts';
import { blocks, type Content, code, heading, type Markdown, md, table } from './markdown.ts';

type Row = readonly Content[];

function certificates(stack: Stack): readonly Row[] {
  const asked = (['public', 'lan'] as const).some((door) => {
    const tls = doorTls(stack, door);
    return tls !== undefined && 'issuer' in tls;
  });
  return asked ? [['cert-manager', 'certificates', md`any that serves ${code('cert-manager.io/v1')}`]] : [];
}

function entrances({ expose }: Stack): readonly Row[] {
  const traefik = expose.lan !== undefined || expose.public?.via === 'traefik';
  return [
    ...(expose.public?.via === 'tunnel'
      ? [
          [
            'cloudflare-operator (adyanth)',
            'the tunnel',
            md`0.13, with ${code('networking.cfargotunnel.com/v1alpha1')}`,
          ],
        ]
      : []),
    ...(traefik
      ? [
          [
            'Traefik',
            'HTTPS',
            md`3, but not 3.6.4 to 3.6.6: they refuse ${code('%23')} and ${code('%2F')} in addresses, so that rooms cannot be found by their aliases`,
          ],
        ]
      : []),
  ];
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
          md`any that serves ${code('postgresql.cnpg.io/v1')}; 1.30 was checked`,
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
