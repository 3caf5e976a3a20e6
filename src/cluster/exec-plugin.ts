import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { touchesInside } from '../files/bounds.ts';
import { data as mapping } from '../plain/data.ts';
import { errorCode } from '../plain/errno.ts';
import { parsed } from './json.ts';
import { type Entry, pathIn, textOf } from './kubeconfig.ts';
import { ClusterProblem } from './problem.ts';
import type { Person } from './surroundings.ts';

/** What a program gave to log in with. */
export interface Credential {
  readonly token: string | undefined;
  /** PEM. */
  readonly certificate: string | undefined;
  /** PEM. */
  readonly key: string | undefined;
}

const VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
/** A certificate and its key have some kB. */
const OUTPUT_LIMIT = 1024 * 1024;

/**
 * Runs the program that a user of the kubeconfig names to log in with, as kubectl does, but never one of the
 * repository: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 *
 * What it writes to standard error is nobody's business, and it is not given the terminal.
 *
 * @param cluster what the program learns of the cluster, where it asks for that
 * @throws ClusterProblem
 */
export async function runExecPlugin(
  person: Person,
  user: Entry,
  cluster: Readonly<Record<string, unknown>>,
  deadline: number,
): Promise<Credential> {
  const exec = mapping(user.data.exec);
  const command = textOf(exec.command) ?? '';
  const apiVersion = textOf(exec.apiVersion) ?? '';
  if (command === '' || !VERSIONS.includes(apiVersion)) {
    const what = `${user.file}: the exec of the user "${user.name}" has no command, or an apiVersion other than ${VERSIONS.join(' and ')}`;
    throw new ClusterProblem(
      'bad-configuration',
      what,
      'log in to the cluster again, so that it is written again',
    );
  }
  if (exec.interactiveMode === 'Always') {
    throw problem(command, 'has to be run on a terminal', 'log in with kubectl get nodes and use its token');
  }
  const file = programOf(person, user, command);
  const spec = { interactive: false, ...(exec.provideClusterInfo === true ? { cluster } : {}) };
  const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec });
  const environment = { ...person.environment, ...variables(exec.env), KUBERNETES_EXEC_INFO: info };
  const output = await outputOf(
    command,
    { file, args: texts(exec.args), environment, folder: person.folder },
    deadline,
  );
  const answer = mapping(parsed(output));
  const status = mapping(answer.status);
  const credential = {
    token: textOf(status.token),
    certificate: textOf(status.clientCertificateData),
    key: textOf(status.clientKeyData),
  };
  const isWhole = (credential.certificate === undefined) === (credential.key === undefined);
  const isAny = credential.token !== undefined || credential.certificate !== undefined;
  if (answer.kind === 'ExecCredential' && answer.apiVersion === apiVersion && isWhole && isAny)
    return credential;
  throw problem(command, `gave no ExecCredential of ${apiVersion} with a token or a certificate and its key`);
}

const RUN_IT = 'run kubectl get nodes to see what it says';

function problem(command: string, what: string, remedy = RUN_IT): ClusterProblem {
  return new ClusterProblem(
    'login-failed',
    `"${command}", which the kubeconfig names to log in, ${what}`,
    remedy,
  );
}

/**
 * The program of a command, as kubectl looks it up: a plain name in PATH, a path from the folder of the kubeconfig.
 *
 * @throws ClusterProblem
 */
function programOf({ bounds, path }: Person, user: Entry, command: string): string {
  const isPath = isAbsolute(command) || /[/\\]/.test(command);
  const names = process.platform === 'win32' ? [`${command}.exe`, command] : [command];
  const places = isPath
    ? names.map((name) => pathIn(user, name))
    : path.flatMap((folder) => names.map((name) => join(folder, name)));
  const programs = places.filter(isProgram);
  const file = programs.find((place) => !touchesInside(bounds, place));
  if (file !== undefined) return file;
  if (programs.length > 0) {
    throw problem(
      command,
      'is inside the repository, and no program from there is run',
      'install it elsewhere',
    );
  }
  const where = isPath
    ? 'is not there, or cannot be run'
    : 'is not in any folder of PATH outside the repository';
  throw problem(command, where, 'install it, and see that kubectl get nodes works');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function texts(value: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [];
  return all.map((one) => (typeof one === 'string' ? one : String(one)));
}

function variables(value: unknown): NodeJS.ProcessEnv {
  const all: readonly unknown[] = Array.isArray(value) ? value : [];
  return Object.fromEntries(
    all.map(mapping).flatMap(({ name, value: text = '' }) => {
      const variable = textOf(name);
      return variable === undefined ? [] : [[variable, String(text)]];
    }),
  );
}

interface Started {
  readonly file: string;
  readonly args: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  readonly folder: string;
}

/** Runs a program to its end and gives its output. */
function outputOf(
  command: string,
  { file, args, environment: env, folder: cwd }: Started,
  deadline: number,
): Promise<string> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true, cwd, env });
    const out: Buffer[] = [];
    let size = 0;
    const fail = (error: ClusterProblem): void => {
      reject(error);
      child.kill('SIGKILL');
      // What the program itself started may still hold the pipe.
      child.stdout.destroy();
    };
    const timer = setTimeout(
      () => fail(problem(command, 'did not end in time')),
      Math.max(0, deadline - Date.now()),
    );
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > OUTPUT_LIMIT) fail(problem(command, `wrote more than ${OUTPUT_LIMIT / 1024} KiB`));
      else out.push(chunk);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      const code = errorCode(error) || 'unknown';
      fail(problem(command, `cannot be started (${code})`));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'));
      else reject(problem(command, `ended with ${code ?? signal}`));
    });
  });
}
