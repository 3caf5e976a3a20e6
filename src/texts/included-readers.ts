import type { Stack } from '../../charts/stack/stack.ts';
import { isRecord } from '../plain/data.ts';
import type { SecretSpec } from '../system/secrets.ts';

/** Names of included objects that read a key of a Secret: by a variable, or as a whole. */
export function includedReaders(
  { included }: Pick<Stack, 'included'>,
  { name, places }: Pick<SecretSpec, 'name' | 'places'>,
  key: string,
): readonly string[] {
  const namespaces = new Set(places.map(({ namespace }) => namespace));
  const found = included
    .flatMap(({ objects }) => objects.map(({ manifest }) => manifest))
    .filter(({ metadata, spec }) => namespaces.has(metadata.namespace ?? '') && reads(spec, name, key))
    .map(({ metadata }) => metadata.name);
  return [...new Set(found)];
}

/** Whether something in a value names the Secret in one of the ways of Kubernetes. */
function reads(value: unknown, secret: string, key: string): boolean {
  if (Array.isArray(value)) return value.some((item) => reads(item, secret, key));
  if (!isRecord(value)) return false;
  return Object.entries(value).some(([field, inner]) => {
    if (field === 'secretName') return inner === secret;
    if (field === 'secretKeyRef') return isRecord(inner) && inner.name === secret && inner.key === key;
    const isReference = field === 'secretRef' || field === 'secret';
    return (isReference && isRecord(inner) && inner.name === secret) || reads(inner, secret, key);
  });
}
