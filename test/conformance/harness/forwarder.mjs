// Runs inside a network namespace: takes connections on a Unix socket, whose first line is an address and a
// TCP port, and passes the rest on to there. The test process stays outside the namespace and reaches it through here.
import { connect, createServer } from 'node:net';

const [, , socketPath] = process.argv;

createServer((outer) => {
  let head = Buffer.alloc(0);
  outer.on('error', () => outer.destroy());
  const onData = (chunk) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\n');
    if (end < 0) return;
    outer.off('data', onData);
    outer.pause();
    const [host, port] = head.subarray(0, end).toString().split(' ');
    const inner = connect({ host, port: Number(port) }, () => {
      inner.write(head.subarray(end + 1));
      outer.pipe(inner).pipe(outer);
    });
    inner.on('error', () => outer.destroy());
    outer.on('close', () => inner.destroy());
  };
  outer.on('data', onData);
}).listen(socketPath, () => console.log('ready'));
