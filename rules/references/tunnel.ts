import { at, items, text } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { type References, requireService } from './context.ts';

/** `http://synapse.app-matrix.svc.cluster.local:8008`: scheme, Service, namespace, port. */
const target = /^([a-z]+):\/\/([^./:]+)\.([^./:]+)\.svc(?:\.[^/:]+)?(?::(\d+))?(?:\/.*)?$/;
const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };

/**
 * Checks a TunnelBinding: each subject is a Service, and what its `target` names is one with that port. The operator
 * takes a target as it stands and asks for the Service in the namespace of the binding without need, with a warning
 * where it is not: one of that name in the namespace that the target names will do.
 *
 * @see https://github.com/adyanth/cloudflare-operator internal/controller/tunnelbinding_controller.go
 */
export function checkTunnelBinding(binding: Located, refs: References): void {
  for (const { path, data } of items(at(binding.data, 'subjects'), 'subjects')) {
    const url = text(at(data, 'spec', 'target'));
    if ((data.kind ?? 'Service') === 'Service') {
      const name = text(data.name) ?? '';
      const [, , targeted, elsewhere = ''] = target.exec(url ?? '') ?? [];
      const isElsewhere = targeted === name && refs.inventory.namespaces.has(elsewhere);
      const namespace = isElsewhere ? elsewhere : binding.namespace;
      requireService(refs, binding, { path: `${path}.name`, namespace, name });
    }
    if (url !== undefined) checkTarget(url, `${path}.spec.target`, binding, refs);
  }
}

function checkTarget(url: string, path: string, binding: Located, refs: References): void {
  const [, scheme = '', name, namespace, port] = target.exec(url) ?? [];
  if (name === undefined || namespace === undefined || !refs.inventory.namespaces.has(namespace)) return;
  const number = port === undefined ? defaultPorts[scheme] : Number(port);
  requireService(refs, binding, { path, namespace, name, portPath: path, port: number });
}
