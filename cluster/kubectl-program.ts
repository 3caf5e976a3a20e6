import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, parse, resolve } from 'node:path';
import { type Bounds, boundsOf, touchesInside } from '../files/bounds.ts';
import { ClusterProblem } from './problem.ts';

/** kubectl, and what it is started with. */
export interface Program {
  /** Absolute path. */
  readonly file: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The folder it is started in. */
  readonly folder: string;
}

const INSTALL =
  "install it, or give the controller's URL, as from kubectl port-forward on another machine (--controller)";

/**
 * The kubectl of the person who runs this, and never one from the repository: `npm run` and `npx` put its
 * `node_modules/.bin` first in PATH. The same goes for what kubectl runs itself: programs in PATH that its configuration
 * names, and that configuration.
 *
 * @param environment of the person
 * @param here the folder that the command runs in
 * @param stacks the folder with the stack files
 * @throws ClusterProblem
 */
export function kubectlFor(environment: NodeJS.ProcessEnv, here: string, stacks?: string): Program {
  const bounds = boundsOf(stacks, here);
  // Windows writes it Path, among others.
  const variable = Object.keys(environment).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const entries = (environment[variable] ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  const trusted = entries.filter((entry) => !ofPackages(entry) && !touchesInside(bounds, entry));
  const file = programIn(trusted, (path) => !touchesInside(bounds, path));
  if (file === undefined) throw notFound(entries);
  const { root } = parse(resolve(here));
  return {
    file,
    folder: root,
    environment: {
      ...environment,
      [variable]: trusted.join(delimiter),
      PWD: root,
      ...configuration(environment, bounds, here),
    },
  };
}

/** Where npm puts programs of packages: those of every folder above are in PATH, also of a copy that is no checkout. */
function ofPackages(entry: string): boolean {
  return /(?:^|[/\\])node_modules[/\\]\.bin[/\\]?$/.test(entry);
}

const NAME = process.platform === 'win32' ? 'kubectl.exe' : 'kubectl';

function programIn(folders: readonly string[], isTrusted: (path: string) => boolean): string | undefined {
  return folders.map((folder) => join(folder, NAME)).find((path) => isProgram(path) && isTrusted(path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function notFound(entries: readonly string[]): ClusterProblem {
  if (programIn(entries, () => true) === undefined) {
    return new ClusterProblem('kubectl-missing', 'kubectl is not installed', INSTALL);
  }
  const what = 'the only kubectl in PATH is inside the repository, and no program from there is run';
  return new ClusterProblem('kubectl-missing', what, INSTALL);
}

/**
 * The variables that name files of kubectl's configuration, with absolute paths, since it is started elsewhere. Such a
 * file names programs to log in with.
 */
function configuration(environment: NodeJS.ProcessEnv, bounds: Bounds, here: string): NodeJS.ProcessEnv {
  const absolute: NodeJS.ProcessEnv = {};
  for (const [variable, separator] of [
    ['KUBECONFIG', delimiter],
    // Not a list: https://kubernetes.io/docs/reference/kubectl/kuberc/
    ['KUBERC', '\0'],
  ] as const) {
    const written = environment[variable] ?? '';
    const paths = written.split(separator).filter((path) => path !== '');
    for (const path of paths) {
      // What it says for "none".
      if (variable === 'KUBERC' && path === 'off') continue;
      refuseInside(bounds, resolve(here, path), variable);
    }
    if (paths.length === 0) continue;
    absolute[variable] = paths
      .map((path) => (variable === 'KUBERC' && path === 'off' ? path : resolve(here, path)))
      .join(separator);
  }
  const home = environment.HOME ?? environment.USERPROFILE ?? '';
  for (const name of ['config', 'kuberc']) {
    const place = join(resolve(here, home), '.kube', name);
    const isDefault = absolute[name === 'config' ? 'KUBECONFIG' : 'KUBERC'] === undefined;
    if (isDefault && statSync(place, { throwIfNoEntry: false }) !== undefined) {
      refuseInside(bounds, place, 'HOME');
    }
  }
  return absolute;
}

function refuseInside(bounds: Bounds, path: string, variable: string): void {
  if (!touchesInside(bounds, path)) return;
  throw new ClusterProblem(
    'kubectl-failed',
    `the configuration of kubectl that ${variable} names is inside the repository, and such a file can name programs to run`,
    `move it out of the repository, such as to ~/.kube, and set KUBECONFIG to its new place; or give the controller's certificate with --cert or its URL with --controller`,
  );
}
