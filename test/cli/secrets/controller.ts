import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { readCertificates } from '../../../src/secrets/sealed-secrets/certificates.ts';
import { seal } from '../../../src/secrets/sealed-secrets/seal.ts';
import { SecretValue } from '../../../src/secrets/values/value.ts';
import { unseal } from '../../secrets/unseal.ts';
import type { MadeCertificate } from '../../secrets/x509.ts';
import { dig } from '../../stacks.ts';

/** A controller of sealed-secrets as far as this program needs one. */
export interface FakeController {
  readonly url: () => string;
  /** Its keys, the newest first: that is the one whose certificate it gives and seals for. */
  keys: readonly MadeCertificate[];
  /** Called before each answer to a request for sealing anew, with the Secret's name. */
  beforeSealing: (name: string) => Promise<void> | void;
  /** Bodies of all requests of this test. */
  readonly bodies: string[];
}

/** Listens while the tests of a file run; without keys, it answers as a controller that opens nothing. */
export function useController(): FakeController {
  let port = 0;
  const controller: FakeController = {
    url: () => `http://127.0.0.1:${port}`,
    keys: [],
    beforeSealing: () => undefined,
    bodies: [],
  };
  const answer = async (path: string, body: string): Promise<string | undefined> => {
    const [newest] = controller.keys;
    if (newest === undefined) return undefined;
    if (path === '/v1/cert.pem') return newest.pem;
    if (path !== '/v1/rotate') return undefined;
    const object: unknown = JSON.parse(body);
    const name = String(dig(object, 'metadata', 'name'));
    const namespace = String(dig(object, 'metadata', 'namespace'));
    await controller.beforeSealing(name);
    const sealed = Object.entries(Object(dig(object, 'spec', 'encryptedData'))).map(([key, value]) => [
      key,
      sealedAnew(String(value), namespace, name, controller.keys),
    ]);
    const spec = { encryptedData: Object.fromEntries(sealed), template: { metadata: { name, namespace } } };
    return JSON.stringify({ kind: 'SealedSecret', metadata: { name, namespace }, spec });
  };
  const server = createServer((request, response) => {
    text(request)
      .then(async (body) => {
        controller.bodies.push(body);
        const said = await answer(request.url ?? '', body);
        response.statusCode = said === undefined ? 404 : 200;
        response.end(said);
      })
      .catch(() => {
        // What it cannot open, the controller answers so.
        response.statusCode = 500;
        response.end();
      });
  });
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterEach(() => {
    controller.keys = [];
    controller.beforeSealing = () => undefined;
    controller.bodies.length = 0;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return controller;
}

/** @throws where none of the keys opens it */
function sealedAnew(
  sealed: string,
  namespace: string,
  name: string,
  keys: readonly MadeCertificate[],
): string {
  const [certificate] = readCertificates('controller', keys[0]?.pem ?? '').certificates ?? [];
  for (const { privateKey } of keys) {
    let value: Buffer;
    try {
      value = unseal(sealed, privateKey, `${namespace}/${name}`);
    } catch {
      continue;
    }
    if (certificate === undefined) break;
    return seal(new SecretValue(value), certificate, { namespace, name, scope: 'strict' });
  }
  throw new Error('no key opens it');
}
