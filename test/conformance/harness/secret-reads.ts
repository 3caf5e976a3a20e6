import { nameOf, podTemplate, type Stack } from './dist.ts';
import { type Json, mappings, need, text } from './json.ts';

/** The keys of Secrets that a workload's pods read, as `secret/key`; throws on a Secret that is read whole. */
export function secretsReadBy(workload: Json): string[] {
  const spec = podTemplate(workload)?.spec;
  const read: string[] = [];
  for (const container of [...mappings(spec, 'initContainers'), ...mappings(spec, 'containers')]) {
    for (const variable of mappings(container, 'env')) {
      const [name, key] = ['name', 'key'].map((part) => text(variable, 'valueFrom', 'secretKeyRef', part));
      if (name !== undefined) read.push(`${name}/${need(key, `a key of ${name}`)}`);
    }
    if (mappings(container, 'envFrom').some((from) => 'secretRef' in from)) throw whole(workload);
  }
  for (const volume of mappings(spec, 'volumes')) {
    for (const [source, field] of [
      [volume.secret, 'secretName'],
      ...mappings(volume, 'projected', 'sources').map((one) => [one.secret, 'name'] as const),
    ] as const) {
      const name = text(source, field);
      if (name === undefined) continue;
      const items = mappings(source, 'items');
      if (items.length === 0) throw whole(workload);
      for (const item of items) read.push(`${name}/${need(text(item, 'key'), `a key of ${name}`)}`);
    }
  }
  return [...new Set(read)].sort();
}

function whole(workload: Json): Error {
  return new Error(`${nameOf(workload)} reads a Secret whole: nothing says which keys it needs`);
}

/** The keys that a stack's pods read and that nothing in the cluster makes, as `secret/key`. */
export function secretsNeeded(stack: Stack): string[] {
  // CloudNativePG makes the account of each Cluster (https://cloudnative-pg.io/docs/1.28/applications).
  const accounts = stack.objects
    .filter((object) => object.kind === 'Cluster')
    .map((cluster) => `${text(cluster, 'metadata', 'name')}-app/`);
  // cert-manager writes the certificate of each Certificate.
  const certificates = stack.objects
    .filter((object) => object.kind === 'Certificate')
    .map((certificate) => `${text(certificate, 'spec', 'secretName')}/`);
  const made = [...accounts, ...certificates];
  const read = new Set(stack.objects.flatMap(secretsReadBy));
  return [...read].filter((id) => !made.some((secret) => id.startsWith(secret))).sort();
}
