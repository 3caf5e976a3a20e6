import type { CheckFinding } from '../../../src/stack/finding.ts';
import { certificateHosts } from '../../../src/system/secrets.ts';
import { DOORS } from '../../../src/topology/topology.ts';
import { entranceAt } from '../../entrances/index.ts';
import { namedTlsSecrets } from './certificates.ts';
import type { Check } from './check.ts';
import { namedHosts } from './named-hosts.ts';

/** What the entrance of each door says of its settings, and of the hosts that lead there. */
export const checkEntrances: Check = (written, stack) =>
  DOORS.flatMap((door) => {
    const at = entranceAt(stack, door);
    if (at?.entrance.check === undefined) return [];
    // Whoever goes to the call nodes does not come through the entrance; of whole connections it says its own.
    const whole = stack.topology.tcpRoutes.filter((one) => one.door === door);
    const hosts = stack.topology.hosts.filter(
      (claim) =>
        claim.door === door && claim.leadsTo === 'entrance' && !whole.some(({ host }) => host === claim.host),
    );
    const own = hosts
      .filter((claim) => claim.at[0] === 'serverName')
      .map(({ host }) => ({ path: ['serverName'], host }));
    const named = namedHosts(written, stack)
      .filter((one) => one.door === door && hosts.some((claim) => claim.host === one.host))
      .map(({ component, host, path }) => ({ path, host, setting: `${component}.host` }));
    const routes = stack.topology.routes.filter((route) => route.door === door);
    return at.entrance.check(at.own, door, [...own, ...named], routes);
  });

/** What the file in each rendered folder is called that lists the others; Secrets have files of their own name. */
export const LIST_OF_FILES = 'kustomization';

/** A certificate that somebody keeps cannot stand in a Secret that the stack uses for something else. */
export const checkTlsSecrets: Check = (written, stack) => {
  const findings: CheckFinding[] = [];
  const own = new Set([
    // One of their own under this name is reported where it is written: see own-secrets.ts.
    ...stack.secrets
      .filter(
        (one) => certificateHosts(one) === undefined && !Object.hasOwn(written.secrets?.own ?? {}, one.name),
      )
      .map(({ name }) => name),
    ...stack.made.map(({ name }) => name),
  ]);
  for (const { name, at } of namedTlsSecrets(stack)) {
    if (!own.has(name) && name !== LIST_OF_FILES) continue;
    findings.push({
      code: 'MG030',
      at,
      what:
        name === LIST_OF_FILES
          ? `a Secret cannot be called "${name}" here: its file would replace kustomization.yaml`
          : `the Secret "${name}" already holds other values of this stack`,
      remedy: 'keep the certificate in a Secret of its own, such as matrix-tls',
    });
  }
  return findings;
};
