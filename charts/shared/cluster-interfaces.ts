/**
 * Network interfaces that exist on cluster nodes but lead no client anywhere. Their addresses would only
 * be tried first and fail slowly.
 */
export const CLUSTER_INTERFACES = [
  'cni0',
  'cilium_host',
  'docker0',
  'flannel.1',
  'kube-ipvs0',
  'tunl0',
  'vxlan.calico',
];
