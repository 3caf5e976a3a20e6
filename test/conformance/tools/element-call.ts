import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../harness/programs.ts';
import { installed } from './cache.ts';

const PACKAGE = '@element-hq/element-call-embedded';
/** The release of versions.yaml. */
const VERSION = '0.24.0';

/**
 * A folder with the built files of Element Call, of the package for programs that embed it: the same program as in the
 * image, without the reports that only the image can be told to send.
 */
export function elementCallFiles(): Promise<string> {
  return installed({
    name: `element-call-${VERSION}`,
    proof: 'index.html',
    build: async (half) => {
      const dependencies = { [PACKAGE]: VERSION };
      writeFileSync(join(half, 'package.json'), JSON.stringify({ private: true, dependencies }));
      await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: half });
      cpSync(join(half, 'node_modules', PACKAGE, 'dist'), half, { recursive: true });
    },
  });
}
