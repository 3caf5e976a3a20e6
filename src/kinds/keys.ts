import type { KindKey } from './kind.ts';

/** Kinds that are named elsewhere: what other kinds refer to, make or select, and what readers look for. */
export const CONFIG_MAP: KindKey = '/ConfigMap';
export const NAMESPACE: KindKey = '/Namespace';
export const CLAIM: KindKey = '/PersistentVolumeClaim';
export const SECRET: KindKey = '/Secret';
export const SERVICE: KindKey = '/Service';
export const SERVICE_ACCOUNT: KindKey = '/ServiceAccount';
export const DEPLOYMENT: KindKey = 'apps/Deployment';
export const STATEFUL_SET: KindKey = 'apps/StatefulSet';
export const POD_SCALER: KindKey = 'autoscaling/HorizontalPodAutoscaler';
export const DATABASE_CLUSTER: KindKey = 'postgresql.cnpg.io/Cluster';
export const OBJECT_STORE: KindKey = 'barmancloud.cnpg.io/ObjectStore';
export const CERTIFICATE: KindKey = 'cert-manager.io/Certificate';
export const TUNNEL_BINDING: KindKey = 'networking.cfargotunnel.com/TunnelBinding';
export const FLUX_KUSTOMIZATION: KindKey = 'kustomize.toolkit.fluxcd.io/Kustomization';
export const HTTP_ROUTE: KindKey = 'gateway.networking.k8s.io/HTTPRoute';
export const INGRESS_ROUTE: KindKey = 'traefik.io/IngressRoute';
export const INGRESS_ROUTE_TCP: KindKey = 'traefik.io/IngressRouteTCP';
export const MIDDLEWARE: KindKey = 'traefik.io/Middleware';
