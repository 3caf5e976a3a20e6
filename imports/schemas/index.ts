// Written by `npm run import`. Do not edit.
import type { KindSchema, Schema } from '../crd.ts';
import sharedDefinitions from './definitions.json' with { type: 'json' };
import appsDeployment from './apps_deployment.json' with { type: 'json' };
import appsStatefulset from './apps_statefulset.json' with { type: 'json' };
import bitnamiComSealedsecret from './bitnami.com_sealedsecret.json' with { type: 'json' };
import certManagerIoCertificate from './cert-manager.io_certificate.json' with { type: 'json' };
import coreConfigmap from './core_configmap.json' with { type: 'json' };
import coreNamespace from './core_namespace.json' with { type: 'json' };
import corePersistentvolumeclaim from './core_persistentvolumeclaim.json' with { type: 'json' };
import corePod from './core_pod.json' with { type: 'json' };
import coreSecret from './core_secret.json' with { type: 'json' };
import coreService from './core_service.json' with { type: 'json' };
import coreServiceaccount from './core_serviceaccount.json' with { type: 'json' };
import externalSecretsIoExternalsecret from './external-secrets.io_externalsecret.json' with { type: 'json' };
import kustomizeToolkitFluxcdIoKustomization from './kustomize.toolkit.fluxcd.io_kustomization.json' with { type: 'json' };
import networkingCfargotunnelComTunnelbinding from './networking.cfargotunnel.com_tunnelbinding.json' with { type: 'json' };
import networkingK8sIoNetworkpolicy from './networking.k8s.io_networkpolicy.json' with { type: 'json' };
import policyPoddisruptionbudget from './policy_poddisruptionbudget.json' with { type: 'json' };
import postgresqlCnpgIoCluster from './postgresql.cnpg.io_cluster.json' with { type: 'json' };
import postgresqlCnpgIoDatabase from './postgresql.cnpg.io_database.json' with { type: 'json' };
import traefikIoIngressroute from './traefik.io_ingressroute.json' with { type: 'json' };
import traefikIoMiddleware from './traefik.io_middleware.json' with { type: 'json' };

/** What the schemas of built-in kinds refer to by `$ref`. */
export const definitions: Readonly<Record<string, Schema>> = sharedDefinitions;

/** Every known kind, by `<apiVersion>/<kind>`. */
export const kindSchemas: Readonly<Record<string, KindSchema>> = {
  'apps/v1/Deployment': appsDeployment,
  'apps/v1/StatefulSet': appsStatefulset,
  'bitnami.com/v1alpha1/SealedSecret': bitnamiComSealedsecret,
  'cert-manager.io/v1/Certificate': certManagerIoCertificate,
  'v1/ConfigMap': coreConfigmap,
  'v1/Namespace': coreNamespace,
  'v1/PersistentVolumeClaim': corePersistentvolumeclaim,
  'v1/Pod': corePod,
  'v1/Secret': coreSecret,
  'v1/Service': coreService,
  'v1/ServiceAccount': coreServiceaccount,
  'external-secrets.io/v1/ExternalSecret': externalSecretsIoExternalsecret,
  'kustomize.toolkit.fluxcd.io/v1/Kustomization': kustomizeToolkitFluxcdIoKustomization,
  'networking.cfargotunnel.com/v1alpha1/TunnelBinding': networkingCfargotunnelComTunnelbinding,
  'networking.k8s.io/v1/NetworkPolicy': networkingK8sIoNetworkpolicy,
  'policy/v1/PodDisruptionBudget': policyPoddisruptionbudget,
  'postgresql.cnpg.io/v1/Cluster': postgresqlCnpgIoCluster,
  'postgresql.cnpg.io/v1/Database': postgresqlCnpgIoDatabase,
  'traefik.io/v1alpha1/IngressRoute': traefikIoIngressroute,
  'traefik.io/v1alpha1/Middleware': traefikIoMiddleware,
};
