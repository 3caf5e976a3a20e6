import * as z from 'zod';
import { dnsLabel, objectName, shortText } from '../../stack/fields.ts';
import type { Delivery } from './delivery.ts';

/** `flux:` of the stack file. */
export const fluxSchema = z.strictObject({
  namespace: dnsLabel.optional().describe('Where the Flux Kustomizations live. Default: flux-system.'),
  source: z
    .strictObject({
      kind: z
        .enum(['GitRepository', 'OCIRepository', 'Bucket'])
        .optional()
        .describe('Default: GitRepository.'),
      name: objectName.optional().describe('Default: flux-system.'),
    })
    .optional()
    .describe('The Flux source that carries dist/.'),
  path: shortText
    .regex(
      /^\.\/(?!.*\.\.)[A-Za-z0-9._/-]*[A-Za-z0-9_-]$/,
      'write a path from the root of the source, without .., such as ./dist',
    )
    .optional()
    .describe('Where dist/ is in the source. Default: ./dist.'),
});

/** How Flux finds dist/. */
export interface FluxSettings {
  readonly namespace: string;
  readonly source: { readonly kind: 'GitRepository' | 'OCIRepository' | 'Bucket'; readonly name: string };
  /** Where dist/ is in the source, such as `./dist`. */
  readonly path: string;
}

/** Fills in what the stack file leaves out of `flux:`. */
export function resolveFlux(written: z.infer<typeof fluxSchema> | undefined): FluxSettings {
  return {
    namespace: written?.namespace ?? 'flux-system',
    source: {
      kind: written?.source?.kind ?? 'GitRepository',
      name: written?.source?.name ?? 'flux-system',
    },
    path: written?.path ?? './dist',
  };
}

/**
 * Flux applies the layers of a stack in their order, and removes what has left the repository.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/
 */
export const flux = {
  title: 'Flux',
  folder: { name: 'flux', holds: 'the Flux Kustomizations' },
  neverPrune: {
    key: 'kustomize.toolkit.fluxcd.io/prune',
    value: 'disabled',
    otherwise:
      'once that is committed, Flux removes it from the cluster, except what is marked "prune: disabled" (namespace, volumes, database, signing key)',
  },
  // Without it a variable that nobody set fails the whole layer.
  noSubstitution: {
    key: 'kustomize.toolkit.fluxcd.io/substitute',
    value: 'disabled',
    changes: (text: string) => text.includes('${') || text.includes('$$'),
  },
  decrypts: true,
  needs: {
    program: 'Flux',
    for: [{ code: 'dist/flux' }, ', unless you use ', { code: 'kubectl apply -k' }],
    release: [
      '2.5 or newer (kustomize-controller 1.5): older ones do not support health checks by expression',
    ],
  },
} satisfies Delivery;
