import { ApiObject, App } from 'cdk8s';
import { ObjectFile } from '../src/kubernetes/chart-file.ts';
import { guardedManifest } from '../src/kubernetes/guard.ts';
import { isRenderedPath, layerOf, type RenderedFile } from '../src/kubernetes/rendered-file.ts';
import type { Manifest, ManifestFile } from '../src/stack/manifest.ts';
import type { OpenDoor, OpenDoors } from '../src/system/open-door.ts';
import { ambiguous } from '../src/topology/routes.ts';
import { DOORS, type Door } from '../src/topology/topology.ts';
import { adminUiConfig } from './admin-ui/objects/config-map.ts';
import { adminUi } from './admin-ui/objects/deployment.ts';
import { certificates } from './around/certificates.ts';
import { extraFiles } from './around/extra-files.ts';
import { namespace } from './around/namespace.ts';
import { coturn, coturnConfig } from './coturn/objects.ts';
import { cnpgCluster } from './database/objects/cluster.ts';
import { cnpgDatabases } from './database/objects/databases.ts';
import { deliveryObjects } from './delivery/index.ts';
import { elementConfig } from './element/objects/config-map.ts';
import { element } from './element/objects/deployment.ts';
import { elementCallConfig } from './element-call/objects/config-map.ts';
import { elementCall } from './element-call/objects/deployment.ts';
import { cloudflared } from './entrances/cloudflared/objects.ts';
import { gateway } from './entrances/gateway/objects.ts';
import { type EntranceOwn, VIAS, type Via } from './entrances/index.ts';
import { ownProxy } from './entrances/own-proxy/objects.ts';
import { traefik } from './entrances/traefik/objects.ts';
import { tunnel } from './entrances/tunnel/objects.ts';
import { COMPONENT_NAMES, type ComponentName, type Settings } from './index.ts';
import { jitsiAccountsClaim } from './jitsi/objects/accounts-claim.ts';
import { jitsiConfig } from './jitsi/objects/config-map.ts';
import { jicofo } from './jitsi/objects/jicofo.ts';
import { jvb } from './jitsi/objects/jvb.ts';
import { prosody } from './jitsi/objects/prosody.ts';
import { web } from './jitsi/objects/web.ts';
import { livekitConfig } from './livekit/objects/config-map.ts';
import { livekit, lkJwtService } from './livekit/objects/deployments.ts';
import { secretObjects } from './providers/index.ts';
import type { Scene, Stack } from './stack/stack.ts';
import { synapseConfig } from './synapse/objects/config-map.ts';
import { synapse } from './synapse/objects/deployment.ts';
import { mediaClaim } from './synapse/objects/media-claim.ts';
import { cinny } from './web-clients/objects/cinny.ts';
import { fluffychat } from './web-clients/objects/fluffychat.ts';
import { wellKnownConfig } from './well-known/objects/config-map.ts';
import { wellKnown } from './well-known/objects/deployment.ts';

/** Adds the files of one thing that the stack has to the app. */
type ComponentChart<Own> = (app: App, stack: Scene, own: Own) => void;

type ComponentCharts = {
  readonly [Name in ComponentName]: readonly ComponentChart<Exclude<Settings[Name], undefined>>[];
};

/** What each component brings; what leads to it follows from the topology. */
const COMPONENTS: ComponentCharts = {
  database: [cnpgCluster, cnpgDatabases],
  synapse: [mediaClaim, synapseConfig, synapse],
  wellKnown: [wellKnownConfig, wellKnown],
  element: [elementConfig, element],
  livekit: [livekitConfig, livekit, lkJwtService],
  jitsi: [jitsiAccountsClaim, jitsiConfig, prosody, jicofo, jvb, web],
  turn: [coturnConfig, coturn],
  elementCall: [elementCallConfig, elementCall],
  webClients: [cinny, fluffychat],
  adminUi: [adminUiConfig, adminUi],
};

/** Adds the files of what follows from the stack as a whole. */
type StackChart = (app: App, stack: Stack) => void;

const BEFORE: readonly StackChart[] = [namespace, secretObjects, certificates, extraFiles];

/** The objects of each entrance, for the doors that go through it. */
type EntranceCharts = {
  readonly [V in Via]: (app: App, stack: Stack, doors: OpenDoors<EntranceOwn<V>>) => void;
};

const ENTRANCES: EntranceCharts = { tunnel, traefik, cloudflared, gateway, 'own-proxy': ownProxy };

/** The doors of a stack that go through one entrance, each with its settings. */
function doorsVia<V extends Via>(stack: Stack, via: V): OpenDoors<EntranceOwn<V>> {
  type Passing = Pick<OpenDoor, 'via' | 'own'>;
  const isVia = (one: Passing | undefined): one is { via: V; own: EntranceOwn<V> } => one?.via === via;
  const own: Partial<Record<Door, EntranceOwn<V>>> = {};
  for (const door of DOORS) {
    const open = stack.expose[door];
    for (const one of [open, open?.through]) if (isVia(one)) own[door] = one.own;
  }
  return own;
}

function chartEntrance<V extends Via>(app: App, stack: Stack, via: V): void {
  const chart: EntranceCharts[V] = ENTRANCES[via];
  chart(app, stack, doorsVia(stack, via));
}

/** A component's files; none where the stack does not have it. */
function chartComponent<Name extends ComponentName>(app: App, stack: Stack, name: Name): void {
  const own: Settings[Name] = stack[name];
  if (!isThere(own)) return;
  const charts: ComponentCharts[Name] = COMPONENTS[name];
  for (const chart of charts) chart(app, stack, own);
}

function isThere<T>(own: T): own is Exclude<T, undefined> {
  return own !== undefined;
}

/**
 * The stack's objects by file, below the stack's folder. Pure: same stack, same objects.
 *
 * @throws when a class would drop a field (see guard.ts), or nothing says which of two routes is tried first: a mistake
 *   in a chart or a component, not in the stack
 */
export function chartStack(stack: Stack): readonly RenderedFile[] {
  const rivals = ambiguous(stack.topology.routes);
  if (rivals !== undefined) {
    const names = rivals.map(({ to }) => to.service).join(' and ');
    throw new Error(
      `two routes of ${rivals[0].host} may take the same request, to ${names}: give each a rank`,
    );
  }
  const app = new App();
  for (const chart of BEFORE) chart(app, stack);
  for (const name of COMPONENT_NAMES) chartComponent(app, stack, name);
  for (const via of VIAS) chartEntrance(app, stack, via);
  return objectFiles(app).map((file) => {
    const { path } = file;
    if (!isRenderedPath(path))
      throw new Error(`${path} is in no folder that a layer has: nobody would apply it`);
    return { path, layer: layerOf(path), manifests: manifestsOf(file) };
  });
}

/** The objects that tell each way of delivery what to apply, such as Flux Kustomizations; the path is below dist/. */
export function chartDelivery(stack: Stack, files: readonly RenderedFile[]): readonly ManifestFile[] {
  const app = new App();
  deliveryObjects(app, stack, files);
  return objectFiles(app).map((file) => ({ path: file.path, manifests: manifestsOf(file) }));
}

/** The files of an app, in the order they were made. */
function objectFiles(app: App): readonly ObjectFile[] {
  return app.node.children.filter(isObjectFile);
}

function isObjectFile(node: unknown): node is ObjectFile {
  return node instanceof ObjectFile;
}

/** Takes the objects out in the order they were made; `app.synth()` would write them, unguarded. */
function manifestsOf(file: ObjectFile): readonly Manifest[] {
  const objects = file.node.findAll().filter((node) => node instanceof ApiObject);
  return objects.map((object) => guardedManifest(object, file.path));
}
