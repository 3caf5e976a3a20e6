import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { attempt, run, timed } from '../harness/programs.ts';
import { locked } from './cache.ts';

const POLICY = '/usr/sbin/policy-rc.d';

/** Whether a command is on the search path or among the administrator's programs. */
export function hasCommand(command: string): boolean {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, command)));
}

/** Debian packages of this project's long runs, each with what shows that it is installed. */
const PACKAGES = {
  bubblewrap: () => hasCommand('bwrap'),
  caddy: () => hasCommand('caddy'),
  chromium: () => hasCommand('chromium'),
  coturn: () => hasCommand('turnserver'),
  'etcd-server': () => hasCommand('etcd'),
  gcc: () => hasCommand('gcc'),
  iproute2: () => hasCommand('ip'),
  'libpq-dev': () => hasCommand('pg_config'),
  nginx: () => hasCommand('nginx'),
  openssl: () => hasCommand('openssl'),
  postgresql: () => postgresFolders().length > 0,
  python3: () => hasCommand('python3'),
  'python3-dev': () =>
    readdirSync('/usr/include').some((name) => existsSync(`/usr/include/${name}/Python.h`)),
  strace: () => hasCommand('strace'),
  wget: () => hasCommand('wget'),
  'python3-venv': () => readdirSync('/usr/lib').some((name) => existsSync(`/usr/lib/${name}/ensurepip`)),
} satisfies Readonly<Record<string, () => boolean>>;

/** Name of a Debian package that {@link debian} can install. */
export type DebianPackage = keyof typeof PACKAGES;

/** Folders of installed PostgreSQL servers, newest first. */
export function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
  return versions
    .map((version) => join(root, version, 'bin'))
    .filter((bin) => existsSync(join(bin, 'initdb')));
}

/**
 * Installs the packages that are missing. The machine may be somebody's own: Debian's policy hook keeps the
 * packages' services from being started, and is taken away again when it was not there before.
 */
export async function debian(...wanted: readonly DebianPackage[]): Promise<void> {
  const missing = (): DebianPackage[] => wanted.filter((name) => !PACKAGES[name]());
  if (missing().length === 0) return;
  await locked('apt', async () => {
    const names = missing();
    if (names.length === 0) return;
    if (process.getuid?.() !== 0) throw new Error(`as root, run: apt-get install ${names.join(' ')}`);
    await timed(`apt-get install ${names.join(' ')}`, async () => {
      const own = !existsSync(POLICY);
      const remove = (): void => rmSync(POLICY, { force: true });
      if (own) {
        process.once('exit', remove);
        writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
      }
      try {
        const install = ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '-qq', '--no-install-recommends'];
        const env = { DEBIAN_FRONTEND: 'noninteractive' };
        const first = await attempt('apt-get', [...install, ...names], { env });
        if (first.code === 0) return;
        // Most likely the package lists are old or absent.
        await run('apt-get', ['update', '-qq'], { env });
        await run('apt-get', [...install, ...names], { env });
      } finally {
        if (own) {
          process.off('exit', remove);
          remove();
        }
      }
    });
    const still = missing();
    if (still.length > 0) throw new Error(`installed, but not found afterwards: ${still.join(' ')}`);
  });
}
