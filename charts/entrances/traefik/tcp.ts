import type { App } from 'cdk8s';
import { IngressRouteTcp, IngressRouteTcpSpecRoutesServicesPort } from '../../../imports/traefik.io.ts';
import { chartFile } from '../../../src/kubernetes/chart-file.ts';
import { objectMeta } from '../../../src/kubernetes/labels.ts';
import { served, type TcpRoute } from '../../../src/topology/topology.ts';
import { certificateSecret } from '../../around/certificate-secret.ts';
import type { Stack } from '../../stack/stack.ts';

/**
 * One IngressRouteTCP for each host whose connections are passed on whole. A connection is one of these only if no
 * route for HTTP at the entry point names its host.
 *
 * @see https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/tcp/ingressroutetcp/
 */
export function tcpIngresses(app: App, stack: Stack, routes: readonly TcpRoute[]): void {
  for (const route of routes) {
    const { door, group, host, to, endsTls } = route;
    const name = `${group}${door === 'public' ? '-public' : ''}`;
    const owner = { id: group, role: group, instance: stack.name, namespace: to.namespace };
    new IngressRouteTcp(chartFile(app, `networking/${group}-ingress.yaml`), `tcp-${name}@${to.namespace}`, {
      metadata: objectMeta(owner, name),
      spec: {
        entryPoints: [stack.cluster.traefik.entryPoints.https],
        routes: [
          {
            match: `HostSNI(\`${host}\`)`,
            services: [{ name: to.service, port: IngressRouteTcpSpecRoutesServicesPort.fromNumber(to.port) }],
          },
        ],
        tls:
          endsTls === 'program'
            ? { passthrough: true }
            : { secretName: certificateSecret(stack, served(stack.topology, route).certificate.group, door) },
      },
    });
  }
}
