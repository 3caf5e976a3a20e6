import type { App } from 'cdk8s';
import { ChartFile } from '../../src/kubernetes/chart-file.ts';
import { configFile, configFiles } from '../../src/kubernetes/mounts.ts';
import { httpProbe } from '../../src/kubernetes/probes.ts';
import { services } from '../../src/kubernetes/service.ts';
import { workload } from '../../src/kubernetes/workload.ts';
import type { IpFamily } from '../../src/system/facts.ts';
import type { Resources } from '../../src/system/resources.ts';
import { workloadOf } from '../../src/topology/topology.ts';
import type { Scene } from '../stack/stack.ts';

/** Pages in images that are made from static-web-server's for Alpine. */

/** The user of the image. */
const USER = 1000;
/** The web root; `/var/public` is a link to it. */
const ROOT = '/home/sws/public';
/** Where its own settings are. */
const SETTINGS = { folder: '/config', file: 'sws.toml' } as const;

/** What differs between two pages. */
export interface StaticPageProps {
  /** Its workload in the topology, whose port is that of the image. */
  readonly id: string;
  readonly image: string;
  readonly resources: Resources;
  /** The ConfigMap with its config.json and {@link staticPageSettings}. */
  readonly configMap: string;
}

/** The page in its image, which answers `/health`, with our config.json and headers. */
export function staticPage(app: App, { topology, cluster }: Scene, props: StaticPageProps): void {
  const file = new ChartFile(app, `components/${props.id}.yaml`);
  const { id, image, resources, configMap } = props;
  workload(file, {
    owner: workloadOf(topology, id),
    image,
    user: USER,
    resources,
    env: [
      { name: 'SERVER_CONFIG_FILE', value: `${SETTINGS.folder}/${SETTINGS.file}` },
      ...listens(cluster.network.families),
    ],
    mounts: [
      configFile('config', configMap, `${ROOT}/config.json`, 'config.json'),
      configFiles('settings', configMap, SETTINGS.folder, [SETTINGS.file]),
    ],
    liveness: httpProbe('http', '/health', { every: 10, failures: 3 }),
    readiness: httpProbe('http', '/health', { every: 5, failures: 3 }),
  });
  services(file, topology, id);
}

/** It listens on `::`, which takes IPv4 too, unless the kernel lacks IPv6. */
function listens(families: readonly IpFamily[]) {
  return families.includes('IPv6') ? [] : [{ name: 'SERVER_HOST', value: '0.0.0.0' }];
}

/**
 * The settings that its environment variables cannot express: the headers of every answer. The server's own cache
 * headers would keep a page for a day, and its configuration for an hour. Files are asked for anew too, and not sent
 * again if they have not changed: the server says the same of a file that is missing (it sends the page instead), which
 * a browser that meets the old pod during an update would then keep.
 *
 * @see https://static-web-server.net/features/custom-http-headers/
 */
export function staticPageSettings(): Readonly<Record<string, string>> {
  const headers = {
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': "frame-ancestors 'self'",
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'SAMEORIGIN',
  };
  const lines = [
    '[general]',
    'cache-control-headers = false',
    '',
    '[[advanced.headers]]',
    'source = "**"',
    '[advanced.headers.headers]',
    ...Object.entries(headers).map(([name, value]) => `${name} = ${JSON.stringify(value)}`),
  ];
  return { [SETTINGS.file]: `${lines.join('\n')}\n` };
}
