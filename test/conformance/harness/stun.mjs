// Sends a STUN binding request (RFC 8489) and prints the address that the answer says it came from.
// Usage: stun.mjs HOST PORT
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';

const [, , host, port] = process.argv;
const COOKIE = Buffer.from([0x21, 0x12, 0xa4, 0x42]);
const XOR_MAPPED_ADDRESS = 0x0020;
const transaction = randomBytes(12);
const socket = createSocket('udp4');

socket.on('message', (answer) => {
  const succeeded = answer.readUInt16BE(0) === 0x0101 && answer.subarray(8, 20).equals(transaction);
  for (let at = 20; succeeded && at + 4 <= answer.length; ) {
    const [type, length] = [answer.readUInt16BE(at), answer.readUInt16BE(at + 2)];
    if (type === XOR_MAPPED_ADDRESS) {
      const address = [...answer.subarray(at + 8, at + 12)].map((byte, index) => byte ^ COOKIE[index]);
      console.log(`mapped ${address.join('.')}:${answer.readUInt16BE(at + 6) ^ 0x2112}`);
      process.exit(0);
    }
    at += 4 + Math.ceil(length / 4) * 4;
  }
  console.error('not the answer');
  process.exit(1);
});
setTimeout(() => {
  console.error('no answer within 5 s');
  process.exit(1);
}, 5000);
socket.send(Buffer.concat([Buffer.from([0, 1, 0, 0]), COOKIE, transaction]), Number(port), host);
