import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../harness/programs.ts';
import { installed } from './cache.ts';
import { debian } from './debian.ts';

/** A Python environment and the folders a program started from it needs to see. */
export interface PythonEnvironment {
  readonly python: string;
  readonly folders: readonly string[];
}

/**
 * Synapse of the given version from the Python index, with the libraries that its image has too: for OpenID
 * Connect, and its PostgreSQL driver (built here: Synapse asks for
 * the source package, which needs a compiler and the client library's headers).
 */
export async function synapseEnvironment(version: string): Promise<PythonEnvironment> {
  await debian('python3-venv', 'python3-dev', 'gcc', 'libpq-dev');
  const folder = await installed({
    name: `synapse-${version}-oidc`,
    proof: 'bin/synapse_homeserver',
    build: async (half) => {
      const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
      await run(python, ['-m', 'venv', half]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
      await run(join(half, 'bin/python'), [...pip, `matrix-synapse[oidc,postgres]==${version}`]);
    },
  });
  const python = join(folder, 'bin/python');
  // The environment only links to the interpreter and its library, which may be anywhere.
  const base = await run(python, ['-c', 'import sys; print(sys.base_prefix)']);
  return {
    python,
    folders: [folder, base.trim()].filter((path) => path !== '/usr' && dirname(path) !== path),
  };
}
