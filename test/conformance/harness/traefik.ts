import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { kindSchemas } from '../../../imports/schemas/index.ts';
import { traefik } from '../tools/go.ts';
import { type ControlPlane, freePort } from './control-plane.ts';
import { loadCustomKinds } from './custom-kinds.ts';
import { type Json, mappings, need, number, text } from './json.ts';
import { type Running, run, runFolder, start, until } from './programs.ts';

/** What a program behind Traefik was asked, as it answers it. */
export interface Asked {
  readonly service: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: number;
}

/** Stands for the programs behind Services. */
export interface Programs {
  /** Bytes of bodies that have come so far, by Service. */
  received(service: string): number;
}

/** Kinds that Traefik waits for and this project has no schema of: none of them is ever made. */
const FURTHER = [
  'IngressRouteUDP',
  'MiddlewareTCP',
  'ServersTransport',
  'ServersTransportTCP',
  'TLSOption',
  'TLSStore',
  'TraefikService',
];

/** Gives the server every kind that Traefik reads. */
export async function loadTraefikKinds(server: ControlPlane): Promise<void> {
  await loadCustomKinds(server);
  for (const kind of FURTHER.filter((one) => kindSchemas[`traefik.io/${one}`] === undefined)) {
    const plural = `${kind.toLowerCase()}s`;
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    await taken(server, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.traefik.io` },
      spec: {
        group: 'traefik.io',
        scope: 'Namespaced',
        names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
        versions: [{ name: 'v1alpha1', served: true, storage: true, schema }],
      },
    });
  }
}

/** Applies an object. @throws when the server does not take it */
export async function taken(server: ControlPlane, object: Json): Promise<void> {
  const { status, body } = await server.apply(object);
  if (status >= 300) throw new Error(`${text(object, 'kind')}: ${status} ${JSON.stringify(body)}`);
}

/** An address of this machine besides loopback: the API server takes no other for the end of a Service. */
function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const found = all.find((one) => one.family === 'IPv4' && !one.internal)?.address;
  return need(found, 'an IPv4 address of this machine besides its loopback one');
}

/**
 * Gives the server what Traefik reads of a stack, with a program of ours behind each Service and a certificate of its own
 * in each Secret.
 */
export async function standIns(server: ControlPlane, objects: readonly Json[]): Promise<Programs> {
  const address = ownAddress();
  const received = new Map<string, number>();
  const secrets = new Map<string, string>();
  // A Namespace comes before what is in it.
  const kinds = ['Namespace', 'Service', 'Middleware', 'IngressRoute', 'Ingress'];
  for (const object of kinds.flatMap((kind) => objects.filter((one) => text(one, 'kind') === kind))) {
    const kind = text(object, 'kind');
    await taken(server, object);
    if (kind === 'IngressRoute') {
      const secret = text(object, 'spec', 'tls', 'secretName');
      const namespace = need(text(object, 'metadata', 'namespace'), 'a namespace');
      if (secret !== undefined) secrets.set(secret, namespace);
    }
    if (kind === 'Service') await endpoint(server, object, address, received);
  }
  for (const [name, namespace] of secrets) await taken(server, await certificate(name, namespace));
  return { received: (service) => received.get(service) ?? 0 };
}

async function endpoint(
  server: ControlPlane,
  service: Json,
  address: string,
  received: Map<string, number>,
): Promise<void> {
  const name = need(text(service, 'metadata', 'name'), 'a name');
  const namespace = need(text(service, 'metadata', 'namespace'), 'a namespace');
  const ports = [];
  for (const port of mappings(service, 'spec', 'ports')) {
    const own = await listening(program(name, received), address);
    ports.push({ name: text(port, 'name') ?? '', port: own, protocol: 'TCP' });
  }
  await taken(server, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports,
  });
}

function listening(server: Server, address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.unref();
    server.listen(0, address, () => {
      const at = server.address();
      if (typeof at === 'object' && at !== null) resolve(at.port);
      else reject(new Error('no port'));
    });
  });
}

/** Answers with what it was asked, after as many seconds as `slow=` in the address says; sends back what a WebSocket gets. */
function program(service: string, received: Map<string, number>): Server {
  const server = createServer((request: IncomingMessage, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      received.set(service, (received.get(service) ?? 0) + chunk.length);
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const slow = Number(/[?&]slow=(\d+)/.exec(url)?.[1] ?? 0);
      const asked: Asked = { service, method, url, headers, bytes };
      response.setHeader('content-type', 'application/json');
      response.setHeader('access-control-allow-origin', '*');
      setTimeout(() => response.end(JSON.stringify(asked)), slow * 1000);
    });
  });
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  server.requestTimeout = 0;
  return server;
}

async function certificate(name: string, namespace: string): Promise<Json> {
  const cwd = runFolder('certificate');
  const [key, crt] = [join(cwd, 'tls.key'), join(cwd, 'tls.crt')];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${name}`],
    ...['-keyout', key, '-out', crt],
    ...['-addext', 'subjectAltName=DNS:*.example.org,DNS:example.org,DNS:matrix.home.arpa'],
  ]);
  const encoded = (file: string): string => readFileSync(file).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace },
    type: 'kubernetes.io/tls',
    data: { 'tls.crt': encoded(crt), 'tls.key': encoded(key) },
  };
}

/** A running Traefik, and the ports of its entry points on loopback. */
export interface Traefik {
  readonly program: Running;
  port(entryPoint: string): number;
}

/**
 * Starts Traefik with entry points of these names, each with options of its own, as the one of a cluster that reads
 * IngressRoutes and Ingresses.
 */
export async function startTraefik(
  server: ControlPlane,
  entryPoints: Readonly<Record<string, readonly string[]>>,
): Promise<Traefik> {
  const { host, port, token, authority } = server.access;
  const ports = new Map<string, number>();
  for (const name of Object.keys(entryPoints)) ports.set(name, await freePort());
  const cluster = (provider: string): string[] =>
    Object.entries({ endpoint: `https://${host}:${port}`, token, certAuthFilePath: authority }).map(
      ([key, value]) => `--providers.${provider}.${key}=${value}`,
    );
  const cwd = join(runFolder('traefik'), 'run');
  mkdirSync(cwd);
  const program = start(
    'traefik',
    await traefik(),
    [
      ...Object.entries(entryPoints).flatMap(([name, options]) => [
        `--entryPoints.${name}.address=127.0.0.1:${ports.get(name)}`,
        ...options.map((option) => `--entryPoints.${name}.${option}`),
      ]),
      ...cluster('kubernetescrd'),
      ...cluster('kubernetesingress'),
      '--global.checkNewVersion=false',
      '--global.sendAnonymousUsage=false',
      '--log.level=INFO',
    ],
    { cwd },
  );
  return { program, port: (entryPoint) => need(ports.get(entryPoint), `the entry point ${entryPoint}`) };
}

/** Waits until Traefik has read its routes: a first one answers. */
export async function routed(traefik: Traefik, answers: () => Promise<boolean>): Promise<void> {
  await until('route requests', traefik.program, 60, async () =>
    (await answers().catch(() => false)) ? true : undefined,
  );
}

/** The number of a route's Service port. */
export function portOf(route: Json): number {
  return need(number(route, 'services', 0, 'port'), 'a port');
}
