import { dotted } from '../../../src/stack/reading/yaml-source.ts';
import type { NoteFacts } from '../../../src/system/entrance.ts';
import type { OpenDoors } from '../../../src/system/open-door.ts';
import { DOORS, type Door } from '../../../src/topology/topology.ts';
import { type Behind, isBehind, type TraefikDoor } from './door.ts';

/** Seconds that Traefik gives a request to arrive, its body included, unless its entry point says otherwise. */
const READ_SECONDS = 60;
/** Traefik's own name for port 80. */
const USUAL = 'web';
/** Mbit/s that the slowest person uploads with whom a limit should not leave out: by DSL, and by a poor Wi-Fi. */
const SLOWEST = { public: 2, lan: 50 } as const;

/**
 * What people should know of Traefik before this goes live: much of it is set where Traefik starts, by no object of ours.
 *
 * Its limits on times are not among it, apart from the one on reading: it waits for an answer, and keeps a WebSocket
 * open, for as long as it takes, unless somebody has started it otherwise.
 */
export function traefikNotes(doors: OpenDoors<TraefikDoor>, facts: NoteFacts): readonly string[] {
  const behind = doors.public !== undefined && isBehind(doors.public) ? doors.public : undefined;
  return [
    ...plainHttp(doors, facts),
    ...(behind === undefined ? [] : behindNotes(behind)),
    ...DOORS.flatMap((door) => proxyNotes(door, doors, facts)),
    ...DOORS.flatMap((door) => limitNotes(door, doors, facts)),
    ...slowUploads(doors, facts),
    ...sourceAddresses(facts),
  ];
}

/** People type hosts without https://, and somebody has to answer them. */
function plainHttp(doors: OpenDoors<TraefikDoor>, facts: NoteFacts): readonly string[] {
  const { public: internet } = doors;
  if (internet === undefined || isBehind(internet) || facts.settings.public?.redirect === true) return [];
  const plain = facts.plainEntryPoint;
  // With the name of an entry point, Traefik redirects to the port that its pod has: 8443 with the usual chart.
  return [
    `Nothing rendered here answers on port 80: anyone who types a host without https:// gets no answer unless Traefik redirects. Start Traefik with --entryPoints.${plain}.http.redirections.entryPoint.to=:443${plain === USUAL ? ' (web is its usual name for port 80)' : ''}, or write expose.public.redirect: true.`,
  ];
}

function behindNotes({ entryPoint, address }: Behind): readonly string[] {
  return [
    `The public hosts come to Traefik at ${address}, its entry point ${entryPoint}. That entry point must not redirect to HTTPS, or every address redirects to itself without end, and nobody but the tunnel may reach it: keep its port out of the Service that the Internet or the local network reaches.`,
    `Start Traefik with --entryPoints.${entryPoint}.forwardedHeaders.trustedIPs=<the network of the pods>. Without it, Synapse takes all visitors for one, since they all have the address of the tunnel's pod, and its limits on logins shut all of them out together.`,
    "With it, Synapse takes a visitor's address from the left-most X-Forwarded-For entry, which a visitor can send themselves, and so get around Synapse's login limits per address. The limits per account still apply.",
  ];
}

function proxyNotes(
  door: Door,
  doors: OpenDoors<TraefikDoor>,
  { settings, ...facts }: NoteFacts,
): readonly string[] {
  const { proxies } = settings[door] ?? {};
  if (proxies === undefined || doors[door] === undefined) return [];
  return [
    `expose.${door}.proxies is ${proxies}: start Traefik with --entryPoints.${facts.entryPoint}.forwardedHeaders.trustedIPs=<their addresses>, or it removes what they say of visitors. The first of them must replace an X-Forwarded-For that visitors send, because Synapse takes the left-most entry for their address.`,
  ];
}

function limitNotes(door: Door, doors: OpenDoors<TraefikDoor>, { settings }: NoteFacts): readonly string[] {
  const own = doors[door];
  const { rateLimit, proxies } = settings[door] ?? {};
  if (rateLimit === undefined || own === undefined || isBehind(own) || proxies !== undefined) return [];
  return [
    `expose.${door}.rateLimit counts requests by the address that connects to Traefik. If Traefik's Service has externalTrafficPolicy: Cluster, that may be the address of a node for every visitor, so all of them share one limit: set it to Local. If there are other proxies in front of Traefik, write expose.${door}.proxies.`,
  ];
}

/** Lists of addresses are compared with the one that connects to Traefik, which another program may have replaced. */
function sourceAddresses({ routes }: NoteFacts): readonly string[] {
  const hosts = [...new Set(routes.flatMap(({ allow, host }) => (allow === undefined ? [] : [host])))];
  if (hosts.length === 0) return [];
  return [
    `Traefik lets in to ${hosts.join(' and ')} only the addresses that are listed above, and compares them with the address that connects to it. With externalTrafficPolicy: Cluster (the default) on Traefik's Service, or a proxy in front of it, that is an address of a node or a pod for everybody, also behind the ServiceLB of K3s: set externalTrafficPolicy: Local. Then open the page from an address that is not listed: the answer has to be 403.`,
  ];
}

/** The largest upload, if Traefik would cut it off. Its time limit is set where it starts. */
function slowUploads(
  { public: internet, lan }: OpenDoors<TraefikDoor>,
  { entryPoint, routes }: NoteFacts,
): readonly string[] {
  const points = [
    ...(internet === undefined ? [] : [isBehind(internet) ? internet.entryPoint : entryPoint]),
    ...(lan === undefined ? [] : [entryPoint]),
  ];
  const slowest = internet === undefined ? SLOWEST.lan : SLOWEST.public;
  const [body] = routes.flatMap((one) => one.body ?? []).sort((a, b) => b.bytes - a.bytes);
  if (body === undefined) return [];
  const megabits = (body.bytes * 8) / 1_000_000;
  if (megabits <= READ_SECONDS * slowest) return [];
  const needed = Math.ceil(megabits / READ_SECONDS);
  const seconds = Math.ceil(megabits / slowest / 60) * 60;
  const options = [...new Set(points)].map(
    (point) => `--entryPoints.${point}.transport.respondingTimeouts.readTimeout=${seconds}s`,
  );
  return [
    `Traefik cuts off a request that takes more than ${READ_SECONDS} seconds to arrive. A file of ${body.text} (${dotted(body.decidedBy)}) needs ${needed} Mbit/s for that: slower uploads always fail. Start Traefik with ${options.join(' and ')}, which is enough for ${slowest} Mbit/s.`,
  ];
}
