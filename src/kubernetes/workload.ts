import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { CallNodes } from '../system/facts.ts';
import type { Resources } from '../system/resources.ts';
import type { SecretVariable } from '../system/secret-use.ts';
import { isOnNode, type Port, type Workload } from '../topology/topology.ts';
import type { ChartFile } from './chart-file.ts';
import { labels, objectMeta, workloadSelector } from './labels.ts';
import { type Mount, volumeMounts, volumes } from './mounts.ts';

/** What a workload is, beyond what every pod of this project has. */
export interface WorkloadProps {
  readonly owner: Workload;
  readonly image: string;
  /** User and group the program runs as; never 0. */
  readonly user: number;
  readonly resources: Resources;
  /** Instead of the image's entrypoint. @default - the image's own */
  readonly command?: readonly string[];
  /** @default - the image's own */
  readonly args?: readonly string[];
  /** Kept in order: `$(NAME)` sees earlier entries only. @default - none */
  readonly env?: readonly k8s.EnvVar[];
  /** Name of a ConfigMap whose keys are all environment variables. @default - none */
  readonly envFrom?: string;
  readonly mounts: readonly Mount[];
  /** @default - liveness counts from the start */
  readonly startup?: k8s.Probe;
  readonly liveness: k8s.Probe;
  readonly readiness: k8s.Probe;
  /**
   * True where two pods at once would harm: one volume, one port of a node, one identity.
   * @default false
   */
  readonly single?: boolean;
  /**
   * The one capability that the level `restricted` admits. A binary that has it as a file capability does not start
   * without, whatever ports it opens.
   * @default - none
   */
  readonly capability?: 'NET_BIND_SERVICE';
  /** Pods, on different nodes where there are enough. @default 1 */
  readonly replicas?: number;
  /** Seconds a pod gets to stop. @default 30 */
  readonly graceSeconds?: number;
  /** Run in the container before it is told to stop. @default - nothing */
  readonly beforeStop?: readonly string[];
  /** Seconds after which a rollout counts as failed. @default 600 */
  readonly progressSeconds?: number;
  /** Where it runs; for call pods. @default - anywhere */
  readonly nodes?: CallNodes;
}

/** Ports that are declared one by one: a range is only declared while the object stays readable. */
const LARGEST_DECLARED_RANGE = 100;

function containerPorts(owner: Workload): k8s.ContainerPort[] {
  const declared = (port: Port): k8s.ContainerPort[] => {
    const { number, last, protocol, name, on } = port;
    // On the node's own network every port is one of the node already.
    const host = on === 'node' && !owner.hostNetwork;
    if (last === undefined) {
      return [{ name, containerPort: number, protocol, ...(host ? { hostPort: number } : {}) }];
    }
    if (last - number >= LARGEST_DECLARED_RANGE) return [];
    return Array.from({ length: last - number + 1 }, (_, index) => ({
      containerPort: number + index,
      protocol,
    }));
  };
  return owner.ports.flatMap(declared).sort((a, b) => a.containerPort - b.containerPort);
}

function quantities(amounts: {
  readonly cpu?: string;
  readonly memory: string;
}): Record<string, k8s.Quantity> {
  return {
    ...(amounts.cpu === undefined ? {} : { cpu: k8s.Quantity.fromString(amounts.cpu) }),
    memory: k8s.Quantity.fromString(amounts.memory),
  };
}

/**
 * A Deployment with one container and everything that Pod Security's `restricted` level asks for,
 * but for the host ports of call pods.
 */
export function workload(file: ChartFile, props: WorkloadProps): void {
  const { owner, nodes, replicas = 1 } = props;
  const call = isOnNode(owner);
  const nodeSelector = owner.onNodes?.nodeSelector ?? nodes?.nodeSelector ?? {};
  const ports = containerPorts(owner);
  const container: k8s.Container = {
    name: owner.id,
    image: props.image,
    ...(props.command === undefined ? {} : { command: [...props.command] }),
    ...(props.args === undefined ? {} : { args: [...props.args] }),
    ...(props.envFrom === undefined ? {} : { envFrom: [{ configMapRef: { name: props.envFrom } }] }),
    ...(props.env === undefined ? {} : { env: [...props.env] }),
    ...(ports.length === 0 ? {} : { ports }),
    ...(props.startup === undefined ? {} : { startupProbe: props.startup }),
    livenessProbe: props.liveness,
    readinessProbe: props.readiness,
    ...(props.beforeStop === undefined
      ? {}
      : { lifecycle: { preStop: { exec: { command: [...props.beforeStop] } } } }),
    resources: { requests: quantities(props.resources.requests), limits: quantities(props.resources.limits) },
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: {
        drop: ['ALL'],
        ...(props.capability === undefined ? {} : { add: [props.capability] }),
      },
      readOnlyRootFilesystem: true,
    },
    volumeMounts: volumeMounts(props.mounts),
  };
  new k8s.KubeDeployment(file, `deployment-${owner.id}`, {
    metadata: objectMeta(owner, owner.id),
    spec: {
      ...(replicas === 1 ? {} : { replicas }),
      // Two pods at once would fight over the volume, the node's port or the identity.
      ...(props.single === true || call ? { strategy: { type: 'Recreate' } } : {}),
      progressDeadlineSeconds: props.progressSeconds ?? 600,
      selector: { matchLabels: workloadSelector(owner) },
      template: {
        metadata: { labels: labels(owner) },
        spec: {
          automountServiceAccountToken: false,
          // Services named like a program would fill its environment: LIVEKIT_PORT, JVB_PORT.
          enableServiceLinks: false,
          ...(owner.hostNetwork ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : {}),
          ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector: { ...nodeSelector } }),
          ...(nodes === undefined || nodes.tolerations.length === 0
            ? {}
            : { tolerations: [...nodes.tolerations] }),
          ...(replicas === 1
            ? {}
            : {
                topologySpreadConstraints: [
                  {
                    maxSkew: 1,
                    topologyKey: 'kubernetes.io/hostname',
                    whenUnsatisfiable: 'ScheduleAnyway',
                    labelSelector: { matchLabels: workloadSelector(owner) },
                  },
                ],
              }),
          securityContext: {
            runAsNonRoot: true,
            runAsUser: props.user,
            runAsGroup: props.user,
            fsGroup: props.user,
            fsGroupChangePolicy: 'OnRootMismatch',
            seccompProfile: { type: 'RuntimeDefault' },
          },
          terminationGracePeriodSeconds: props.graceSeconds ?? 30,
          containers: [container],
          volumes: volumes(props.mounts),
        },
      },
    },
  });
}

/** An environment variable with the value of a Secret's key. */
export function secretEnv(name: string, secret: string, key: string): k8s.EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

/** Environment variables with others from Secrets, which replace those of the same name. */
export function withSecretEnv(
  own: readonly k8s.EnvVar[],
  added: readonly SecretVariable[],
): readonly k8s.EnvVar[] {
  return [
    ...own.filter(({ name }) => !added.some((one) => one.name === name)),
    ...added.map(({ name, secret, key }) => secretEnv(name, secret, key)),
  ];
}

/** An environment variable with a field of the pod, such as `status.hostIP`. */
export function fieldEnv(name: string, fieldPath: string): k8s.EnvVar {
  return { name, valueFrom: { fieldRef: { fieldPath } } };
}
