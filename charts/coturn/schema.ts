import * as z from 'zod';
import { host, ipv4, port, rangeOfPorts, shortText } from '../../src/stack/fields.ts';
import { tlsSchema } from '../../src/stack/tls.ts';
import { resourcesField } from '../../src/system/resources.ts';
import { secretReference } from '../../src/system/secret-use.ts';

/** An address of a TURN server as browsers take it (RFC 7065). */
const turnUri = shortText.regex(
  /^turns?:(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?(?:\?transport=(?:udp|tcp))?$/,
  'write the address of a TURN server, such as turn:turn.example.org:3478?transport=udp or turns:turn.example.org:5349?transport=tcp',
);

const amount = (most: number): z.ZodInt =>
  z.int().min(1, `write a number from 1 to ${most}`).max(most, `write a number from 1 to ${most}`);

const coturn = z
  .strictObject({
    host: host.optional().describe('Host where clients reach it. Default: turn.<serverName>.'),
    port: port
      .optional()
      .describe(
        'STUN and TURN, over UDP and TCP. LiveKit opens 3478 over UDP too: in a stack that has both, give one of them a different port. Default: 3478.',
      ),
    withTls: z
      .boolean()
      .optional()
      .describe(
        'false leaves out TURN over TLS, which needs a certificate. The clients encrypt calls anyway; TLS is for networks that let nothing else out. Default: true.',
      ),
    tlsPort: port.optional().describe('TURN over TLS. Default: 5349.'),
    tls: tlsSchema
      .describe(
        'Where the certificate comes from: issuer or secret, exactly one. Default: from where the certificates of the door come.',
      )
      .optional(),
    relay: rangeOfPorts
      .optional()
      .describe(
        'UDP ports that calls are relayed through, one for each relayed connection; a relayed call uses up to a dozen. Default: 49152-49651.',
      ),
    nodeAddress: ipv4
      .optional()
      .describe(
        "The address of the node that packets for callNodes.addresses.public arrive at, for a node with several networks. Default: the node's address in the cluster.",
      ),
    quotas: z
      .strictObject({
        user: amount(10_000)
          .optional()
          .describe('Relayed connections that one login can have at once. Default: 12.'),
        total: amount(64_512)
          .optional()
          .describe(
            'Relayed connections of everybody at once. Default: as many as there are ports in relay.',
          ),
      })
      .optional()
      .describe('Limits on what is relayed at once.'),
    metrics: port
      .optional()
      .describe(
        "Port for metrics in Prometheus' format, without a password, on the node's address in the cluster. coturn itself uses 9641. Default: none.",
      ),
    resources: resourcesField.optional(),
  })
  .describe('A TURN server of your own, coturn, on the call nodes.');

const external = z
  .strictObject({
    uris: z
      .array(turnUri)
      .min(1, 'write at least one address')
      .max(20, 'write at most 20 addresses')
      .describe('Addresses of the server, as clients get them.'),
    secret: secretReference
      .optional()
      .describe('The secret that the server shares with the homeserver, which makes logins of it.'),
    login: z
      .strictObject({
        username: secretReference.describe('The name.'),
        password: secretReference.describe('The password.'),
      })
      .optional()
      .describe('One login for everybody. Every client gets it, so it cannot be kept secret.'),
  })
  .describe(
    "Somebody else's TURN server. Its secret or its login comes from secrets.own: write exactly one of secret and login.",
  );

/** `turn:` of the stack file. Exactly one of coturn and external; see declare.ts. */
export const turnSchema = z
  .strictObject({
    enabled: z
      .boolean()
      .optional()
      .describe('false keeps these settings but leaves TURN out. Default: true.'),
    coturn: coturn.optional(),
    external: external.optional(),
  })
  .optional()
  .describe(
    'Who relays calls between two people that do not go through LiveKit or Jitsi, where the clients cannot reach each other: coturn or external, exactly one. The homeserver gives clients the addresses and a login.',
  );
