/** Where the pod finds its files; the chart mounts exactly these. */
export const SYNAPSE_PATHS = {
  config: '/config',
  data: '/data',
  secrets: '/secrets/synapse',
  secretConfig: '/secrets/config',
  signingKey: '/secrets/signing-key',
  turn: '/secrets/turn',
} as const;
