/** A port that a node of most clusters already uses. */
interface Reserved {
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP';
  readonly by: string;
}

/**
 * Ports of Kubernetes' own programs and of the usual networks between pods, which their nodes have open before any pod
 * starts.
 *
 * @see https://kubernetes.io/docs/reference/networking/ports-and-protocols/
 * @see https://docs.cilium.io/en/stable/operations/system_requirements/#firewall-rules
 * @see https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements#network-requirements
 * @see https://github.com/flannel-io/flannel/blob/master/Documentation/backends.md
 * @see https://docs.k3s.io/installation/requirements#inbound-rules-for-k3s-nodes
 * @see https://docs.rke2.io/install/requirements#inbound-network-rules
 * @see https://metallb.universe.tf/#requirements
 */
const RESERVED: readonly Reserved[] = [
  ...tcp('etcd', 2379, 2380),
  ...tcp('the Kubernetes API server', 6443),
  ...tcp('the kubelet', 10248, 10250, 10255),
  ...tcp('kube-proxy', 10249, 10256),
  ...tcp('the controller manager', 10257),
  ...tcp('the scheduler', 10259),
  ...tcp('the supervisor of RKE2', 9345),
  ...tcp('Cilium', 4240, 4244, 4245, 4250, 4251, 9878, 9879, 9890, 9901, 9962, 9964),
  ...tcp('Calico', 5473, 9098, 9099),
  ...udp('the VXLAN of Flannel and Cilium', 8472),
  ...udp('the VXLAN of Calico', 4789),
  ...udp('Geneve of Cilium, Antrea and OVN', 6081),
  ...udp('WireGuard of Calico and Flannel', 51820, 51821),
  ...udp('WireGuard of Cilium', 51871),
  ...tcp('MetalLB', 7946),
  ...udp('MetalLB', 7946),
  ...tcp('the Prometheus node exporter', 9100),
];

function tcp(by: string, ...ports: readonly number[]): readonly Reserved[] {
  return ports.map((port) => ({ port, protocol: 'TCP', by }));
}

function udp(by: string, ...ports: readonly number[]): readonly Reserved[] {
  return ports.map((port) => ({ port, protocol: 'UDP', by }));
}

/**
 * Who on most nodes already has a port. Also where the protocol is another one: nobody means the port of the kubelet,
 * and the rules of a firewall are easily taken for each other.
 */
export function reservedBy(port: number): string | undefined {
  return RESERVED.find((one) => one.port === port)?.by;
}

/** The ports in a range of UDP ports that something on most nodes may have: `51820 (WireGuard of Calico …)`. */
export function reservedWithin(first: number, last: number): readonly string[] {
  return RESERVED.filter(({ port, protocol }) => protocol === 'UDP' && first <= port && port <= last).map(
    ({ port, by }) => `${port} (${by})`,
  );
}
