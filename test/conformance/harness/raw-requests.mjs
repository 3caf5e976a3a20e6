// Sends requests byte for byte, as no client library would, and prints what comes back.
// Usage: raw-requests.mjs PORT plain|tls, with a JSON list of {host, lines} on standard input; a JSON list of texts on
// standard output. Runs inside a pod's network namespace.
import { connect as plain } from 'node:net';
import { connect as secure } from 'node:tls';

const [port = '', how] = process.argv.slice(2);
let input = '';
for await (const chunk of process.stdin) input += chunk;

const ask = ({ host, lines }) =>
  new Promise((resolve) => {
    const target = { port: Number(port), host: '127.0.0.1' };
    const socket =
      how === 'tls' ? secure({ ...target, servername: host, rejectUnauthorized: false }) : plain(target);
    let text = '';
    socket.setTimeout(2000, () => socket.destroy());
    socket.on(how === 'tls' ? 'secureConnect' : 'connect', () =>
      socket.write(`${lines.join('\r\n')}\r\n\r\n`),
    );
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('error', (error) => {
      text += `\nerror ${error.message}`;
    });
    socket.on('close', () => resolve(text));
  });

const answers = [];
for (const request of JSON.parse(input)) answers.push(await ask(request));
console.log(JSON.stringify(answers));
