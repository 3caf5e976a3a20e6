import { entranceAt } from '../entrances/index.ts';
import type { Check } from './check.ts';
import type { CheckFinding } from './finding.ts';
import { namedHosts } from './named-hosts.ts';

/** What the entrance of each door says of its settings, and of the hosts that lead there. */
export const checkEntrances: Check = (written, stack) =>
  (['public', 'lan'] as const).flatMap((door) => {
    const at = entranceAt(stack, door);
    if (at?.entrance.check === undefined) return [];
    const own = stack.topology.hosts
      .filter((claim) => claim.door === door && claim.at[0] === 'serverName')
      .map(({ host }) => ({ path: ['serverName'], host }));
    const named = namedHosts(written, stack)
      .filter((one) => one.door === door)
      .map(({ component, host, path }) => ({ path, host, setting: `${component}.host` }));
    return at.entrance.check(at.own, door, [...own, ...named]);
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
        (one) => one.certificateFor === undefined && !Object.hasOwn(written.secrets?.own ?? {}, one.name),
      )
      .map(({ name }) => name),
    ...stack.made.map(({ name }) => name),
  ]);
  for (const door of ['public', 'lan'] as const) {
    const name = written.expose[door]?.tls?.secret;
    if (name === undefined || (!own.has(name) && name !== LIST_OF_FILES)) continue;
    findings.push({
      code: 'MG030',
      at: ['expose', door, 'tls', 'secret'],
      what:
        name === LIST_OF_FILES
          ? `a Secret cannot be called "${name}" here: its file would take the place of kustomization.yaml`
          : `the Secret "${name}" holds other things of this stack`,
      remedy: 'keep the certificate in a Secret of its own, such as matrix-tls',
    });
  }
  return findings;
};
