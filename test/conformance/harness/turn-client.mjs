// A TURN client (RFC 8656), as small as it can be: asks for relays, and sends through them.
// Reads one JSON object from standard input, prints one:
//   {server, port, transport: udp|tcp|tls, username?, password?, peers: [address], echo?: address, pair?: true, stay?: ms}
//   {allocate: 'ok'|code, relayed?: 'address:port', permissions?: {address: 'ok'|code}, echoed?: bool, paired?: bool}
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';

const COOKIE = 0x2112a442;
const METHODS = { allocate: 0x003, permission: 0x008, send: 0x016, data: 0x017 };
const ATTRIBUTES = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  peer: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayed: 0x0016,
  transport: 0x0019,
};

function attribute(type, value) {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc((4 - (value.length % 4)) % 4)]);
}

function message(type, attributes, key) {
  const body = Buffer.concat(attributes);
  const head = Buffer.alloc(20);
  head.writeUInt16BE(type, 0);
  head.writeUInt32BE(COOKIE, 4);
  randomBytes(12).copy(head, 8);
  // The length counts the integrity itself, which is not there yet.
  head.writeUInt16BE(body.length + (key === undefined ? 0 : 24), 2);
  if (key === undefined) return Buffer.concat([head, body]);
  const mac = createHmac('sha1', key).update(head).update(body).digest();
  return Buffer.concat([head, body, attribute(ATTRIBUTES.integrity, mac)]);
}

function attributesOf(packet) {
  const found = new Map();
  for (let at = 20; at + 4 <= packet.length; ) {
    const length = packet.readUInt16BE(at + 2);
    found.set(packet.readUInt16BE(at), packet.subarray(at + 4, at + 4 + length));
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return found;
}

/** XOR-MAPPED-ADDRESS and its like, IPv4. */
function addressBytes(address, port) {
  const bytes = Buffer.alloc(8);
  bytes[1] = 1;
  bytes.writeUInt16BE(port ^ (COOKIE >>> 16), 2);
  bytes.writeUInt32BE((Buffer.from(address.split('.').map(Number)).readUInt32BE(0) ^ COOKIE) >>> 0, 4);
  return bytes;
}

function addressText(bytes) {
  const address = Buffer.alloc(4);
  address.writeUInt32BE((bytes.readUInt32BE(4) ^ COOKIE) >>> 0, 0);
  return { address: [...address].join('.'), port: bytes.readUInt16BE(2) ^ (COOKIE >>> 16) };
}

function errorCode(bytes) {
  return (bytes[2] & 7) * 100 + bytes[3];
}

/** Whole STUN messages, whatever carries them. */
async function carrier({ server, port, transport }, onPacket) {
  if (transport === 'udp') {
    const socket = createSocket('udp4');
    socket.on('message', onPacket);
    await new Promise((resolve) => socket.connect(port, server, resolve));
    return (packet) => socket.send(packet);
  }
  const socket =
    transport === 'tls'
      ? connectTls({ host: server, port, rejectUnauthorized: false })
      : connectTcp({ host: server, port });
  await new Promise((resolve, reject) => {
    socket.once(transport === 'tls' ? 'secureConnect' : 'connect', resolve);
    socket.once('error', reject);
  });
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 20 && rest.length >= 20 + rest.readUInt16BE(2)) {
      const end = 20 + rest.readUInt16BE(2);
      onPacket(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  });
  return (packet) => socket.write(packet);
}

function within(milliseconds, work) {
  return Promise.race([work, new Promise((resolve) => setTimeout(resolve, milliseconds, undefined))]);
}

async function client(asked) {
  const waiting = new Map();
  const arrived = [];
  let onData = () => {};
  const send = await carrier(asked, (packet) => {
    const id = packet.subarray(8, 20).toString('hex');
    if (waiting.has(id)) waiting.get(id)(packet);
    else if (packet.readUInt16BE(0) === (METHODS.data | 0x0010)) {
      arrived.push(attributesOf(packet).get(ATTRIBUTES.data).toString());
      onData();
    }
  });
  let login = [];
  let key;
  const request = async (method, attributes) => {
    const packet = message(method, [...attributes, ...login], key);
    const id = packet.subarray(8, 20).toString('hex');
    const answer = await within(
      3000,
      new Promise((resolve) => {
        waiting.set(id, resolve);
        send(packet);
      }),
    );
    if (answer === undefined) return { code: 'no answer', attributes: new Map() };
    const given = attributesOf(answer);
    const error = given.get(ATTRIBUTES.error);
    return { code: error === undefined ? 'ok' : errorCode(error), attributes: given };
  };
  const udp = attribute(ATTRIBUTES.transport, Buffer.from([17, 0, 0, 0]));
  let result = await request(METHODS.allocate, [udp]);
  if (result.code === 401 && asked.username !== undefined) {
    const realm = result.attributes.get(ATTRIBUTES.realm);
    key = createHash('md5').update(`${asked.username}:${realm}:${asked.password}`).digest();
    login = [
      attribute(ATTRIBUTES.username, Buffer.from(asked.username)),
      attribute(ATTRIBUTES.realm, realm),
      attribute(ATTRIBUTES.nonce, result.attributes.get(ATTRIBUTES.nonce)),
    ];
    result = await request(METHODS.allocate, [udp]);
  }
  const relayed = result.attributes.get(ATTRIBUTES.relayed);
  return {
    code: result.code,
    relayed: relayed === undefined ? undefined : addressText(relayed),
    permit: async (address) =>
      (await request(METHODS.permission, [attribute(ATTRIBUTES.peer, addressBytes(address, 0))])).code,
    /** Sends a text to a peer until one arrives here, or elsewhere, with this text. */
    say: async (address, port, text, there) => {
      for (let round = 0; round < 10; round++) {
        const parts = [
          attribute(ATTRIBUTES.peer, addressBytes(address, port)),
          attribute(ATTRIBUTES.data, Buffer.from(text)),
        ];
        send(message(METHODS.send | 0x0010, parts));
        await within(200, new Promise((resolve) => there.onData(resolve)));
        if (there.arrived.includes(text)) return true;
      }
      return false;
    },
    arrived,
    onData: (then) => {
      onData = then;
    },
  };
}

let input = '';
for await (const chunk of process.stdin) input += chunk;
const asked = JSON.parse(input);
const one = await client(asked);
const result = { allocate: one.code };
if (one.code === 'ok') {
  result.relayed = `${one.relayed.address}:${one.relayed.port}`;
  result.permissions = {};
  for (const peer of asked.peers ?? []) result.permissions[peer] = await one.permit(peer);
  if (asked.echo !== undefined) {
    const echo = createSocket('udp4');
    echo.on('message', (text, { address, port }) => echo.send(text, port, address));
    await new Promise((resolve) => echo.bind(0, asked.echo, resolve));
    await one.permit(asked.echo);
    result.echoed = await one.say(asked.echo, echo.address().port, 'over and back', one);
  }
  if (asked.pair === true) {
    const other = await client(asked);
    await one.permit(other.relayed.address);
    await other.permit(one.relayed.address);
    result.paired = await one.say(other.relayed.address, other.relayed.port, 'to the other', other);
  }
  if (asked.stay !== undefined) await new Promise((resolve) => setTimeout(resolve, asked.stay));
}
console.log(JSON.stringify(result));
process.exit(0);
