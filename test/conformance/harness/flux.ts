import { dirname, join } from 'node:path';
import { DIST, filesBelow, objectsOf, type Stack } from './dist.ts';
import { type Json, mappings, need, text } from './json.ts';

/** One of Flux's Kustomizations: a folder that is applied as a whole. */
export interface FluxLayer {
  readonly name: string;
  readonly folder: string;
  readonly object: Json;
}

/** Objects of `dist/flux/`, where the stacks' Kustomizations stand. */
export function fluxObjects(dist = DIST): Json[] {
  return filesBelow(join(dist, 'flux'), '.yaml')
    .filter((file) => !file.endsWith('/kustomization.yaml'))
    .flatMap(objectsOf);
}

/** The stack's layers, each after those it depends on; throws on a circle or an unknown dependency. */
export function layersOf(stack: Stack): FluxLayer[] {
  const dist = dirname(stack.folder);
  const own = fluxObjects(dist).filter((object) => {
    const path = text(object, 'spec', 'path') ?? '';
    return (
      text(object, 'apiVersion') === 'kustomize.toolkit.fluxcd.io/v1' && path.split('/').includes(stack.name)
    );
  });
  const byName = new Map(own.map((object) => [text(object, 'metadata', 'name') ?? '?', object]));
  const ordered: FluxLayer[] = [];
  const visit = (name: string, above: readonly string[]): void => {
    if (ordered.some((layer) => layer.name === name)) return;
    if (above.includes(name)) throw new Error(`dependsOn goes round: ${[...above, name].join(' -> ')}`);
    const object = need(byName.get(name), `Flux Kustomization ${name}, which ${above.at(-1)} depends on`);
    for (const dependency of mappings(object, 'spec', 'dependsOn')) {
      visit(need(text(dependency, 'name'), `name of a dependency of ${name}`), [...above, name]);
    }
    // The path starts at the repository's top: what stands before the stack's folder is where dist/ lies there.
    const path = need(text(object, 'spec', 'path'), `spec.path of ${name}`).split('/');
    const below = path.slice(path.indexOf(stack.name));
    ordered.push({ name, folder: join(dist, ...below), object });
  };
  for (const name of byName.keys()) visit(name, []);
  if (ordered.length === 0) throw new Error(`no Flux Kustomization leads to ${stack.folder}`);
  return ordered;
}

const EARLY = ['CustomResourceDefinition', 'Namespace', 'ClusterRole'];
const FIRST_KINDS = [
  'ResourceQuota',
  'ServiceAccount',
  'Role',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'Service',
  'LimitRange',
  'Deployment',
  'StatefulSet',
  'CronJob',
  'PodDisruptionBudget',
];

/**
 * Splits a layer's objects into the stages in which Flux applies them, in its order: definitions and namespaces,
 * classes, everything else (fluxcd/pkg, ssa/manager_apply.go and ssa/sort.go).
 */
export function stages(objects: readonly Json[]): Json[][] {
  const kind = (object: Json): string => text(object, 'kind') ?? '';
  const group = (object: Json): string =>
    (text(object, 'apiVersion') ?? '').split('/').slice(0, -1).join('/');
  const rank = (object: Json): number => {
    const place = FIRST_KINDS.indexOf(kind(object));
    if (kind(object).endsWith('WebhookConfiguration')) return FIRST_KINDS.length + 1;
    return place < 0 ? FIRST_KINDS.length : place;
  };
  const order = (a: Json, b: Json): number =>
    rank(a) - rank(b) || group(a).localeCompare(group(b), 'en') || kind(a).localeCompare(kind(b), 'en');
  const early = objects.filter((object) => EARLY.includes(kind(object)));
  const classes = objects.filter((object) => kind(object).endsWith('Class'));
  const rest = objects.filter((object) => !early.includes(object) && !classes.includes(object));
  return [early, classes, rest].filter((stage) => stage.length > 0).map((stage) => [...stage].sort(order));
}
