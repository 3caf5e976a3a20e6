import { randomBytes } from 'node:crypto';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kubeconfig } from '../cluster/fake-api-server.ts';
import { type FreshKey, freshKey } from '../secrets/keys.ts';
import { type MadeCertificate, makeCertificate } from '../secrets/x509.ts';

const TOP = fileURLToPath(new URL('../..', import.meta.url));
/** The installed command. */
export const PROGRAM = join(TOP, 'build/bin/matrix-gitops.cjs');

/** The stack that must be rendered whatever a stranger puts next to it. */
export const GOOD = `schema: 1
serverName: good.example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
secrets: {escrow: [@RECIPIENT@]}
`;

/** A stack whose values SOPS keeps. */
export const SOPS = `schema: 1
serverName: sops.example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
secrets: {provider: sops, recipients: [@RECIPIENT@]}
`;

/**
 * A machine with a workspace on it. Everything in `workspace` may be a stranger's; everything else is the person's.
 */
export interface Machine {
  readonly top: string;
  readonly workspace: string;
  /** Folder of files that no run may read or change. */
  readonly outside: string;
  /** Text in a file there, which must not appear anywhere else. */
  readonly canary: string;
  /** Commands that must never run make a file here. */
  readonly ran: string;
  readonly home: string;
  /** The only other program that may be started: the person's kubeconfig names it to log in with. */
  readonly login: string;
  readonly honest: MadeCertificate;
  readonly stranger: MadeCertificate;
  readonly person: FreshKey;
  readonly strangersKey: FreshKey;
  readonly environment: NodeJS.ProcessEnv;
  /** Writes a file of the workspace. */
  readonly put: (path: string, text: string | Buffer) => void;
  /** The text of a script that makes a file named after it in {@link ran}. */
  readonly script: (name: string) => string;
  /** The same machine in another folder. */
  readonly copy: () => Machine;
  readonly remove: () => void;
}

/** A machine with an honest workspace: two stacks, no values yet. */
export async function newMachine(): Promise<Machine> {
  const [person, strangersKey] = await Promise.all([freshKey(), freshKey()]);
  const machine = machineAt(mkdtempSync(join(tmpdir(), 'hostile-')), {
    canary: `canary-${randomBytes(16).toString('hex')}`,
    honest: makeCertificate({ notBefore: new Date(Date.now() - 20 * 86_400_000) }),
    // Newer than the honest one, as one would be that a stranger adds.
    stranger: makeCertificate(),
    person,
    strangersKey,
  });
  const { put, outside, home, login, canary, top } = machine;
  for (const folder of ['stacks', 'dist']) mkdirSync(join(machine.workspace, folder), { recursive: true });
  for (const folder of [outside, join(home, '.kube'), machine.ran, dirname(login)])
    mkdirSync(folder, { recursive: true });
  put('versions.yaml', readFileSync(join(TOP, 'versions.yaml')));
  put('stacks/good.yaml', GOOD.replace('@RECIPIENT@', person.recipient));
  put('stacks/sops.yaml', SOPS.replace('@RECIPIENT@', person.recipient));
  put('.gitignore', 'node_modules/\n');
  mkdirSync(join(machine.workspace, '.git/info'), { recursive: true });
  put('.git/HEAD', 'ref: refs/heads/main\n');
  writeFileSync(join(outside, 'canary.yaml'), `${canary}: ${canary}\n`);
  writeFileSync(join(outside, 'canary.pem'), `${canary}\n`);
  writeFileSync(join(top, 'honest.pem'), machine.honest.pem);
  writeFileSync(join(top, 'person.age'), `${person.text}\n`, { mode: 0o600 });
  const apiVersion = 'client.authentication.k8s.io/v1';
  const credential = JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { token: canary } });
  writeFileSync(login, `#!/bin/sh\necho '${credential}'\n`);
  chmodSync(login, 0o755);
  // No cluster is reached from here.
  writeFileSync(
    join(home, '.kube/config'),
    kubeconfig({ server: 'https://127.0.0.1:1' }, { exec: { apiVersion, command: basename(login) } }),
  );
  return machine;
}

type Known = Pick<Machine, 'canary' | 'honest' | 'stranger' | 'person' | 'strangersKey'>;

function machineAt(top: string, known: Known): Machine {
  const workspace = join(top, 'workspace');
  const home = join(top, 'home');
  const ran = join(top, 'ran');
  const login = join(top, 'programs/kube-login');
  return {
    ...known,
    top,
    workspace,
    home,
    ran,
    login,
    outside: join(top, 'outside'),
    environment: {
      HOME: home,
      // As npm and npx put it together: the workspace's own programs come first.
      PATH: [join(workspace, 'node_modules/.bin'), '.', dirname(login), '/usr/bin', '/bin'].join(delimiter),
      NO_COLOR: '1',
    },
    put: (path, text) => {
      mkdirSync(dirname(join(workspace, path)), { recursive: true });
      writeFileSync(join(workspace, path), text);
    },
    script: (name) => `#!/bin/sh\n: > '${join(ran, name)}'\n`,
    copy: () => {
      const other = mkdtempSync(join(tmpdir(), 'hostile-'));
      cpSync(top, other, { recursive: true, verbatimSymlinks: true });
      return machineAt(other, known);
    },
    remove: () => rmSync(top, { recursive: true, force: true }),
  };
}
