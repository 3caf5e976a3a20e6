// Stands for a homeserver behind HTTPS on port 443. Runs inside the pod's network namespace.
// Usage: tls-upstream.mjs KEY CERTIFICATE. Answers every request with what it got, and with the name that TLS asked for.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [key = '', cert = ''] = process.argv.slice(2).map((file) => readFileSync(file, 'utf8'));

createServer({ key, cert }, (request, response) => {
  const { method, url, headers, socket } = request;
  request.resume();
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method, url, headers, name: socket.servername }));
}).listen(443, '127.0.0.1', () => console.log('ready'));
