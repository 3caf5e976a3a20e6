import { SERVICE } from './keys.ts';
import type { KindKnowledge } from './kind.ts';

const tunnelBinding: KindKnowledge = {
  group: 'networking.cfargotunnel.com',
  kind: 'TunnelBinding',
  references: [
    { field: 'subjects[].name', to: SERVICE, where: ({ kind = 'Service' }) => kind === 'Service' },
    { field: 'subjects[].spec.target', to: SERVICE, url: true },
  ],
  notChecked: { 'tunnelRef.name': 'belongs to the cluster' },
};

/** Kinds of the operator of Cloudflare tunnels. */
export const tunnel: readonly KindKnowledge[] = [tunnelBinding];
