// Stands for what nginx passes requests on to. Runs inside the pod's network namespace.
// Usage: upstream.mjs PORT... [dns]. Answers every HTTP request with what it got, as JSON, and takes every WebSocket,
// to send the same and close it; `dns` also answers every name on UDP port 53 with 127.0.0.1.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';

const words = process.argv.slice(2);
const ports = words.filter((word) => word !== 'dns').map(Number);

for (const port of ports) {
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    console.log(`request ${method} ${url}`);
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ upstream: port, method, url, headers }));
  });
  server.on('upgrade', ({ url }, socket) => {
    const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade'];
    socket.end(`${head.join('\r\n')}\r\n\r\nupgraded ${port} ${url}`);
  });
  server.listen(port, '127.0.0.1', () => console.log(`ready ${port}`));
}

if (words.includes('dns')) {
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => {
    // The question ends after the name's closing zero byte, type and class.
    const end = query.indexOf(0, 12) + 5;
    const isA = query.readUInt16BE(end - 4) === 1;
    const head = Buffer.from(query.subarray(0, 12));
    head.writeUInt16BE(0x8580, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(isA ? 1 : 0, 6);
    head.writeUInt32BE(0, 8);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 127, 0, 0, 1]);
    const answer = Buffer.concat([head, query.subarray(12, end), ...(isA ? [record] : [])]);
    socket.send(answer, peer.port, peer.address);
  });
  socket.bind(53, '0.0.0.0', () => console.log('ready dns'));
}
