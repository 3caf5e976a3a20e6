import type { Parts } from '../../src/system/component.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import { certificateHosts, type SecretPlace, type SecretSpec } from '../../src/system/secrets.ts';
import {
  isOnNode,
  type Route,
  type ServicePoint,
  type Topology,
  type Workload,
} from '../../src/topology/topology.ts';

/** Where the stack's own namespace is, and the one for call pods. */
type Namespaces = Pick<StackFacts, 'namespace' | 'callNamespace'>;

/**
 * The same parts, with every pod that opens ports of its node in the namespace for those: Pod Security can then be
 * `restricted` in the stack's own. Services and routes are where the pods behind them are. Components declare everything
 * in the stack's own namespace and know nothing of this.
 */
export function callsApart(
  { namespace, callNamespace }: Namespaces,
  parts: readonly Parts[],
): readonly Parts[] {
  if (callNamespace === undefined) return parts;
  const isMoved = (one: Workload): boolean => isOnNode(one) && one.namespace === namespace;
  const moved = parts.flatMap(({ workloads = [] }) => workloads.filter(isMoved));
  const leads = ({ selects, namespace: place }: ServicePoint): boolean =>
    place === namespace &&
    moved.some(({ id, role }) => ('id' in selects ? selects.id === id : selects.role === role));
  const away = new Set(parts.flatMap(({ services = [] }) => services.filter(leads).map(({ name }) => name)));
  const follow = <R extends Pick<Route, 'to'>>(one: R): R =>
    one.to.namespace === namespace && away.has(one.to.service)
      ? { ...one, to: { ...one.to, namespace: callNamespace } }
      : one;
  return parts.map(({ workloads = [], services = [], routes = [], tcpRoutes = [], ...rest }) => ({
    ...rest,
    workloads: workloads.map((one) =>
      isMoved(one) ? { ...one, namespace: callNamespace, namespaceAt: ['callNamespace'] } : one,
    ),
    services: services.map((one) => (leads(one) ? { ...one, namespace: callNamespace } : one)),
    routes: routes.map(follow),
    tcpRoutes: tcpRoutes.map(follow),
  }));
}

/**
 * The same Secrets, each in every namespace with a pod that reads it, and in no other one: a Secret that only call pods
 * read is where they are. Somebody who is no pod of the stack, such as an operator, reads it where it was declared.
 */
export function whereRead(
  { workloads }: Pick<Topology, 'workloads'>,
  secrets: readonly SecretSpec[],
): readonly SecretSpec[] {
  return secrets.map((secret) => {
    const readers = [...new Set(secret.keys.flatMap((key) => key.readers))];
    const pods = workloads.filter(({ id }) => readers.includes(id));
    const read = [...new Set(pods.map(({ namespace }) => namespace))];
    // Places of certificates follow from their hosts already.
    const isDeclared =
      certificateHosts(secret) !== undefined || readers.length === 0 || pods.length < readers.length;
    const kept = secret.places.filter(({ namespace }) => isDeclared || read.includes(namespace));
    const added = read.filter((name) => kept.every(({ namespace }) => namespace !== name));
    const [first, ...others]: readonly SecretPlace[] = [
      ...kept,
      ...added.map((namespace) => ({ namespace })),
    ];
    return first === undefined ? secret : { ...secret, places: [first, ...others] };
  });
}
