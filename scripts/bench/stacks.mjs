/** Stack files that differ in what they hold, in size and in every name. */

const SIZES = ['small', 'medium', 'large'];

/** The text of the stack file with a number. */
export function stackFile(number) {
  const zone = `s${number}.example.org`;
  const components = [
    'element: {}',
    ...(number % 3 === 0 ? [] : [`livekit: {udp: ${udp(number)}}`]),
    ...(number % 4 === 0 ? [] : [`jitsi: {access: password, udp: ${udp(number) + 1}}`]),
  ];
  return `schema: 1
name: s${number}
serverName: ${zone}
size: ${SIZES[number % SIZES.length]}
federation: ${number % 5 === 0 ? 'closed' : 'open'}
expose:
  public:
${number % 2 === 0 ? `    via: tunnel\n    tunnel: {name: main, zone: ${zone}, edgeCertificate: advanced}` : '    via: traefik\n    tls: {issuer: {name: letsencrypt}}'}
  lan:
    tls: {issuer: {name: private-ca}}
    names: {synapse: matrix.s${number}.internal, element: chat.s${number}.internal}
${components.join('\n')}
callNodes:
  nodeSelector: {matrix/calls: s${number}}
  addresses: {discover: stun}
`;
}

// Above the ports of Kubernetes itself.
const udp = (number) => 20000 + 2 * (number % 5000);
