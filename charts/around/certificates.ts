import type { App } from 'cdk8s';
import { Certificate } from '../../imports/cert-manager.io.ts';
import { chartFile } from '../../src/kubernetes/chart-file.ts';
import { objectMeta } from '../../src/kubernetes/labels.ts';
import { certificates as needed } from '../stack/certificates.ts';
import type { Stack } from '../stack/stack.ts';

/**
 * The certificates that cert-manager is asked for: one object in each namespace that needs it, whoever ends TLS there.
 * Those for hosts that an entrance serves are in the file with its routes.
 *
 * @see https://cert-manager.io/docs/usage/certificate/
 */
export function certificates(app: App, stack: Stack): void {
  for (const { group, source, secret, hosts, onCallNodes, namespaces } of needed(stack, stack.topology)) {
    if ('secret' in source) continue;
    const isServed = onCallNodes.length < hosts.length;
    // The file that entrances keep their routes in.
    const routes = `networking/${group}-ingress.yaml` as const;
    const file = chartFile(app, isServed ? routes : `networking/${group}-certificate.yaml`);
    for (const namespace of namespaces) {
      const owner = { id: group, role: group, instance: stack.name, namespace };
      new Certificate(file, `certificate-${secret}@${namespace}`, {
        metadata: objectMeta(owner, secret),
        spec: {
          secretName: secret,
          dnsNames: [...hosts],
          issuerRef: { group: 'cert-manager.io', ...source.issuer },
        },
      });
    }
  }
}
