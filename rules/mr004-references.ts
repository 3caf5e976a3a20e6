import { inventory } from './reading/inventory.ts';
import { type Located, objects } from './reading/objects.ts';
import { podTemplates } from './reading/pods.ts';
import { code, type References, references } from './references/context.ts';
import {
  checkCertificate,
  checkDatabase,
  checkDatabaseOfCluster,
  checkServiceAccount,
} from './references/operators.ts';
import { checkPod } from './references/pods.ts';
import { checkIngressRoute, checkMiddleware } from './references/routes.ts';
import { checkTunnelBinding } from './references/tunnel.ts';
import type { Finding, Rule } from './rule.ts';

const checks: Readonly<Record<string, (located: Located, refs: References) => void>> = {
  '/ServiceAccount': checkServiceAccount,
  'cert-manager.io/Certificate': checkCertificate,
  'networking.cfargotunnel.com/TunnelBinding': checkTunnelBinding,
  'postgresql.cnpg.io/Cluster': checkDatabase,
  'postgresql.cnpg.io/Database': checkDatabaseOfCluster,
  'traefik.io/IngressRoute': checkIngressRoute,
  'traefik.io/Middleware': checkMiddleware,
};

/**
 * Checks that whatever an object names is rendered, is made by something rendered, or is in the catalogue.
 */
export const referencesRule: Rule = {
  code,
  title: 'Every object and key that is referenced exists.',
  check(input) {
    const all = objects(input);
    const findings: Finding[] = [];
    const refs = references(inventory(input), findings);
    for (const pod of podTemplates(all)) checkPod(pod, refs);
    for (const located of all) checks[`${located.group}/${located.kind}`]?.(located, refs);
    return findings;
  },
};
