import { mapping, parsed } from './json.ts';
import { kubectlFor, type Program } from './kubectl-program.ts';
import { Busy, ClusterProblem, type ClusterProblemKind, tooLarge } from './problem.ts';
import type { Request, Transport } from './transport.ts';

/** A Service of the cluster, reached through kubectl and the API server. */
export interface ServiceAddress {
  readonly namespace: string;
  readonly name: string;
  /** Of the kubectl configuration. @default - the current one */
  readonly context?: string;
  /** The folder with the stack files: no program of their repository is run. @default - that of the current folder alone */
  readonly stacks?: string;
}

/** Whose kubectl is run, and with what: for tests. */
export interface Surroundings {
  /** @default - that of this process */
  readonly environment?: NodeJS.ProcessEnv;
  /** The folder that the command runs in. @default - the current one */
  readonly here?: string;
}

/** What kubectl writes to standard error is only looked at, and never long. */
const STDERR_LIMIT = 16_384;
/** A Service, with whatever its owners noted on it. */
const SERVICE_LIMIT = 512 * 1024;

/**
 * The way through kubectl: the API server passes the request on to the Service's first port, found by its name
 * as kubeseal does, since the permissions that come with the controller name exactly that path.
 *
 * @throws ClusterProblem when namespace or name cannot be ones
 */
export function throughKubectl(service: ServiceAddress, surroundings: Surroundings = {}): Transport {
  const { namespace, name, context, stacks } = service;
  const { environment = process.env, here = process.cwd() } = surroundings;
  for (const [what, value] of [
    ['namespace', namespace],
    ['name', name],
  ]) {
    // They become part of a path.
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value ?? '')) {
      const remedy = 'use lower-case letters, digits and -, as kubectl get services shows it';
      throw new ClusterProblem('bad-address', `the controller's ${what} cannot be one`, remedy);
    }
  }
  const shown = `Service ${namespace}/${name}`;
  const services = `/api/v1/namespaces/${namespace}/services`;
  const flags = context === undefined ? [] : [`--context=${context}`];
  let port: Promise<string> | undefined;
  let kubectl: Program | undefined;

  const run = async (args: readonly string[], request: Omit<Request, 'path' | 'method'>): Promise<string> => {
    const seconds = Math.max(1, Math.ceil((request.deadline - Date.now()) / 1000));
    kubectl ??= kubectlFor(environment, here, stacks);
    return start(kubectl, [...flags, `--request-timeout=${seconds}s`, ...args], shown, request);
  };
  const firstPort = async (deadline: number): Promise<string> => {
    const text = await run(['get', '--raw', `${services}/${name}`], { limit: SERVICE_LIMIT, deadline });
    const found = portName(text);
    if (found !== undefined) return found;
    const what = `${shown}: kubectl says nothing of its ports`;
    throw new ClusterProblem('unexpected', what, "is it the controller's Service?");
  };
  return {
    name: shown,
    send: async (request) => {
      port ??= firstPort(request.deadline);
      const path = `${services}/http:${name}:${await port}/proxy${request.path}`;
      return request.method === 'GET'
        ? run(['get', '--raw', path], request)
        : run(['create', '--raw', path, '-f', '-'], request);
    },
  };
}

/** The name of a Service's first port, which may be empty; undefined when the text is no Service. */
function portName(text: string): string | undefined {
  const { ports } = mapping(mapping(parsed(text)).spec);
  if (!Array.isArray(ports) || ports.length === 0) return undefined;
  const { name = '' } = mapping(ports[0]);
  // It becomes part of a path.
  return typeof name === 'string' && /^[-a-z0-9]*$/.test(name) ? name : undefined;
}

/** Runs kubectl to its end and gives its output. */
function start(
  program: Program,
  args: readonly string[],
  shown: string,
  { body, limit, deadline }: Omit<Request, 'path' | 'method'>,
): Promise<string> {
  const { spawn } = process.getBuiltinModule('node:child_process');
  return new Promise((resolve, reject) => {
    const { file, environment: env, folder: cwd } = program;
    const child = spawn(file, args, { stdio: 'pipe', windowsHide: true, cwd, env });
    const out: Buffer[] = [];
    let [size, stderr] = [0, ''];
    const fail = (problem: ClusterProblem): void => {
      reject(problem);
      child.kill('SIGKILL');
      // What kubectl itself started may still hold the pipes.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const timer = setTimeout(
      () => {
        const what = `${shown}: kubectl gave no complete answer in time`;
        fail(new ClusterProblem('timeout', what, 'does kubectl get nodes answer? If so, run it again'));
      },
      Math.max(0, deadline - Date.now()),
    );
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) fail(tooLarge(limit));
      else out.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_LIMIT) stderr += chunk.toString('utf8');
    });
    // kubectl may end before it has read everything.
    child.stdin.on('error', () => {});
    child.on('error', (error) => {
      clearTimeout(timer);
      fail(notStarted(error));
    });
    child.on('close', (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(out).toString('utf8'));
      else reject(problemOf(shown, code, stderr));
    });
    child.stdin.end(body ?? '');
  });
}

function notStarted(error: Error): ClusterProblem {
  const code = 'code' in error ? String(error.code) : 'unknown';
  return new ClusterProblem('kubectl-failed', `kubectl cannot be started (${code})`, 'install it again');
}

/** What kubectl says, in its own words, and what that means; the first that fits counts. */
const MEANINGS: readonly (readonly [RegExp, ClusterProblemKind, string])[] = [
  [/\(Unauthorized\)|must be logged in/, 'unauthorized', 'log in to the cluster again'],
  [
    /\(Forbidden\)/,
    'forbidden',
    'ask for the role sealed-secrets-service-proxier in its namespace, or give the URL of a kubectl port-forward',
  ],
  [
    /no endpoints available|error trying to reach service|\(ServiceUnavailable\)/,
    'unreachable',
    'is its pod running, and may the API server reach it? If not, give the URL of a kubectl port-forward',
  ],
  [
    /\(NotFound\)/,
    'not-found',
    "give the namespace and name of the controller's Service: kubectl get services --all-namespaces",
  ],
  [
    /Unable to connect to the server|connection to the server .* was refused/,
    'unreachable',
    'does kubectl get nodes answer?',
  ],
  [
    /\(Timeout\)|deadline exceeded|Client\.Timeout/,
    'timeout',
    'does kubectl get nodes answer? If so, run it again',
  ],
  [/\(InternalError\)/, 'refused', "the controller's log says why"],
];

/** Lines that kubectl writes itself; what plug-ins of its configuration write is nobody's business. */
const OWN_LINE =
  /^(?:error: |Error from server|Unable to connect to the server|The connection to the server)/;

function problemOf(shown: string, code: number | null, stderr: string): ClusterProblem {
  if (/\(TooManyRequests\)/.test(stderr)) return new Busy(shown, 1);
  const line = stderr.split('\n').find((it) => OWN_LINE.test(it)) ?? `kubectl ended with ${code}`;
  // Control characters must not reach a terminal.
  const said = line
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, 300)
    .replace(/[\s.?;]+$/, '');
  const [, kind = 'kubectl-failed', remedy = 'does kubectl get nodes work?'] =
    MEANINGS.find(([pattern]) => pattern.test(said)) ?? [];
  return new ClusterProblem(kind, `${shown}: ${said}`, remedy);
}
