import type { KustomizationSpec } from '../imports/kustomize.toolkit.fluxcd.io.ts';
import { groupOf, type Manifest } from '../model/manifest.ts';

/** What is special about how objects of a kind become ready. */
interface Readiness {
  /** Fields that say it, where they are not the conditions that Flux looks at. */
  readonly current?: string;
  readonly failed?: string;
  /** False for what may only become ready by an object of a later layer. @default true */
  readonly isAwaited?: false;
}

const condition = (type: string, status: string): string =>
  `status.conditions.exists(c, c.type == '${type}' && c.status == '${status}')`;

/**
 * By group and kind; Flux sees of all others itself whether they are ready, and takes those without a status for it.
 *
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#health-assessment
 */
const READINESS: Readonly<Record<string, Readiness>> = {
  'postgresql.cnpg.io/Cluster': { current: condition('Ready', 'True') },
  'bitnami.com/SealedSecret': { current: condition('Synced', 'True'), failed: condition('Synced', 'False') },
  // A class that binds on first use waits for a pod.
  '/PersistentVolumeClaim': { isAwaited: false },
};

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
  return READINESS[`${groupOf(apiVersion)}/${kind}`] ?? {};
}
