import { data as mapping } from '../plain/data.ts';
import { parsed } from './json.ts';
import { askApiServer } from './service.ts';
import type { Surroundings } from './surroundings.ts';

/** Labels of the controller's Service: that of its own manifests, and that of its Helm chart. */
const LABELS = ['name=sealed-secrets-controller', 'app.kubernetes.io/name=sealed-secrets'];
const LIST_LIMIT = 4 * 1024 * 1024;
const TIMEOUT = 30_000;

/** Where a Service is. */
export interface FoundService {
  readonly namespace: string;
  readonly name: string;
}

/**
 * Services of all namespaces that carry a label of the sealed-secrets controller. Whoever may make a Service can give
 * it such a label: which one is the controller, a person has to say.
 *
 * @param context of the kubeconfig. @default - the current one
 * @throws ClusterProblem, above all where the person may not list Services
 */
export async function findControllers(
  context: string | undefined,
  surroundings: Surroundings,
): Promise<readonly FoundService[]> {
  const deadline = Date.now() + TIMEOUT;
  const found = new Map<string, FoundService>();
  for (const label of LABELS) {
    const path = `/api/v1/services?labelSelector=${encodeURIComponent(label)}&limit=100`;
    const request = { method: 'GET', path, limit: LIST_LIMIT, deadline } as const;
    const text = await askApiServer(surroundings, context, 'the Services of all namespaces', request);
    for (const service of servicesIn(text)) found.set(`${service.namespace}/${service.name}`, service);
  }
  return [...found.values()];
}

function servicesIn(text: string): readonly FoundService[] {
  const { items } = mapping(parsed(text));
  const all: readonly unknown[] = Array.isArray(items) ? items : [];
  return all.flatMap((item) => {
    const { namespace, name } = mapping(mapping(item).metadata);
    if (typeof namespace !== 'string' || typeof name !== 'string') return [];
    // The chart has a second one for its metrics, with the same label.
    return name.endsWith('-metrics') ? [] : [{ namespace, name }];
  });
}
