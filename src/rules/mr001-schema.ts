import type { KindSchema, Schema } from '../../imports/crd.ts';
import { kindSchemas } from '../../imports/schemas/index.ts';
import { nearest } from '../plain/nearest.ts';
import { finding, type Located, objects } from './reading/objects.ts';
import { isSopsEncrypted, withoutSops } from './reading/sops.ts';
import type { Finding, Rule } from './rule.ts';
import { refusedPairs } from './schema/pairs.ts';
import { validate } from './schema/validate.ts';

const code = 'MR001';
const prepared = new Map<KindSchema, Schema>();

/** Checks the structure of every object as a strict API server would. */
export const schemaRule: Rule = {
  code,
  title: 'Every object fits the schema of its kind.',
  check: (input) => objects(input).flatMap(checkObject),
};

function checkObject(located: Located): readonly Finding[] {
  const key = `${located.apiVersion}/${located.kind}`;
  const kind = Object.hasOwn(kindSchemas, key) ? kindSchemas[key] : undefined;
  if (kind === undefined) {
    const what = `has apiVersion "${located.apiVersion}" and kind "${located.kind}", and there is no schema for that`;
    return [finding(code, located, '', what, remedyForUnknown(located, key))];
  }
  const object = isSopsEncrypted(located.data) ? withoutSops(located.data) : located.data;
  return [...validate(object, schemaOf(kind), ''), ...refusedPairs(located)].map(({ path, what, remedy }) =>
    finding(code, located, path, what, remedy),
  );
}

function remedyForUnknown({ kind }: Located, key: string): string {
  const versions = Object.values(kindSchemas).filter((it) => it.kind === kind);
  if (versions.length > 0) return `write apiVersion: ${versions.map((it) => it.apiVersion).join(' or ')}`;
  const best = nearest(key, Object.keys(kindSchemas));
  const otherwise =
    'check the spelling of apiVersion and kind; an unknown kind cannot be checked, so apply the object from a file of your own';
  return best === undefined ? otherwise : `did you mean ${best}? else ${otherwise}`;
}

/** The schema with the metadata every object has; CustomResourceDefinitions leave that to the API server. */
function schemaOf(kind: KindSchema): Schema {
  let schema = prepared.get(kind);
  if (schema === undefined) {
    schema = kind.crd === undefined ? kind.schema : withMetadata(kind.schema);
    prepared.set(kind, schema);
  }
  return schema;
}

function withMetadata(schema: Schema): Schema {
  const own = schema.properties?.metadata;
  const metadata: Schema = { $ref: 'meta.v1.ObjectMeta', ...(own === undefined ? {} : { allOf: [own] }) };
  const required = [...new Set([...(schema.required ?? []), 'metadata'])];
  return { ...schema, required, properties: { ...schema.properties, metadata } };
}
