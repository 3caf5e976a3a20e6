import type { App } from 'cdk8s';
import * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';
import { ChartFile } from '../../src/kubernetes/chart-file.ts';
import { NEVER_PRUNE } from '../../src/kubernetes/flux-annotations.ts';
import { labels } from '../../src/kubernetes/labels.ts';
import { callNamespaces } from '../../src/topology/topology.ts';
import type { Stack } from '../stack/stack.ts';

/**
 * The namespaces, each at the strictest Pod Security level that its pods fit:
 * call pods need ports of their node, which only `privileged` admits.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function namespace(app: App, stack: Stack): void {
  const file = new ChartFile(app, 'namespace/namespace.yaml');
  const withCalls = callNamespaces(stack.topology);
  for (const { name } of stack.topology.namespaces) {
    const level = withCalls.includes(name) ? 'privileged' : 'restricted';
    // Not the bare name: constructs takes no id such as `constructor`, which is a good name for a namespace.
    new k8s.KubeNamespace(file, `namespace-${name}`, {
      metadata: {
        name,
        labels: {
          ...labels({ id: name, role: 'namespace', instance: stack.name }),
          'pod-security.kubernetes.io/audit': 'restricted',
          'pod-security.kubernetes.io/enforce': level,
          'pod-security.kubernetes.io/warn': level,
        },
        annotations: NEVER_PRUNE,
      },
    });
  }
}
