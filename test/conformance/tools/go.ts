import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../harness/programs.ts';
import { installed } from './cache.ts';
import { hasCommand } from './debian.ts';

/** A Go program that is built from its module. */
export interface GoProgram {
  /** Name of the executable. */
  readonly name: string;
  /** Module path, e.g. `sigs.k8s.io/kustomize/kustomize/v5`. */
  readonly module: string;
  /** Module version, e.g. `v5.8.1`. */
  readonly version: string;
  /** Path of the package `main`, or of a file of ours that is one: a program around some packages of the module. */
  readonly package: string | { readonly file: string };
  /** Link-time variables, `path.name` to value. */
  readonly variables?: Readonly<Record<string, string>>;
  /**
   * Version of the modules that the program's own repository replaces by folders of that repository: outside
   * it the folders are missing, and the modules published from them are taken instead.
   */
  readonly stagingVersion?: string;
  /** Path under which the module is fetched, where proxies do not have it under its own (a moved repository). */
  readonly publishedAs?: string;
}

/** `replace` lines for a module that is built from outside its repository; `go install` ignores them. */
function replaceLines(goMod: string, stagingVersion: string | undefined): string[] {
  const lines: string[] = [];
  for (const match of goMod.matchAll(
    /^\s*(?:replace\s+)?(\S+(?: v\S+)?) => (\S+)(?: (v\S+))?\s*(?:\/\/.*)?$/gm,
  )) {
    const [, from = '', to = '', version] = match;
    if (version !== undefined) lines.push(`replace ${from} => ${to} ${version}`);
    else if (stagingVersion !== undefined) lines.push(`replace ${from} => ${from} ${stagingVersion}`);
  }
  return lines;
}

/** Path of the program's executable, built first when it is missing. */
export async function goProgram(program: GoProgram): Promise<string> {
  const folder = await installed({
    name: `${program.name}-${program.version}`,
    proof: program.name,
    build: (half) => build(program, half),
  });
  return join(folder, program.name);
}

async function build(program: GoProgram, half: string): Promise<void> {
  if (!hasCommand('go')) {
    throw new Error(
      `${program.name} is built from its Go module: install Go 1.26 or newer (go is not in PATH)`,
    );
  }
  const source = join(half, 'source');
  mkdirSync(source);
  const published = program.publishedAs ?? program.module;
  const download = await run('go', ['mod', 'download', '-json', `${published}@${program.version}`]);
  const found: unknown = JSON.parse(download);
  if (typeof found !== 'object' || found === null || !('GoMod' in found) || typeof found.GoMod !== 'string') {
    throw new Error(`go mod download says nothing about ${published}@${program.version}`);
  }
  const goMod = readFileSync(found.GoMod, 'utf8');
  const resolved = basename(found.GoMod, '.mod');
  const settings = [...goMod.matchAll(/^(go \S+|godebug default=\S+|\s+default=\S+)$/gm)].map((match) =>
    (match[1] ?? '').trim().replace(/^default=/, 'godebug default='),
  );
  const lines = [
    'module conformance',
    ...settings,
    `require ${program.module} ${resolved}`,
    ...(published === program.module ? [] : [`replace ${program.module} => ${published} ${resolved}`]),
    ...replaceLines(goMod, program.stagingVersion),
  ];
  writeFileSync(join(source, 'go.mod'), `${lines.join('\n')}\n`);
  const env = { GOFLAGS: '-buildvcs=false -mod=mod', GOWORK: 'off' };
  let built = '.';
  if (typeof program.package === 'string') {
    built = program.package;
    const text = `//go:build tools\n\npackage tools\n\nimport _ "${built}"\n`;
    writeFileSync(join(source, 'tools.go'), text);
    await run('go', ['mod', 'tidy'], { cwd: source, env });
  } else {
    // What the rest of the module needs may not be had, and is not needed.
    copyFileSync(program.package.file, join(source, 'main.go'));
  }
  const flags = Object.entries(program.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  const output = join(half, program.name);
  const ldflags = ['-s', '-w', ...flags].join(' ');
  await run('go', ['build', '-ldflags', ldflags, '-o', output, built], { cwd: source, env });
  rmSync(source, { recursive: true, force: true });
}

/** Kubernetes' API server, 1.36. */
export function kubeApiServer(): Promise<string> {
  return kubernetes('kube-apiserver');
}

function kubernetes(name: string): Promise<string> {
  const version = 'v1.36.3';
  return goProgram({
    name,
    module: 'k8s.io/kubernetes',
    version,
    package: `k8s.io/kubernetes/cmd/${name}`,
    // k8s.io/api and its like carry the same release as v0.x.
    stagingVersion: version.replace('v1.', 'v0.'),
    variables: {
      'k8s.io/component-base/version.gitVersion': version,
      'k8s.io/component-base/version.gitMajor': '1',
      'k8s.io/component-base/version.gitMinor': '36',
    },
  });
}

/** Kustomize, in the release that Flux 2.9 builds with. */
export function kustomize(): Promise<string> {
  const module = 'sigs.k8s.io/kustomize/kustomize/v5';
  return goProgram({ name: 'kustomize', module, version: 'v5.8.1', package: module });
}

/** LiveKit's SFU, in the newest release that can be had as a Go module: later ones need modules that are not published. */
export function livekitServer(): Promise<string> {
  const module = 'github.com/livekit/livekit-server';
  return goProgram({ name: 'livekit-server', module, version: 'v1.13.5', package: `${module}/cmd/server` });
}

/** Two clients of LiveKit that connect through TURN only. */
export function livekitRelayClients(): Promise<string> {
  return goProgram({
    name: 'livekit-relay',
    module: 'github.com/livekit/server-sdk-go/v2',
    version: 'v2.18.0',
    package: { file: fileURLToPath(new URL('../harness/livekit-relay.go', import.meta.url)) },
  });
}

/** Traefik as a whole, in the newest release whose modules can all be had. */
export function traefik(): Promise<string> {
  const module = 'github.com/traefik/traefik/v3';
  return goProgram({ name: 'traefik', module, version: 'v3.6.12', package: `${module}/cmd/traefik` });
}

/** Traefik's router: of a newer release than the whole program. */
export function traefikRouter(): Promise<string> {
  return goProgram({
    // The cache knows it by name and version: what it answers is another program's than before.
    name: 'traefik-requests',
    module: 'github.com/traefik/traefik/v3',
    version: 'v3.7.9',
    package: { file: fileURLToPath(new URL('../harness/traefik-router.go', import.meta.url)) },
  });
}

/** The command line of sealed-secrets. */
export function kubeseal(): Promise<string> {
  return sealedSecrets('kubeseal', 'kubeseal');
}

/** The controller of sealed-secrets. */
export function sealedSecretsController(): Promise<string> {
  return sealedSecrets('sealed-secrets-controller', 'controller');
}

function sealedSecrets(name: string, command: string): Promise<string> {
  const module = 'github.com/bitnami/sealed-secrets';
  return goProgram({
    name,
    module,
    version: 'v0.40.0',
    package: `${module}/cmd/${command}`,
    publishedAs: 'github.com/bitnami-labs/sealed-secrets',
  });
}

/** Mozilla's SOPS, as people edit encrypted files with. Its `main.version` is set in the source itself. */
export function sops(): Promise<string> {
  const module = 'github.com/getsops/sops/v3';
  return goProgram({ name: 'sops', module, version: 'v3.13.3', package: `${module}/cmd/sops` });
}

/** age, the program that opens escrow files. */
export function age(): Promise<string> {
  const module = 'filippo.io/age';
  return goProgram({ name: 'age', module, version: 'v1.3.2', package: `${module}/cmd/age` });
}

/** age-keygen, which makes the key files that `age` and SOPS read. */
export function ageKeygen(): Promise<string> {
  const module = 'filippo.io/age';
  return goProgram({ name: 'age-keygen', module, version: 'v1.3.2', package: `${module}/cmd/age-keygen` });
}
