import { statSync } from 'node:fs';
import { delimiter, isAbsolute, join, parse, resolve } from 'node:path';
import { type Bounds, boundsOf, touchesInside } from '../files/bounds.ts';
import { ClusterProblem } from './problem.ts';

/** Whose kubeconfig is read, and whose programs are run. */
export interface Surroundings {
  /** Of the person. @default - that of this process */
  readonly environment?: NodeJS.ProcessEnv;
  /** The folder that the command runs in. @default - the current one */
  readonly here?: string;
  /** The folder with the stack files: nothing is taken from their repository. @default - that of the current folder alone */
  readonly stacks?: string;
}

/** Where the person's kubeconfig is, and what programs that it names are started with. */
export interface Person {
  readonly bounds: Bounds;
  readonly environment: NodeJS.ProcessEnv;
  /** Files of the kubeconfig, absolute; they need not be there. */
  readonly files: readonly string[];
  /** Folders of PATH, outside of the repository. */
  readonly path: readonly string[];
  /** The folder that programs are started in. */
  readonly folder: string;
}

/**
 * The person at the computer, without anything of the repository: `npm run` and `npx` put its `node_modules/.bin` first
 * in PATH, and a kubeconfig names programs to log in with.
 *
 * @throws ClusterProblem when a kubeconfig is inside the repository
 */
export function personOf({
  environment = process.env,
  here = process.cwd(),
  stacks,
}: Surroundings = {}): Person {
  const bounds = boundsOf(stacks, here);
  // Windows writes it Path, among others.
  const variable = Object.keys(environment).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
  const entries = (environment[variable] ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  const path = entries.filter((entry) => !ofPackages(entry) && !touchesInside(bounds, entry));
  const { root } = parse(resolve(here));
  const files = filesOf('KUBECONFIG', environment, here);
  // Programs to log in with are often plug-ins of kubectl, which reads this one too.
  const preferences = filesOf('KUBERC', environment, here);
  for (const file of files ?? []) refuseInside(bounds, file, 'KUBECONFIG');
  for (const file of preferences ?? []) if (file !== 'off') refuseInside(bounds, file, 'KUBERC');
  const home = join(resolve(here, environment.HOME ?? environment.USERPROFILE ?? ''), '.kube');
  if (files === undefined) refuseInside(bounds, join(home, 'config'), 'HOME');
  if (preferences === undefined) refuseInside(bounds, join(home, 'kuberc'), 'HOME');
  return {
    bounds,
    files: files ?? [join(home, 'config')],
    path,
    folder: root,
    environment: {
      ...environment,
      [variable]: path.join(delimiter),
      PWD: root,
      ...(files === undefined ? {} : { KUBECONFIG: files.join(delimiter) }),
      ...(preferences === undefined ? {} : { KUBERC: preferences.join(delimiter) }),
    },
  };
}

/** Where npm installs programs. It adds this folder of every parent folder to PATH, even outside a checkout. */
function ofPackages(entry: string): boolean {
  return /(?:^|[/\\])node_modules[/\\]\.bin[/\\]?$/.test(entry);
}

/**
 * The files that a variable names, absolute, since programs are started elsewhere; undefined where it names none.
 * KUBERC holds a single path, or `off`: https://kubernetes.io/docs/reference/kubectl/kuberc/
 */
function filesOf(
  variable: 'KUBECONFIG' | 'KUBERC',
  environment: NodeJS.ProcessEnv,
  here: string,
): readonly string[] | undefined {
  const written = environment[variable] ?? '';
  const names = variable === 'KUBECONFIG' ? written.split(delimiter) : [written];
  const files = names
    .filter((name) => name !== '')
    .map((name) => (variable === 'KUBERC' && name === 'off' ? name : resolve(here, name)));
  return files.length === 0 ? undefined : files;
}

function refuseInside(bounds: Bounds, path: string, variable: string): void {
  if (!touchesInside(bounds, path) || (variable === 'HOME' && !isThere(path))) return;
  throw new ClusterProblem(
    'bad-configuration',
    `the configuration of kubectl that ${variable} names is inside the repository, and such a file can name programs to run`,
    `move it out of the repository, such as to ~/.kube, and set KUBECONFIG to its new place; or give the controller's certificate with --cert or its URL with --controller`,
  );
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
