import { compareText } from '../../src/plain/compare.ts';
import type { TlsSource } from '../../src/stack/tls.ts';
import type { StackFacts } from '../../src/system/facts.ts';
import {
  type Door,
  type HostClaim,
  podCertificate,
  type Topology,
  workloadOf,
} from '../../src/topology/topology.ts';
import { doorTls, entranceAt } from '../entrances/index.ts';

/** A certificate that the stack needs: for the hosts of a group at a door, in every namespace whose objects name it. */
export interface HostCertificate {
  readonly group: string;
  readonly door: Door;
  readonly source: TlsSource;
  /** Name of the Secret that holds it: a Certificate's, or the one that somebody else keeps. */
  readonly secret: string;
  /** What it is valid for, sorted. */
  readonly hosts: readonly string[];
  /** Those of its hosts that lead to the call nodes. */
  readonly onCallNodes: readonly string[];
  /** Where routes of its hosts and pods that read it are: the stack's own namespace first, where it is one of them. */
  readonly namespaces: readonly [string, ...string[]];
  /** The peer that serves its routes, and the workloads that end TLS themselves, by id. */
  readonly readers: readonly string[];
}

/**
 * Where the certificate for a host comes from: what the claim says itself, else what its door says. Never from another
 * door: the authority of a local network is one that nobody on the Internet trusts.
 *
 * @returns undefined where nothing gives one, or none is needed
 */
export function certificateSource(facts: StackFacts, claim: HostClaim): TlsSource | undefined {
  if (claim.certificate === undefined) return undefined;
  return podCertificate(claim)?.source ?? doorTls(facts, claim.door);
}

/**
 * Every certificate that the stack needs, once for each group and door. Their namespaces follow from the routes and
 * the pods that read them: neither Traefik nor a pod looks for a Secret in another namespace than its own.
 *
 * @throws when two hosts of one group at one door get theirs from different places: they need groups of their own
 */
export function certificates(facts: StackFacts, topology: Topology): readonly HostCertificate[] {
  const groups = new Set(topology.hosts.flatMap(({ certificate }) => certificate?.group ?? []));
  return [...groups].flatMap((group) =>
    (['lan', 'public'] as const).flatMap((door) => certificateOf(facts, topology, group, door) ?? []),
  );
}

/** The same namespaces, each once: the stack's own first, where it is one of them, and the others sorted. */
export function ownFirst(
  { namespace }: Pick<StackFacts, 'namespace'>,
  all: readonly string[],
): readonly string[] {
  return [...new Set(all)].sort(
    (a, b) => Number(b === namespace) - Number(a === namespace) || compareText(a, b),
  );
}

function certificateOf(
  facts: StackFacts,
  topology: Topology,
  group: string,
  door: Door,
): HostCertificate | undefined {
  const claims = topology.hosts.filter((one) => one.door === door && one.certificate?.group === group);
  const sources = claims.flatMap((one) => certificateSource(facts, one) ?? []);
  const [source] = sources;
  if (source === undefined) return undefined;
  if (sources.length < claims.length || new Set(sources.map((one) => JSON.stringify(one))).size > 1) {
    throw new Error(`the hosts of the group "${group}" get their certificate from different places`);
  }
  const hosts = [...new Set(claims.map(({ host }) => host))].sort(compareText);
  const routes = [
    ...topology.routes,
    ...topology.tcpRoutes.filter(({ endsTls }) => endsTls === 'entrance'),
  ].filter((one) => one.door === door && hosts.includes(one.host));
  const workloads = [...new Set(claims.flatMap((one) => podCertificate(one)?.readers ?? []))];
  const at = entranceAt(facts, door);
  const isReadHere = at?.entrance.certificatesIn === 'stack';
  const [main, ...others] = ownFirst(facts, [
    ...routes.map(({ to }) => (isReadHere ? facts.namespace : to.namespace)),
    ...workloads.map((id) => workloadOf(topology, id).namespace),
  ]);
  if (main === undefined) return undefined;
  return {
    group,
    door,
    source,
    secret: 'secret' in source ? source.secret : `${group}${door === 'public' ? '-public' : ''}-tls`,
    hosts,
    onCallNodes: hosts.filter((host) =>
      claims.some((one) => one.host === host && one.leadsTo === 'call-nodes'),
    ),
    namespaces: [main, ...others],
    readers: [
      ...(routes.length === 0 || at === undefined ? [] : [at.entrance.passer(at.own).id]),
      ...workloads,
    ],
  };
}
