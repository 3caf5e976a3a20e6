import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../harness/programs.ts';
import { installed } from './cache.ts';

const CLIENT = '@livekit/rtc-node';
const SERVER_SDK = 'livekit-server-sdk';
const VERSIONS: Readonly<Record<string, string>> = { [CLIENT]: '1.1.0', [SERVER_SDK]: '2.19.2' };

/**
 * A folder with LiveKit's own client library and API client, installed with npm outside the project: they are
 * large native programs that nothing else here needs.
 */
export function livekitClients(): Promise<string> {
  const dependencies = Object.fromEntries(Object.entries(VERSIONS));
  return installed({
    name: `livekit-clients-${VERSIONS[CLIENT]}`,
    proof: `node_modules/${SERVER_SDK}/package.json`,
    build: async (half) => {
      writeFileSync(
        join(half, 'package.json'),
        JSON.stringify({ private: true, type: 'module', dependencies }),
      );
      await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: half });
    },
  });
}
