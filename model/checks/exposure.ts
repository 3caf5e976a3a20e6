import type { Path } from '../yaml-source.ts';
import type { Check, CheckFinding } from './check.ts';

/** A tunnel carries only HTTPS for hosts of its zone that the edge certificate covers. */
export const checkTunnel: Check = (_written, stack) => {
  const exposure = stack.expose.public;
  if (exposure?.via !== 'tunnel') return [];
  const { zone, edgeCertificate } = exposure.tunnel;
  const hosts: readonly (readonly [Path, string | undefined])[] = [
    [['serverName'], stack.wellKnown === 'here' ? stack.serverName : undefined],
    [['synapse', 'host'], stack.synapse.host],
    [['element', 'host'], stack.element?.host],
    [['livekit', 'host'], stack.livekit?.host],
    [['jitsi', 'host'], stack.jitsi?.host],
  ];
  const findings: CheckFinding[] = [];
  for (const [path, host] of hosts) {
    if (host === undefined) continue;
    if (host !== zone && !host.endsWith(`.${zone}`)) {
      findings.push({
        code: 'MG024',
        at: path,
        other: ['expose', 'public', 'tunnel', 'zone'],
        what: `the host "${host}" is outside the tunnel's zone "${zone}"`,
        remedy: `use a host below ${zone}, or correct the zone`,
      });
      continue;
    }
    const depth = host === zone ? 0 : host.slice(0, -zone.length - 1).split('.').length;
    if (depth > 1 && edgeCertificate === 'universal') {
      findings.push({
        code: 'MG023',
        at: path,
        other: ['expose', 'public', 'tunnel', 'edgeCertificate'],
        what: `the host "${host}" is ${depth} levels below "${zone}"; Cloudflare's universal certificate covers one`,
        remedy: `use a host such as ${host.slice(0, -zone.length - 1).replaceAll('.', '-')}.${zone}, or order an advanced certificate and write edgeCertificate: advanced`,
      });
    }
  }
  return findings;
};
