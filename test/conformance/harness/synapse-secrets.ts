import { createHmac, createPrivateKey, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { isMapping, type Json, mapping, need, text } from './json.ts';
import type { Answer } from './network.ts';
import { mountedText } from './sandbox.ts';
import { clientPort, type LaidSynapse } from './synapse.ts';

/** What stands before the seed of an Ed25519 key in PKCS #8 (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The public half of a signing key. */
export interface PublicKey {
  /** Such as `ed25519:a_1a2b`. */
  readonly id: string;
  /** In unpadded base64. */
  readonly key: string;
  readonly object: KeyObject;
}

/** The public half of the key in a line that Synapse reads: algorithm, version, seed. */
export function publicKeyOf(line: string): PublicKey {
  const [algorithm = '', version = '', seed = ''] = line.trimEnd().split(' ');
  const der = Buffer.concat([PKCS8, Buffer.from(seed, 'base64')]);
  const object = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  // The key itself is the end of its DER.
  const key = object.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64').slice(0, 43);
  return { id: `${algorithm}:${version}`, key, object };
}

/** What a setting of homeserver.yaml leads to: a file in one of the container's Secrets. */
export function secretFile({ box, config }: LaidSynapse, setting: string): string {
  return mountedText(box, need(text(config, setting), `${setting} in homeserver.yaml`));
}

/** Asks which keys the server signs with, as other servers do. */
export function askServerKeys(laid: LaidSynapse): Promise<Answer> {
  return laid.network.request(clientPort(laid), '/_matrix/key/v2/server');
}

/** What a server says of its keys, once its own signature on that has been checked. */
export interface ServerKeys {
  /** Those that sign today. */
  readonly current: Json;
  readonly old: Json;
}

/**
 * The answer to `/_matrix/key/v2/server`. Throws when it is not signed by the key.
 *
 * @see https://spec.matrix.org/v1.16/server-server-api/#retrieving-server-keys
 */
export async function serverKeys(laid: LaidSynapse, signer: PublicKey): Promise<ServerKeys> {
  const { status, body } = await askServerKeys(laid);
  if (status !== 200) throw new Error(`/_matrix/key/v2/server: ${status} ${body}`);
  const { signatures, ...signed } = mapping(JSON.parse(body));
  const server = text(laid.config, 'server_name') ?? '';
  const signature = need(text(signatures, server, signer.id), `a signature of ${server} by ${signer.id}`);
  if (!verify(null, Buffer.from(canonical(signed)), signer.object, Buffer.from(signature, 'base64'))) {
    throw new Error(`the signature of ${server} is not made by ${signer.id} as it is known here`);
  }
  return { current: mapping(signed, 'verify_keys'), old: mapping(signed, 'old_verify_keys') };
}

/** JSON as it is signed: keys sorted, no spaces. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isMapping(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/**
 * Makes an account as `register_new_matrix_user` does, and gives the answer's status: 403 for another secret.
 *
 * @see https://element-hq.github.io/synapse/latest/admin_api/register_api.html
 */
export async function register(laid: LaidSynapse, name: string, secret: string): Promise<number> {
  const path = '/_synapse/admin/v1/register';
  const port = clientPort(laid);
  const asked: unknown = JSON.parse((await laid.network.request(port, path)).body);
  const nonce = need(text(asked, 'nonce'), 'a nonce');
  const password = 'conformance';
  const mac = createHmac('sha1', secret).update([nonce, name, password, 'notadmin'].join('\0')).digest('hex');
  const body = JSON.stringify({ nonce, username: name, password, admin: false, mac });
  const headers = { 'content-type': 'application/json', 'content-length': `${Buffer.byteLength(body)}` };
  return (await laid.network.request(port, path, { method: 'POST', headers, body })).status;
}
