import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { isMapping, type Json, mappings, need, text } from './json.ts';

/** The rendered folder under test: the checkout's `dist/`, or another one named by CONFORMANCE_DIST. */
export const DIST = resolve(
  process.env.CONFORMANCE_DIST ?? fileURLToPath(new URL('../../../dist', import.meta.url)),
);

/** One rendered stack. */
export interface Stack {
  readonly name: string;
  readonly folder: string;
  readonly objects: readonly Json[];
}

/** All files below a folder whose name ends so, sorted. */
export function filesBelow(folder: string, end: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && entry.name.endsWith(end));
  return found.map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** The objects in YAML text of one or more documents. Throws on any error or warning of the YAML reader. */
export function objectsIn(yaml: string, source: string): Json[] {
  return parseAllDocuments(yaml).flatMap((document) => {
    const problem = document.errors[0] ?? document.warnings[0];
    if (problem !== undefined) throw new Error(`${source}: ${problem.message}`);
    const value: unknown = document.toJS();
    if (value === null) return [];
    if (!isMapping(value)) throw new Error(`${source}: a document is not a mapping`);
    return [value];
  });
}

/** The objects of a manifest file. */
export function objectsOf(file: string): Json[] {
  return objectsIn(readFileSync(file, 'utf8'), relative(DIST, file));
}

/** The stack's manifest files: every YAML file but the lists of files. */
export function manifestFiles(folder: string): string[] {
  return filesBelow(folder, '.yaml').filter((file) => !file.endsWith('/kustomization.yaml'));
}

/** Every rendered stack. Throws when there is none: a run that checks nothing must not look green. */
export function stacks(dist = DIST): Stack[] {
  const names = existsSync(dist) ? readdirSync(dist).sort() : [];
  const found = names.filter((name) => existsSync(join(dist, name, 'kustomization.yaml')));
  if (found.length === 0) throw new Error(`no rendered stack in ${dist}: run \`npm run synth\` first`);
  return found.map((name) => {
    const folder = join(dist, name);
    return { name, folder, objects: manifestFiles(folder).flatMap(objectsOf) };
  });
}

/** `Kind namespace/name`, as people call an object. */
export function nameOf(object: unknown): string {
  const namespace = text(object, 'metadata', 'namespace');
  const name = text(object, 'metadata', 'name') ?? '?';
  return `${text(object, 'kind') ?? '?'} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** The pod template of a workload, whatever kind it is; undefined for other objects. */
export function podTemplate(object: Json): Json | undefined {
  const spec = object.spec;
  switch (object.kind) {
    case 'Pod':
      return object;
    case 'CronJob':
      return podTemplateIn(spec, 'jobTemplate', 'spec', 'template');
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicaSet':
    case 'Job':
      return podTemplateIn(spec, 'template');
    default:
      return undefined;
  }
}

function podTemplateIn(spec: unknown, ...path: readonly string[]): Json | undefined {
  const found = path.reduce<unknown>((inner, key) => (isMapping(inner) ? inner[key] : undefined), spec);
  return isMapping(found) ? found : undefined;
}

/** A container of a stack's workload, with everything its surroundings are read from. */
export interface Workload {
  readonly stack: Stack;
  /** The Deployment, StatefulSet, … */
  readonly object: Json;
  readonly template: Json;
  readonly container: Json;
}

/** The first container of the stack (not an init container) of which `matches` is true. */
export function findContainer(stack: Stack, matches: (container: Json) => boolean): Workload | undefined {
  for (const object of stack.objects) {
    const template = podTemplate(object);
    const container = mappings(template, 'spec', 'containers').find(matches);
    if (template !== undefined && container !== undefined) return { stack, object, template, container };
  }
  return undefined;
}

/** A ConfigMap that the workload refers to. Throws when the stack does not have it. */
export function configMapOf(workload: Workload, name: string): Json {
  const found = workload.stack.objects.find(
    (object) => object.kind === 'ConfigMap' && text(object, 'metadata', 'name') === name,
  );
  return need(found, `ConfigMap ${name}, which ${text(workload.object, 'metadata', 'name')} refers to`);
}

/** Repository and tag of an image reference, without digest. */
export function imageParts(image: string): { repository: string; tag: string } {
  const [reference = ''] = image.split('@');
  const colon = reference.lastIndexOf(':');
  const tagged = colon > reference.lastIndexOf('/');
  return tagged
    ? { repository: reference.slice(0, colon), tag: reference.slice(colon + 1) }
    : { repository: reference, tag: '' };
}

/** Whether a container runs an image whose repository's last part is `name`. */
export function runsImage(name: string): (container: Json) => boolean {
  return (container) =>
    imageParts(text(container, 'image') ?? '')
      .repository.split('/')
      .at(-1) === name;
}
