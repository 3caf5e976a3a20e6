import { SERVICE } from '../kinds/keys.ts';
import { at, text, textMap } from '../plain/data.ts';
import { type ManifestFile, type ObjectId, objectKey } from '../stack/manifest.ts';
import type { Exposure, NodePort, OutsideService, PassedOn, Unrestricted } from '../system/exposure.ts';
import type { EntranceRoute } from './entrances/route.ts';
import { entranceRoutes } from './entrances/routes.ts';
import { baseline } from './pod-security/baseline.ts';
import { restricted } from './pod-security/restricted.ts';
import { inWords, items } from './reading/data.ts';
import { type Located, objects, ofKind } from './reading/objects.ts';
import { type PodTemplate, podTemplates, portsOf } from './reading/pods.ts';

/**
 * What objects open to people and programs outside, for tables that overrides cannot make lie.
 *
 * @param before the same objects before the overrides
 */
export function exposure(after: readonly ManifestFile[], before: readonly ManifestFile[]): Exposure {
  const all = objects({ files: after, promisedSecrets: [] });
  const earlier = objects({ files: before, promisedSecrets: [] });
  const pods = podTemplates(all);
  const routes = entranceRoutes(all);
  const oldRoutes = new Set(entranceRoutes(earlier).map(routeKey));
  const nodePorts = pods.flatMap(portsOnNode);
  const oldServices = new Set(
    ofKind(earlier, SERVICE)
      .flatMap(outside)
      .map((one) => JSON.stringify(one)),
  );
  const oldPorts = new Set(podTemplates(earlier).flatMap(portsOnNode).map(portKey));
  return {
    routes: routes.map(passedOn),
    newRoutes: routes.filter((one) => !oldRoutes.has(routeKey(one))).map(passedOn),
    onNetwork: new Set(
      pods
        .filter(({ spec }) => spec.hostNetwork === true)
        .map(({ owner }) => `${owner.namespace}/${owner.name}`),
    ),
    nodePorts,
    newNodePorts: nodePorts.filter((one) => !oldPorts.has(portKey(one))),
    outsideServices: ofKind(all, SERVICE)
      .flatMap(outside)
      .filter((one) => !oldServices.has(JSON.stringify(one))),
    unrestricted: pods.flatMap(unrestricted),
  };
}

function idOf({ group, kind, namespace, name }: Located): ObjectId {
  return { group, kind, namespace, name };
}

function passedOn({ owner, match, hosts, to, limitedBy, accepts }: EntranceRoute): PassedOn {
  const passes = (host: string, path: string): boolean => accepts({ host, path }) !== 'no';
  return { object: idOf(owner), match, hosts, to, limitedBy, passes };
}

function routeKey({ owner, match, to }: EntranceRoute): string {
  return JSON.stringify([objectKey(owner), match, to]);
}

function portKey({ object, number, protocol }: NodePort): string {
  return JSON.stringify([objectKey(object), number, protocol]);
}

function portsOnNode({ owner, spec, containers }: PodTemplate): readonly NodePort[] {
  const nodes = textMap(spec.nodeSelector);
  return containers.flatMap(portsOf).flatMap(({ number, protocol, data: { hostPort } }) => {
    const open = spec.hostNetwork === true ? number : hostPort;
    if (typeof open !== 'number' || open === 0) return [];
    return [{ object: idOf(owner), number: open, protocol, nodes }];
  });
}

function outside(service: Located): readonly OutsideService[] {
  const type = text(at(service.data, 'spec', 'type')) ?? 'ClusterIP';
  const addresses = at(service.data, 'spec', 'externalIPs');
  const hasAddresses = Array.isArray(addresses) && addresses.length > 0;
  if (type !== 'NodePort' && type !== 'LoadBalancer' && !hasAddresses) return [];
  const ports = items(at(service.data, 'spec', 'ports'), '').map(({ data }) => {
    const protocol = (text(data.protocol) ?? 'TCP').toLowerCase();
    const onNodes = type === 'NodePort' ? (data.nodePort ?? 'a port that Kubernetes chooses') : data.port;
    return `${inWords(onNodes)}/${protocol}`;
  });
  return [{ object: idOf(service), type: hasAddresses ? 'externalIPs' : type, ports }];
}

function unrestricted(pod: PodTemplate): readonly Unrestricted[] {
  const fields = [...baseline, ...restricted]
    .flatMap((check) => check(pod))
    .map(({ field }) => field.slice(field.lastIndexOf('.') + 1))
    .filter((field) => field !== 'hostNetwork' && field !== 'hostPort');
  return fields.length === 0 ? [] : [{ object: idOf(pod.owner), fields: [...new Set(fields)] }];
}
