import { CLIENTS } from '../../src/system/topics.ts';
import { type Address, portOf, reach, workloadOf } from '../../src/topology/topology.ts';
import { CLUSTER_INTERFACES } from '../shared/cluster-interfaces.ts';
import type { Scene } from '../stack/stack.ts';
import type { Bridge } from './bridges.ts';
import { type Jitsi, jitsiWorkload } from './declare.ts';
import { featureEnvironment, featureScript } from './features.ts';
import { type JitsiPart, javaHeap } from './sizes.ts';

/** Environment of one program: plain values only, secrets and pod fields stand in the chart. */
export type Environment = Readonly<Record<string, string>>;

/** The images read 1 and 0 as booleans; any other word, `no` too, is true. */
const YES = '1';
const NO = '0';

/**
 * Who may open a meeting. Guests wait for somebody with an account or a token, then join.
 * Each program gets only the names it knows of these.
 */
function access({ access: who }: Jitsi): {
  readonly type: Environment;
  readonly guests: Environment;
  readonly tokens: Environment;
  readonly login: Environment;
  readonly on: string;
} {
  if (who.by === 'anyone') return { type: {}, guests: {}, tokens: {}, login: {}, on: NO };
  const guests: Environment = who.guests ? { ENABLE_GUESTS: YES } : {};
  if (who.by === 'password') {
    return { type: { AUTH_TYPE: 'internal' }, guests, tokens: {}, login: {}, on: YES };
  }
  const { appId, issuers, audiences, loginUrl } = who.jwt;
  return {
    type: { AUTH_TYPE: 'jwt' },
    guests,
    tokens: {
      JWT_APP_ID: appId,
      ...(issuers === undefined ? {} : { JWT_ACCEPTED_ISSUERS: issuers.join(',') }),
      ...(audiences === undefined ? {} : { JWT_ACCEPTED_AUDIENCES: audiences.join(',') }),
      JWT_SIGN_TYPE: 'HS256',
    },
    login: loginUrl === undefined ? {} : { TOKEN_AUTH_URL: loginUrl },
    on: YES,
  };
}

/**
 * Environment of each of Jitsi's programs, and of the first video bridge, for images from stable-11146 on.
 *
 * The XMPP domains stay at the images' defaults (`meet.jitsi` and below): they are internal names
 * that need no DNS, and all four programs agree on them.
 *
 * @see https://github.com/jitsi/docker-jitsi-meet (rootfs/defaults of each image)
 */
export function jitsiEnvironment(stack: Scene, jitsi: Jitsi): Readonly<Record<JitsiPart, Environment>> {
  const own = ownEnvironment(stack, jitsi);
  return {
    prosody: { ...own.prosody, ...jitsi.env.prosody },
    jicofo: { ...own.jicofo, ...jitsi.env.jicofo },
    jvb: bridgeEnvironment(stack, jitsi, jitsi.bridges[0]),
    web: { ...own.web, ...jitsi.env.web },
  };
}

/** Environment of one video bridge. */
export function bridgeEnvironment(stack: Scene, jitsi: Jitsi, { id, onNodes }: Bridge): Environment {
  const { topology } = stack;
  const stun = stack.callNodes.address.by === 'stun' && onNodes?.address === undefined;
  return {
    // The graceful stop talks to the bridge's own REST interface.
    COLIBRI_REST_ENABLED: YES,
    // With STUN the bridge asks Jitsi's server for its address; otherwise nobody outside learns of it.
    JVB_DISABLE_STUN: stun ? NO : YES,
    JVB_PORT: String(portOf(workloadOf(topology, id), 'media').number),
    SHUTDOWN_REST_ENABLED: YES,
    VIDEOBRIDGE_MAX_MEMORY: javaHeap(jitsi.resources.jvb.limits.memory),
    XMPP_SERVER: reach(topology, { from: id, to: jitsiWorkload('prosody'), port: 'c2s' }).host,
    ...jitsi.env.jvb,
  };
}

/**
 * Who may show a meeting in a frame. Element does so from a page of its own origin, whichever that is: one of this
 * stack's hosts, `vector://vector` in Element Desktop, or another server's Element for its guests. Those nobody can
 * list, so only a stack that talks to no other server says anything here; the image's own default is silence too.
 *
 * @see https://github.com/element-hq/element-web/blob/develop/docs/jitsi.md
 */
function framing(stack: Scene): Environment {
  const hosts = CLIENTS.of(stack.offers).flatMap((one) => one.hosts);
  if (hosts.length === 0 || stack.federation !== 'closed') return {};
  const pages = hosts.map((host) => `https://${host}`);
  return { CSP_HEADER: ["frame-ancestors 'self'", ...pages, 'vector:'].join(' ') };
}

/** What the stack itself says, before additions. */
function ownEnvironment(
  stack: Scene,
  jitsi: Jitsi,
): Readonly<Record<Exclude<JitsiPart, 'jvb'>, Environment>> {
  const prosody = (part: JitsiPart, port: string): Address =>
    reach(stack.topology, { from: jitsiWorkload(part), to: jitsiWorkload('prosody'), port });
  const publicUrl = `https://${jitsi.host}`;
  const { type, guests, tokens, login, on } = access(jitsi);
  // The images' own default is to listen on IPv6 too.
  const family: Environment = stack.cluster.network.families.includes('IPv6') ? {} : { ENABLE_IPV6: NO };
  return {
    prosody: {
      ...type,
      ENABLE_AUTH: on,
      ...guests,
      ...family,
      ENABLE_XMPP_WEBSOCKET: YES,
      ...tokens,
      PUBLIC_URL: publicUrl,
      ...featureEnvironment(jitsi.features, 'prosody'),
    },
    jicofo: {
      ...type,
      ENABLE_AUTH: on,
      JICOFO_MAX_MEMORY: javaHeap(jitsi.resources.jicofo.limits.memory),
      XMPP_SERVER: prosody('jicofo', 'c2s').host,
    },
    web: {
      BOSH_RELATIVE: YES,
      ...framing(stack),
      DISABLE_HTTPS: YES,
      ENABLE_AUTH: on,
      ...guests,
      ...family,
      ENABLE_LETSENCRYPT: NO,
      // Peer to peer would ask Jitsi's STUN server and show participants each other's addresses.
      ENABLE_P2P: NO,
      ENABLE_XMPP_WEBSOCKET: YES,
      PUBLIC_URL: publicUrl,
      ...login,
      ...featureEnvironment(jitsi.features, 'web'),
      // nginx resolves this at run time, without a search list: only the full name works.
      XMPP_BOSH_URL_BASE: prosody('web', 'http').url,
    },
  };
}

/** The file behind the bridge's configuration; it is read last and wins. */
export function customJvbConf({ attach }: Jitsi): string {
  return [
    // The same for one bridge and for several, or a second one would restart the first.
    '# The default of a minute lets Jicofo move people to another bridge, and there is none: nobody could meet so long.',
    'videobridge.shutdown.shutting-down-delay = 2 seconds',
    ...(attach === 'hostNetwork'
      ? [
          '# REST without authentication: on the node it must not leave the loopback interface.',
          'videobridge.http-servers.private.host = "127.0.0.1"',
          '# Addresses that lead no client anywhere.',
          `ice4j.harvest.blocked-interfaces = [${CLUSTER_INTERFACES.map((name) => `"${name}"`).join(', ')}]`,
        ]
      : []),
    '',
  ].join('\n');
}

/** The file behind Jitsi Meet's config.js. */
export function customConfigJs(jitsi: Jitsi, extraHost: string | undefined): string {
  return [
    '// Nobody outside learns who meets here: no avatars from Gravatar, no third-party scripts.',
    'config.disableThirdPartyRequests = true;',
    ...featureScript(jitsi.features),
    ...(extraHost === undefined
      ? []
      : [
          `// The page is served as ${jitsi.host} and as ${extraHost}: signalling follows the address bar.`,
          "if (typeof window !== 'undefined' && window.location && window.location.host) {",
          // The image's own script has the tenant there, the first part of a path such as /team/meeting.
          "  config.websocket = 'wss://' + window.location.host + '/' + (typeof subdir === 'string' ? subdir : '') + 'xmpp-websocket';",
          '}',
        ]),
    '',
  ].join('\n');
}
