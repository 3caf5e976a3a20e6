import { at, items, text } from '../reading/data.ts';
import type { Located } from '../reading/objects.ts';
import { type References, requireService } from './context.ts';

/** `http://synapse.app-matrix.svc.cluster.local:8008`: scheme, Service, namespace, port. */
const target = /^([a-z]+):\/\/([^./:]+)\.([^./:]+)\.svc(?:\.[^/:]+)?(?::(\d+))?(?:\/.*)?$/;
const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** Checks a TunnelBinding: each subject is a Service, and what its `target` names is one with that port. */
export function checkTunnelBinding(binding: Located, refs: References): void {
  for (const { path, data } of items(at(binding.data, 'subjects'), 'subjects')) {
    if ((data.kind ?? 'Service') === 'Service') {
      const name = text(data.name) ?? '';
      requireService(refs, binding, { path: `${path}.name`, namespace: binding.namespace, name });
    }
    const url = text(at(data, 'spec', 'target'));
    if (url !== undefined) checkTarget(url, `${path}.spec.target`, binding, refs);
  }
}

function checkTarget(url: string, path: string, binding: Located, refs: References): void {
  const [, scheme = '', name, namespace, port] = target.exec(url) ?? [];
  if (name === undefined || namespace === undefined || !refs.inventory.namespaces.has(namespace)) return;
  const number = port === undefined ? defaultPorts[scheme] : Number(port);
  requireService(refs, binding, { path, namespace, name, portPath: path, port: number });
}
