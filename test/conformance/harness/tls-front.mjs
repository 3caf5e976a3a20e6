// What an entrance does with the connections for one name: terminates TLS, or passes it through.
// Usage: tls-front.mjs PORT TARGET-ADDRESS TARGET-PORT [CERTIFICATE KEY]. Without a certificate, it passes through.
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

const [, , port, target, targetPort, certificate, key] = process.argv;
const pass = (client) => {
  const inside = connect(Number(targetPort), target);
  client.on('error', () => inside.destroy());
  inside.on('error', () => client.destroy());
  client.pipe(inside).pipe(client);
};
const server =
  certificate === undefined
    ? createServer(pass)
    : createTlsServer({ cert: readFileSync(certificate), key: readFileSync(key) }, pass);
server.listen(Number(port), () => console.log('listening'));
