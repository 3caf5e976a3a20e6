import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { FileProblem } from '../files/problem.ts';
import { readText } from '../files/read.ts';
import { data as mapping } from '../plain/data.ts';
import { ClusterProblem } from './problem.ts';
import type { Person } from './surroundings.ts';

/** One entry of a kubeconfig, and the file that it is from: paths in it count from there. */
export interface Entry {
  readonly name: string;
  readonly file: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Whom to ask, and as whom. */
export interface KubeContext {
  readonly cluster: Entry;
  /** Undefined for nobody in particular. */
  readonly user: Entry | undefined;
}

/** The file of a kubeconfig, as far as it is needed. */
interface KubeFile {
  readonly currentContext: string;
  readonly clusters: readonly Entry[];
  readonly users: readonly Entry[];
  readonly contexts: readonly Entry[];
}

const OTHERWISE = "or give the controller's certificate with --cert or its URL with --controller";

/**
 * The context to use, put together from the files as kubectl does it: of each name the first one counts, and of
 * `current-context` the first that says anything.
 * https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/#merging-kubeconfig-files
 *
 * @param wanted name of a context. @default - the current one
 * @throws ClusterProblem
 */
export function kubeContext(person: Person, wanted?: string): KubeContext {
  const files = person.files.flatMap((file) => fileAt(person, file) ?? []);
  if (files.length === 0) {
    const pod = wanted === undefined ? podContext(person.environment) : undefined;
    if (pod !== undefined) return pod;
    throw new ClusterProblem(
      'bad-configuration',
      `no kubeconfig was found at ${person.files.join(', ')}`,
      `log in to the cluster, set KUBECONFIG to the file, ${OTHERWISE}`,
    );
  }
  const shown = person.files.join(', ');
  const current = files.find(({ currentContext }) => currentContext !== '')?.currentContext;
  const name = wanted ?? current;
  if (name === undefined) {
    throw new ClusterProblem(
      'bad-configuration',
      `the kubeconfig has no current context (${shown})`,
      `name one with --context; kubectl config get-contexts lists them`,
    );
  }
  const context = find(
    files.flatMap(({ contexts }) => contexts),
    name,
  );
  if (context === undefined) {
    throw new ClusterProblem(
      'bad-configuration',
      `the kubeconfig has no context "${name}" (${shown})`,
      'kubectl config get-contexts lists those that it has',
    );
  }
  const entryOf = (kind: 'cluster' | 'user', entries: readonly Entry[]): Entry | undefined => {
    const named = textOf(context.data[kind]);
    if (named === undefined) return undefined;
    const entry = find(entries, named);
    if (entry !== undefined) return entry;
    throw new ClusterProblem(
      'bad-configuration',
      `${context.file}: the context "${name}" names the ${kind} "${named}", which is not there`,
      `add it, or name another context with --context`,
    );
  };
  const clusters = files.flatMap((file) => file.clusters);
  const users = files.flatMap((file) => file.users);
  const cluster = entryOf('cluster', clusters);
  if (cluster === undefined) {
    throw new ClusterProblem(
      'bad-configuration',
      `${context.file}: the context "${name}" names no cluster`,
      'name another context with --context',
    );
  }
  return { cluster, user: entryOf('user', users) };
}

/** A non-empty text, and undefined for everything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function find(entries: readonly Entry[], name: string): Entry | undefined {
  return entries.find((entry) => entry.name === name);
}

/** undefined if the file is missing, which kubectl ignores too. */
function fileAt(person: Person, file: string): KubeFile | undefined {
  const text = textIn(person, file);
  if (text === undefined) return undefined;
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = counter.linePos(error.pos[0]);
    // What the parser says may quote the line, and with it a token.
    throw new ClusterProblem(
      'bad-configuration',
      `${file}:${line}:${col} the kubeconfig is not valid YAML here (${error.code})`,
      'correct it; kubectl config view shows what kubectl makes of it',
    );
  }
  const data = mapping(plain(document, file));
  const entries = (key: string, inner: string): readonly Entry[] => {
    const list: unknown = data[key];
    const all: readonly unknown[] = Array.isArray(list) ? list : [];
    return all.map(mapping).flatMap((one) => {
      const name = textOf(one.name);
      return name === undefined ? [] : [{ name, file, data: mapping(one[inner]) }];
    });
  };
  return {
    currentContext: textOf(data['current-context']) ?? '',
    clusters: entries('clusters', 'cluster'),
    users: entries('users', 'user'),
    contexts: entries('contexts', 'context'),
  };
}

function plain(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS();
  } catch {
    throw new ClusterProblem(
      'bad-configuration',
      `${file}: the kubeconfig repeats parts of itself without end (YAML aliases)`,
      'write them out',
    );
  }
}

function textIn({ bounds }: Person, file: string): string | undefined {
  try {
    return readText(bounds, file);
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.kind === 'missing') return undefined;
    throw new ClusterProblem('bad-configuration', `the kubeconfig ${file}: ${error.what}`, error.remedy);
  }
}

/** Where a pod finds its account. */
const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** In a pod, for example of a CI system: its own account. */
function podContext({
  KUBERNETES_SERVICE_HOST: host = '',
  KUBERNETES_SERVICE_PORT: port = '',
}: NodeJS.ProcessEnv): KubeContext | undefined {
  if (host === '' || port === '') return undefined;
  const entry = { name: 'pod', file: resolve(ACCOUNT, 'kubeconfig') };
  const server = `https://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    cluster: { ...entry, data: { server, 'certificate-authority': 'ca.crt' } },
    user: { ...entry, data: { tokenFile: 'token' } },
  };
}

/** A path in an entry, absolute. */
export function pathIn({ file }: Entry, path: string): string {
  return resolve(dirname(file), path);
}
