import { at, text } from '../plain/data.ts';
import { SERVICE } from './keys.ts';
import type { KindKnowledge } from './kind.ts';

const tunnelBinding: KindKnowledge = {
  group: 'networking.cfargotunnel.com',
  kind: 'TunnelBinding',
  references: [
    {
      field: 'subjects[].name',
      to: SERVICE,
      // The operator takes a target as it is; a Service that it names is looked up where the target says.
      where: ({ kind = 'Service', spec }, name) =>
        kind === 'Service' && !(text(at(spec, 'target')) ?? '').includes(`://${name}.`),
    },
    { field: 'subjects[].spec.target', to: SERVICE, url: true },
  ],
  notChecked: { 'tunnelRef.name': 'belongs to the cluster' },
};

/** Kinds of the operator of Cloudflare tunnels. */
export const tunnel: readonly KindKnowledge[] = [tunnelBinding];
