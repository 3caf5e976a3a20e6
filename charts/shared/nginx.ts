import type * as k8s from 'cdk8s-plus-28/lib/imports/k8s.js';
import type { ChartFile } from '../../src/kubernetes/chart-file.ts';
import { configFile, configFiles, type Mount, scratch } from '../../src/kubernetes/mounts.ts';
import { httpProbe, tcpProbe } from '../../src/kubernetes/probes.ts';
import { services } from '../../src/kubernetes/service.ts';
import { workload } from '../../src/kubernetes/workload.ts';
import type { Resources } from '../../src/system/resources.ts';
import { type Topology, workloadOf } from '../../src/topology/topology.ts';

/** The user nginx runs as in all of these images. */
const USER = 101;

/** What differs between the nginx servers. */
export interface NginxProps {
  /** Its workload in the topology. */
  readonly id: string;
  readonly image: string;
  readonly resources: Resources;
  readonly configMap: string;
  readonly mounts: readonly Mount[];
  /** @default - none */
  readonly env?: readonly k8s.EnvVar[];
}

/** An unprivileged nginx with our configuration in the place of the image's. */
export function nginx(file: ChartFile, topology: Topology, props: NginxProps): void {
  workload(file, {
    owner: workloadOf(topology, props.id),
    image: props.image,
    user: USER,
    resources: props.resources,
    ...(props.env === undefined ? {} : { env: props.env }),
    mounts: [
      configFiles('server', props.configMap, '/etc/nginx/conf.d', ['default.conf']),
      configFile('main', props.configMap, '/etc/nginx/nginx.conf', 'nginx.conf'),
      // The process id and all temporary files of these images.
      scratch('tmp', '/tmp', '64Mi'),
      ...props.mounts,
    ],
    liveness: tcpProbe('http', { every: 10, failures: 3 }),
    readiness: httpProbe('http', '/health', { every: 5, failures: 3 }),
  });
  services(file, topology, props.id);
}
