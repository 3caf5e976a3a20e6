import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debian } from '../tools/debian.ts';
import { podTemplate, type Stack, type Workload } from './dist.ts';
import { type Json, mapping, mappings, text } from './json.ts';
import { POD_ADDRESS, type PodNetwork, podNetwork } from './network.ts';
import { runFolder, start, until } from './programs.ts';
import { type Sandbox, sandbox } from './sandbox.ts';
import { dummySecrets } from './secrets.ts';

/** A web server's pod, laid out with the image's part of the configuration and stand-ins for its upstreams. */
export interface NginxPod {
  readonly workload: Workload;
  readonly network: PodNetwork;
  readonly box: Sandbox;
  /** The words that run it. */
  readonly command: readonly string[];
}

/** The nginx configuration among the ConfigMaps a container mounts; empty when it is not a web server's. */
export function nginxConfig(stack: Stack, template: Json, container: Json): string {
  const mounted = mappings(container, 'volumeMounts').map((mount) => text(mount, 'name'));
  const volumes = mappings(template, 'spec', 'volumes').filter((volume) =>
    mounted.includes(text(volume, 'name')),
  );
  const names = volumes.flatMap((volume) => [
    text(volume, 'configMap', 'name'),
    ...mappings(volume, 'projected', 'sources').map((source) => text(source, 'configMap', 'name')),
  ]);
  const maps = stack.objects.filter(
    (object) => object.kind === 'ConfigMap' && names.includes(text(object, 'metadata', 'name')),
  );
  const values = maps.flatMap((map) => Object.values(mapping(map, 'data')).map(String));
  return values.filter((value) => /^\s*server\s*\{/m.test(value)).join('\n');
}

/** Every container of the stack that is a web server by its mounted configuration. */
export function webServers(stack: Stack): Workload[] {
  return stack.objects.flatMap((object) => {
    const template = podTemplate(object);
    if (template === undefined) return [];
    return mappings(template, 'spec', 'containers')
      .filter((container) => nginxConfig(stack, template, container) !== '')
      .map((container) => ({ stack, object, template, container }));
  });
}

/** Host names and ports that the configuration passes requests on to. */
function upstreams(config: string): { host: string; port: number }[] {
  return [...config.matchAll(/\b(https?):\/\/([a-z0-9][a-z0-9.-]*)(?::(\d+))?/g)]
    .filter(([, , host]) => host?.includes('.svc') === true)
    .map(([, scheme, host = '', port]) => ({ host, port: Number(port ?? (scheme === 'https' ? 443 : 80)) }));
}

/** Files that a web server serves from `/app`: their texts by name, or a folder of the image. */
export type WebRoot = Readonly<Record<string, string>> | { readonly folder: string };

/** Lays out a web server's pod. */
export async function nginxPod(workload: Workload, webRoot: WebRoot): Promise<NginxPod> {
  await debian('nginx');
  const config = nginxConfig(workload.stack, workload.template, workload.container);
  const resolver = /^\s*resolver\s+([\w.:-]+)/m.exec(config)?.[1]?.replace(/:\d+$/, '');
  const address = resolver !== undefined && /^[\d.]+$/.test(resolver) ? resolver : undefined;
  const network = await podNetwork([POD_ADDRESS, ...(address === undefined ? [] : [address])]);
  const targets = upstreams(config);
  const hosts: Record<string, string> = {};
  for (const { host } of targets) hosts[host] = '127.0.0.1';
  if (resolver !== undefined && address === undefined) hosts[resolver] = '127.0.0.1';

  const image = runFolder('nginx-image');
  const folder = (name: string): string => {
    mkdirSync(join(image, name));
    return join(image, name);
  };
  const logs = folder('logs');
  symlinkSync('/dev/stdout', join(logs, 'access.log'));
  symlinkSync('/dev/stderr', join(logs, 'error.log'));
  const root = folder('app');
  if (typeof webRoot.folder === 'string') cpSync(webRoot.folder, root, { recursive: true });
  else {
    for (const [name, content] of Object.entries(webRoot)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), content);
    }
  }
  const box = await sandbox({
    workload,
    network,
    secrets: dummySecrets(),
    hosts,
    image: [
      { path: '/app', source: root },
      // Debian's own sites are not in the image.
      { path: '/etc/nginx/conf.d', source: folder('conf.d') },
      { path: '/var/cache/nginx', source: folder('cache') },
      { path: '/var/log/nginx', source: logs },
    ],
  });
  const ports = [...new Set(targets.map(({ port }) => port))];
  if (ports.length > 0) {
    const script = fileURLToPath(new URL('./upstream.mjs', import.meta.url));
    const words = [...ports.map(String), ...(resolver === undefined ? [] : ['dns'])];
    const [command = '', ...args] = network.inside([process.execPath, script, ...words]);
    const stub = start('upstream', command, args);
    await until('listen', stub, 10, () =>
      stub.log().split('ready').length > words.length ? true : undefined,
    );
  }
  // Without a command of the pod's own the image's entry point ends in this one.
  const own = [...box.command, ...box.args];
  const words = own.slice(own.findIndex((word) => /(^|\/)nginx$/.test(word)));
  const command = own.some((word) => /(^|\/)nginx$/.test(word)) ? words : ['nginx', '-g', 'daemon off;'];
  return { workload, network, box, command };
}
