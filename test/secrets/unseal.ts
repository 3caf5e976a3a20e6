import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto';

/** Opens a sealed value as the controller does (pkg/crypto/crypto.go, HybridDecrypt); throws when it cannot. */
export function unseal(sealed: string, privateKey: KeyObject, label: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  const end = 2 + bytes.readUInt16BE(0);
  const sessionKey = privateDecrypt(
    {
      key: privateKey,
      padding: constants.RSA_PKCS1_OAEP_PADDING,
      oaepHash: 'sha256',
      oaepLabel: Buffer.from(label),
    },
    bytes.subarray(2, end),
  );
  if (sessionKey.length !== 32) throw new Error(`a session key of ${sessionKey.length} bytes`);
  const decipher = createDecipheriv('aes-256-gcm', sessionKey, Buffer.alloc(12));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(end, -16)), decipher.final()]);
}
