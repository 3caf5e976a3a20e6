import { certificates, type HostCertificate, ownFirst } from '../../charts/stack/certificates.ts';
import type { Stack } from '../../charts/stack/stack.ts';
import { inEachNamespace } from '../system/providers/index.ts';

/** What certificates and stores of Secrets need that no object of a stack brings, in whole sentences. */
export function certificateNotes(stack: Stack): readonly string[] {
  const needed = certificates(stack, stack.topology);
  const stored = stack.secrets.flatMap(({ places }) => places.map(({ namespace }) => namespace));
  const local = inEachNamespace(stack.provider);
  return [
    ...new Set(needed.flatMap(challenge)),
    ...issuers(stack, needed),
    ...(local === undefined ? [] : inEach(stack, ownFirst(stack, stored), local.object, local.everywhere)),
  ];
}

/** Only a DNS record proves who owns a host without an answer at the address that it leads to. */
function challenge({ source, onCallNodes }: HostCertificate): readonly string[] {
  if ('secret' in source || source.acme === 'dns01' || source.acme === 'none') return [];
  return onCallNodes.map((host) => {
    const when = source.acme === 'http01' ? 'proves' : 'may prove';
    return `The issuer ${source.issuer.name} ${when} by HTTP-01 that ${host} is yours: the request goes to 80/tcp of the call nodes, where nothing in this stack answers. Let Traefik answer there too, or use an issuer with DNS-01 (and write acme: dns01 there).`;
  });
}

/** Each issuer once, with the namespaces of all certificates that are asked of it. */
function issuers(stack: Stack, needed: readonly HostCertificate[]): readonly string[] {
  const asked = new Map<string, readonly string[]>();
  for (const { source, namespaces } of needed) {
    if ('secret' in source || source.issuer.kind !== 'Issuer') continue;
    const { name } = source.issuer;
    asked.set(name, [...(asked.get(name) ?? []), ...namespaces]);
  }
  return [...asked].flatMap(([name, namespaces]) =>
    inEach(stack, ownFirst(stack, namespaces), `Issuer ${name}`, 'ClusterIssuer'),
  );
}

/** An object that is looked for in the namespace of whatever names it. */
function inEach(
  { namespace }: Stack,
  namespaces: readonly string[],
  object: string,
  everywhere: string,
): readonly string[] {
  if (namespaces.every((one) => one === namespace)) return [];
  const where =
    namespaces.length === 1
      ? `the namespace ${namespaces.join()}`
      : `each of the namespaces ${namespaces.join(' and ')}`;
  return [
    `The ${object} has to exist in ${where}, since it works only in its own namespace. A ${everywhere} works in all.`,
  ];
}
