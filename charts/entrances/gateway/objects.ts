import type { App } from 'cdk8s';
import {
  Gateway as GatewayObject,
  type GatewaySpecListeners,
  GatewaySpecListenersAllowedRoutesNamespacesFrom,
  GatewaySpecListenersTlsMode,
  HttpRoute,
  HttpRouteSpecRulesFiltersRequestRedirectScheme,
  HttpRouteSpecRulesFiltersRequestRedirectStatusCode,
  HttpRouteSpecRulesFiltersType,
} from '../../../imports/gateway.networking.k8s.io.ts';
import { ChartFile } from '../../../src/kubernetes/chart-file.ts';
import { type Owner, objectMeta } from '../../../src/kubernetes/labels.ts';
import type { OpenDoors } from '../../../src/system/open-door.ts';
import { DOORS, type Door, hostsAt } from '../../../src/topology/topology.ts';
import { certificateSecret } from '../../around/certificate-secret.ts';
import type { Stack } from '../../stack/stack.ts';
import type { Gateway } from './declare.ts';
import { ALL_HOSTS, httpRoutes } from './routes.ts';

type Created = Extract<Gateway, { readonly create: unknown }>;

const PLAIN = 'http';

/** The objects of the Gateway API, for the doors that go through one. */
export function gateway(app: App, stack: Stack, doors: OpenDoors<Gateway>): void {
  const created = DOORS.flatMap((door) => {
    const own = doors[door];
    return own !== undefined && 'create' in own ? [{ door, own }] : [];
  });
  if (created.length > 0) {
    const file = new ChartFile(app, 'networking/gateway.yaml');
    for (const { door, own } of created) {
      gatewayObject(file, stack, door, own);
      redirect(file, stack, door);
    }
  }
  for (const door of DOORS) {
    const own = doors[door];
    if (own !== undefined) httpRoutes(app, stack, door, own, gatewayName(door));
  }
}

function gatewayName(door: Door): string {
  return `gateway-${door}`;
}

function ownerOf({ name, namespace }: Stack): Owner {
  return { id: 'gateway', role: 'entrance', instance: name, namespace };
}

/**
 * A Gateway with a listener for each host, whose certificates differ. With one certificate for all, one listener:
 * browsers use a connection for every host that its certificate covers, and a listener for one host refuses the others.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/#gateway
 */
function gatewayObject(file: ChartFile, stack: Stack, door: Door, { create }: Created): void {
  const { https, http } = create.ports;
  const admitted = allowedRoutes(stack, door);
  const name = gatewayName(door);
  const listener = (of: string, secret: string): GatewaySpecListeners => ({
    name: of,
    port: https,
    protocol: 'HTTPS',
    tls: { mode: GatewaySpecListenersTlsMode.TERMINATE, certificateRefs: [{ name: secret }] },
    ...admitted,
  });
  const listeners =
    'secret' in create.tls
      ? [listener(ALL_HOSTS, create.tls.secret)]
      : hostsAt(stack.topology, door).flatMap((claim) =>
          claim.leadsTo === 'entrance'
            ? [
                {
                  ...listener(claim.host, certificateSecret(stack, claim.certificate.group, door)),
                  hostname: claim.host,
                },
              ]
            : [],
        );
  new GatewayObject(file, name, {
    metadata: objectMeta(ownerOf(stack), name),
    spec: {
      gatewayClassName: create.className,
      listeners: [...listeners, { name: PLAIN, port: http, protocol: 'HTTP' }],
    },
  });
}

/** Routes are in the namespace of their Services. A Gateway allows routes from its own namespace by default. */
function allowedRoutes(
  { namespace, topology }: Stack,
  door: Door,
): Pick<GatewaySpecListeners, 'allowedRoutes'> {
  const used = topology.routes.filter((route) => route.door === door).map(({ to }) => to.namespace);
  const others = [...new Set(used)].filter((one) => one !== namespace);
  if (others.length === 0) return {};
  return {
    allowedRoutes: {
      namespaces: {
        from: GatewaySpecListenersAllowedRoutesNamespacesFrom.SELECTOR,
        selector: {
          matchExpressions: [
            { key: 'kubernetes.io/metadata.name', operator: 'In', values: [namespace, ...others.sort()] },
          ],
        },
      },
    },
  };
}

/** Sends whoever comes with plain HTTP to HTTPS; a challenge on the same listener names its exact path, and goes first. */
function redirect(file: ChartFile, stack: Stack, door: Door): void {
  const name = `${gatewayName(door)}-redirect`;
  new HttpRoute(file, name, {
    metadata: objectMeta(ownerOf(stack), name),
    spec: {
      parentRefs: [{ name: gatewayName(door), sectionName: PLAIN }],
      rules: [
        {
          filters: [
            {
              type: HttpRouteSpecRulesFiltersType.REQUEST_REDIRECT,
              requestRedirect: {
                scheme: HttpRouteSpecRulesFiltersRequestRedirectScheme.HTTPS,
                statusCode: HttpRouteSpecRulesFiltersRequestRedirectStatusCode.VALUE_301,
              },
            },
          ],
        },
      ],
    },
  });
}
