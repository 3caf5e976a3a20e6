import { type OpensPorts, openedPort } from '../../src/system/opened-ports.ts';

/**
 * The ports that the environment of its programs opens.
 *
 * @see https://github.com/jitsi/docker-jitsi-meet (the templates of stable-11146-2)
 */
export const JITSI_OPENS: readonly OpensPorts[] = [
  {
    role: 'jitsi-prosody',
    readEnvironment: (env) => [
      ...openedPort(env.XMPP_PORT ?? 5222, 'TCP', 'XMPP of the other programs (XMPP_PORT)', false),
      ...openedPort(env.PROSODY_HTTP_PORT ?? 5280, 'TCP', 'signalling (PROSODY_HTTP_PORT)', false),
      ...(isYes(env.PROSODY_ENABLE_S2S)
        ? openedPort(env.PROSODY_S2S_PORT ?? 5269, 'TCP', 'XMPP of other servers (PROSODY_ENABLE_S2S)', false)
        : []),
    ],
  },
  {
    role: 'jitsi-jicofo',
    readEnvironment: (env) =>
      isYes(env.JICOFO_ENABLE_REST)
        ? openedPort(8888, 'TCP', 'REST without a password (JICOFO_ENABLE_REST)', false)
        : [],
  },
  {
    role: 'jitsi-jvb',
    readEnvironment: (env) => openedPort(env.JVB_PORT ?? 10000, 'UDP', 'meeting traffic (JVB_PORT)', true),
  },
];

/** As the images read it: `1` and `true` are yes. */
function isYes(value: string | undefined): boolean {
  return value !== undefined && /^(?:1|t|true)$/i.test(value);
}
