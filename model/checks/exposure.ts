import type { Path } from '../reading/yaml-source.ts';
import type { Check, CheckFinding } from './check.ts';
import { namedHosts } from './named-hosts.ts';

/** Hosts that one field decides, and where each is set on its own: `synapse.host`. */
interface DecidedHosts {
  readonly path: Path;
  readonly hosts: readonly { readonly host: string; readonly setting?: string }[];
}

/** A tunnel carries only HTTPS for hosts of its zone that the edge certificate covers. */
export const checkTunnel: Check = (written, stack) => {
  const exposure = stack.expose.public;
  if (exposure?.via !== 'tunnel') return [];
  const { zone, edgeCertificate } = exposure.tunnel;
  const named = namedHosts(written, stack)
    .filter(({ door }) => door === 'public')
    .map(({ component, host, path }) => ({ path, hosts: [{ host, setting: `${component}.host` }] }));
  const delegating =
    stack.wellKnown === 'here' ? [{ path: ['serverName'], hosts: [{ host: stack.serverName }] }] : [];
  const findings: CheckFinding[] = [];
  for (const { path, hosts } of byField([...delegating, ...named])) {
    const outside = hosts.filter(({ host }) => host !== zone && !host.endsWith(`.${zone}`));
    if (outside.length > 0) {
      const several = outside.length > 1;
      findings.push({
        code: 'MG024',
        at: path,
        other: ['expose', 'public', 'tunnel', 'zone'],
        what: `the ${several ? 'hosts' : 'host'} ${quoted(outside)} ${several ? 'are' : 'is'} outside the tunnel's zone "${zone}"`,
        remedy: `use ${several ? 'hosts' : 'a host'} below ${zone}, or correct the zone`,
      });
    }
    const deep = hosts.filter(({ host }) => labelsBelow(host, zone).length > 1);
    if (deep.length > 0 && edgeCertificate === 'universal') {
      const flat = deep.flatMap(({ host, setting }) =>
        setting === undefined ? [] : [`write ${setting}: ${labelsBelow(host, zone).join('-')}.${zone}, `],
      );
      findings.push({
        code: 'MG023',
        at: path,
        other: ['expose', 'public', 'tunnel', 'edgeCertificate'],
        what: `the ${deep.length > 1 ? 'hosts' : 'host'} ${quoted(deep)} ${deep.length > 1 ? 'are' : 'is'} more than one level below "${zone}", all that Cloudflare's universal certificate covers`,
        remedy: `${flat.join('')}${flat.length > 0 ? 'or ' : ''}order an advanced certificate and write edgeCertificate: advanced`,
      });
    }
  }
  return findings;
};

/** One entry for each field: a server name in the wrong zone is one mistake, however many hosts follow from it. */
function byField(decided: readonly DecidedHosts[]): readonly DecidedHosts[] {
  const fields = new Map<string, DecidedHosts>();
  for (const { path, hosts } of decided) {
    const key = path.join('.');
    fields.set(key, { path, hosts: [...(fields.get(key)?.hosts ?? []), ...hosts] });
  }
  return [...fields.values()];
}

/** Labels of a host in front of the zone; none for the zone itself and for hosts outside it. */
function labelsBelow(host: string, zone: string): readonly string[] {
  return host.endsWith(`.${zone}`) ? host.slice(0, -zone.length - 1).split('.') : [];
}

function quoted(hosts: DecidedHosts['hosts']): string {
  return hosts.map(({ host }) => `"${host}"`).join(', ');
}

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
    stack.database.secret,
  ]);
  for (const door of ['public', 'lan'] as const) {
    const name = written.expose[door]?.tls?.secret;
    if (name === undefined || (!own.has(name) && name !== LIST_OF_FILES)) continue;
    findings.push({
      code: 'MG030',
      at: ['expose', door, 'tls', 'secret'],
      what:
        name === LIST_OF_FILES
          ? `the file of the Secret "${name}" would be the one that lists all files`
          : `the Secret "${name}" holds other things of this stack`,
      remedy: 'keep the certificate in a Secret of its own, such as matrix-tls',
    });
  }
  return findings;
};
