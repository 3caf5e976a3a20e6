import type { App } from 'cdk8s';
import { dump } from 'js-yaml';
import { ChartFile } from '../../constructs/chart-file.ts';
import { configMap } from '../../constructs/config-map.ts';
import { jitsiWorkload } from '../../model/components/jitsi.ts';
import { JITSI_PARTS, type JitsiPart } from '../../model/components/jitsi-sizes.ts';
import { WELL_KNOWN_PREFIX } from '../../model/components/well-known.ts';
import type { Stack } from '../../model/stack.ts';
import { party, port } from '../../model/topology.ts';
import { elementConfig } from '../../settings/element.ts';
import { customConfigJs, customJvbConf, jitsiEnvironment } from '../../settings/jitsi.ts';
import { json } from '../../settings/json.ts';
import { livekitConfig } from '../../settings/livekit.ts';
import { elementServer, wellKnownServerBlock } from '../../settings/nginx.ts';
import { homeserver, logConfig } from '../../settings/synapse.ts';
import { wellKnownClient, wellKnownServer } from '../../settings/well-known.ts';

/** Names of the ConfigMaps; charts mount them by these. */
export const CONFIG_MAPS = {
  synapse: 'synapse-config',
  wellKnown: 'well-known-config',
  element: 'element-config',
  livekit: 'livekit-config',
  /** Files that several of Jitsi's programs are given, each its own key. */
  jitsiFiles: 'jitsi-config',
} as const;

/** Where the well-known files are mounted. */
export const WELL_KNOWN_FILES = '/srv/well-known';

/** Name of the ConfigMap with one Jitsi program's environment. */
export function jitsiEnvironmentMap(part: JitsiPart): string {
  return `${jitsiWorkload(part)}-env`;
}

/** YAML for a program to read: same order as written, nothing folded. */
function yaml(value: unknown): string {
  return dump(value, { lineWidth: -1, noRefs: true });
}

/** homeserver.yaml and the log configuration. */
export function synapseConfig(app: App, stack: Stack): void {
  configMap(
    new ChartFile(app, 'config/synapse-config.yaml'),
    party(stack.topology, 'synapse'),
    CONFIG_MAPS.synapse,
    {
      'homeserver.yaml': yaml(homeserver(stack)),
      'log.yaml': yaml(logConfig()),
    },
  );
}

/** The two answers on the server name's host, and nginx to give them. */
export function wellKnownConfig(app: App, stack: Stack): void {
  if (stack.wellKnown === 'elsewhere') return;
  const self = party(stack.topology, 'well-known');
  configMap(new ChartFile(app, 'config/well-known-config.yaml'), self, CONFIG_MAPS.wellKnown, {
    'client.json': json(wellKnownClient(stack)),
    'default.conf': wellKnownServerBlock(port(self, 'http').number, [
      { path: `${WELL_KNOWN_PREFIX}client`, file: `${WELL_KNOWN_FILES}/client.json` },
      { path: `${WELL_KNOWN_PREFIX}server`, file: `${WELL_KNOWN_FILES}/server.json` },
    ]),
    'server.json': json(wellKnownServer(stack)),
  });
}

/** Element Web's config.json, and nginx to serve it. */
export function elementConfigFiles(app: App, stack: Stack): void {
  if (stack.element === undefined) return;
  const self = party(stack.topology, 'element');
  configMap(new ChartFile(app, 'config/element-config.yaml'), self, CONFIG_MAPS.element, {
    'config.json': json(elementConfig(stack, stack.element)),
    'default.conf': elementServer(port(self, 'http').number),
  });
}

/** livekit.yaml; its API key comes from a Secret. */
export function livekitConfigFiles(app: App, stack: Stack): void {
  if (stack.livekit === undefined) return;
  configMap(
    new ChartFile(app, 'config/livekit-config.yaml'),
    party(stack.topology, 'livekit'),
    CONFIG_MAPS.livekit,
    {
      'livekit.yaml': yaml(livekitConfig(stack, stack.livekit)),
    },
  );
}

/** Environment of each of Jitsi's programs in a map of its own, so that a change restarts only who reads it. */
export function jitsiConfigFiles(app: App, stack: Stack): void {
  const { jitsi } = stack;
  if (jitsi === undefined) return;
  const file = new ChartFile(app, 'config/jitsi-config.yaml');
  const environment = jitsiEnvironment(stack, jitsi);
  for (const part of JITSI_PARTS) {
    configMap(file, party(stack.topology, jitsiWorkload(part)), jitsiEnvironmentMap(part), environment[part]);
  }
  const extraHost = stack.expose.public === undefined ? undefined : stack.expose.lan?.names.jitsi;
  configMap(file, party(stack.topology, jitsiWorkload('web')), CONFIG_MAPS.jitsiFiles, {
    'custom-config.js': customConfigJs(jitsi, extraHost),
    ...(jitsi.attach === 'hostNetwork' ? { 'custom-jvb.conf': customJvbConf() } : {}),
  });
}
