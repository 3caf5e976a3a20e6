import { data } from '../../src/plain/data.ts';
import { type ConfiguredPort, openedPort } from '../../src/system/opened-ports.ts';

/**
 * Every port that homeserver.yaml opens on the pod's own address.
 *
 * @see https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html#listeners
 */
export function synapsePorts(config: unknown): readonly ConfiguredPort[] {
  const { listeners } = data(config);
  if (!Array.isArray(listeners)) return [];
  return listeners.flatMap((listener: unknown) => {
    const { port, type, bind_addresses: addresses, bind_address: address } = data(listener);
    const bound = Array.isArray(addresses) ? addresses : address === undefined ? [] : [address];
    if (
      bound.length > 0 &&
      bound.every((one) => one === '127.0.0.1' || one === '::1' || one === 'localhost')
    ) {
      return [];
    }
    const what = typeof type === 'string' ? `a listener of type ${type}` : 'a listener';
    return openedPort(port, 'TCP', `${what} (listeners)`, false);
  });
}
