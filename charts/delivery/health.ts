import type { KustomizationSpec } from '../../imports/kustomize.toolkit.fluxcd.io.ts';
import { knowledgeOf } from '../../src/kinds/index.ts';
import type { Readiness } from '../../src/kinds/kind.ts';
import { groupOf, type Manifest } from '../../src/stack/manifest.ts';

/**
 * What a layer with these objects waits for: all of them, but for those that cannot become ready by themselves, since
 * a gate that cannot open stops everything behind it.
 */
export function gate(manifests: readonly Manifest[]): Partial<KustomizationSpec> {
  const awaited = manifests.filter((one) => readiness(one).isAwaited !== false);
  const exprs = new Map(
    awaited.flatMap((one) => {
      const { apiVersion, kind } = one;
      const { current, failed } = readiness(one);
      return current === undefined
        ? []
        : [
            [
              `${apiVersion}/${kind}`,
              { apiVersion, kind, current, ...(failed === undefined ? {} : { failed }) },
            ],
          ];
    }),
  );
  const isWhole = awaited.length === manifests.length;
  return {
    wait: isWhole,
    ...(isWhole || awaited.length === 0
      ? {}
      : {
          healthChecks: awaited.map(({ apiVersion, kind, metadata: { name, namespace } }) => ({
            apiVersion,
            kind,
            name,
            ...(namespace === undefined ? {} : { namespace }),
          })),
        }),
    ...(exprs.size === 0 ? {} : { healthCheckExprs: [...exprs.values()] }),
  };
}

function readiness({ apiVersion, kind }: Manifest): Readiness {
  return knowledgeOf(groupOf(apiVersion), kind)?.readiness ?? {};
}
