import { at, type Data, data, text, textMap } from '../../plain/data.ts';
import { fieldPath, type Item, items } from './data.ts';
import type { Located } from './objects.ts';

/** A container or init container of a pod. */
export interface Container extends Item {
  readonly name: string;
  /** An init container, or a sidecar among them. */
  readonly init: boolean;
}

/** A Pod, or what a workload makes pods from. */
export interface PodTemplate {
  readonly owner: Located;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Data;
  /** Where the pod's spec is in its owner, for example `spec.template.spec`. */
  readonly path: string;
  /** Init containers first. */
  readonly containers: readonly Container[];
}

/** A declared port of a container. */
export interface ContainerPort extends Item {
  readonly number: unknown;
  readonly name: string | undefined;
  readonly protocol: string;
}

/** Every pod template in the objects. */
export function podTemplates(all: readonly Located[]): readonly PodTemplate[] {
  return all.flatMap((owner) => {
    const steps = owner.knowledge?.pod?.template;
    if (steps === undefined) return [];
    const template = at(owner.data, ...steps);
    const path = [...steps, 'spec'].join('.');
    const spec = data(at(template, 'spec'));
    return [
      {
        owner,
        labels: textMap(at(template, 'metadata', 'labels')),
        spec,
        path,
        containers: [
          ...containersOf(spec.initContainers, fieldPath(path, 'initContainers'), true),
          ...containersOf(spec.containers, fieldPath(path, 'containers'), false),
        ],
      },
    ];
  });
}

function containersOf(value: unknown, path: string, init: boolean): readonly Container[] {
  return items(value, path).map((item) => ({ ...item, name: text(item.data.name) ?? '', init }));
}

/** The ports a container declares. */
export function portsOf(container: Container): readonly ContainerPort[] {
  return items(container.data.ports, `${container.path}.ports`).map((item) => ({
    ...item,
    number: item.data.containerPort,
    name: text(item.data.name),
    protocol: text(item.data.protocol) ?? 'TCP',
  }));
}

/** The HTTP, TCP and gRPC handlers of a container's probes and hooks. */
export function handlersOf(container: Container): readonly Item[] {
  const places = [
    ['livenessProbe'],
    ['readinessProbe'],
    ['startupProbe'],
    ['lifecycle', 'postStart'],
    ['lifecycle', 'preStop'],
  ];
  return places.flatMap((place) =>
    ['httpGet', 'tcpSocket', 'grpc'].flatMap((type) => {
      const handler = at(container.data, ...place, type);
      return handler === undefined
        ? []
        : [{ path: [container.path, ...place, type].join('.'), data: data(handler) }];
    }),
  );
}

/** A security setting of a container, which overrides its pod's. */
export function securitySetting(pod: PodTemplate, container: Container, key: string): unknown {
  return at(container.data, 'securityContext', key) ?? at(pod.spec, 'securityContext', key);
}
