import { CONFIG_MAP, SECRET } from './keys.ts';
import type { Field, Reference } from './kind.ts';

/** A group that names a Secret, as `{name, key}`. */
export function secretKey(group: Field): Reference {
  return { field: `${group}.name`, to: SECRET, key: 'key' };
}

/** A group that names a ConfigMap, as `{name, key}`. */
export function configMapKey(group: Field): Reference {
  return { field: `${group}.name`, to: CONFIG_MAP, key: 'key' };
}

/** What single variables are read from: `env` of a group. */
export function variables(group: Field): readonly Reference[] {
  return [
    { ...secretKey(`${group}.env[].valueFrom.secretKeyRef`), optional: true },
    { ...configMapKey(`${group}.env[].valueFrom.configMapKeyRef`), optional: true },
  ];
}

/** What all variables of a program are read from: `env` and `envFrom` of a group. */
export function environment(group: Field): readonly Reference[] {
  return [
    ...variables(group),
    { field: `${group}.envFrom[].secretRef.name`, to: SECRET, whole: true, optional: true },
    { field: `${group}.envFrom[].configMapRef.name`, to: CONFIG_MAP, whole: true, optional: true },
  ];
}

/** What a projected volume is made of. */
export function projected(sources: Field): readonly Reference[] {
  return [
    { field: `${sources}.secret.name`, to: SECRET, key: 'items[].key', optional: true },
    { field: `${sources}.configMap.name`, to: CONFIG_MAP, key: 'items[].key', optional: true },
  ];
}
