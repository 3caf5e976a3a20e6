/** From CustomResourceDefinitions and Kubernetes definitions to the compact schemas of imports/schemas. */
import { fieldConstraints, typeConstraints } from './constraints.mjs';

/** Keywords that hold prose, or that only matter to clients that merge patches. */
const dropped = new Set([
  'description',
  'example',
  'externalDocs',
  'title',
  'x-kubernetes-group-version-kind',
  'x-kubernetes-patch-merge-key',
  'x-kubernetes-patch-strategy',
  'x-kubernetes-unions',
]);
const schemaMaps = new Set(['properties', 'patternProperties', 'definitions']);
const schemaLists = new Set(['allOf', 'anyOf', 'oneOf']);
const schemas = new Set(['additionalProperties', 'items', 'not']);

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const byKey = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * A copy of a schema without prose, keys sorted; data under `default`, `enum` and the like stays as it is.
 */
export function withoutProse(schema) {
  if (!isObject(schema)) return schema;
  const entries = Object.entries(schema)
    .filter(([key]) => !dropped.has(key))
    .map(([key, value]) => {
      if (schemaMaps.has(key)) {
        return [
          key,
          Object.fromEntries(
            Object.entries(value)
              .sort(byKey)
              .map(([k, v]) => [k, withoutProse(v)]),
          ),
        ];
      }
      if (schemaLists.has(key)) return [key, value.map(withoutProse)];
      if (schemas.has(key)) return [key, withoutProse(value)];
      return [key, value];
    });
  return Object.fromEntries(entries.sort(byKey));
}

function withoutStatus({ properties: { status: _, ...properties }, ...schema }) {
  return { ...schema, properties };
}

/** The CustomResourceDefinition with its storage version alone and no prose: what `cdk8s import` gets. */
export function storageVersionOnly(crd) {
  const version = crd.spec.versions.find(({ storage }) => storage);
  if (version?.served !== true || version.deprecated === true) {
    throw new Error(`${crd.metadata.name}: its storage version is not served, or deprecated; choose by hand`);
  }
  const schema = withoutProse(version.schema.openAPIV3Schema);
  const { additionalPrinterColumns: _, ...rest } = version;
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: crd.metadata.name },
    spec: { ...crd.spec, versions: [{ ...rest, schema: { openAPIV3Schema: schema } }] },
  };
}

/** The compact schema of a custom kind: enough to check objects, and to make its definition again. */
export function compactCustomKind(crd, annotations = {}) {
  const { group, names, scope, versions } = storageVersionOnly(crd).spec;
  const [{ name, schema, subresources, selectableFields }] = versions;
  const { kind, plural, ...otherNames } = names;
  // Groups under k8s.io are refused without this annotation.
  const approval = annotations['api-approved.kubernetes.io'];
  return {
    apiVersion: `${group}/${name}`,
    kind,
    plural,
    scope,
    crd: {
      names: Object.fromEntries(Object.entries(otherNames).sort(byKey)),
      ...(approval === undefined ? {} : { approval }),
      ...(subresources === undefined ? {} : { subresources }),
      ...(selectableFields === undefined ? {} : { selectableFields }),
    },
    schema: withoutStatus(schema.openAPIV3Schema),
  };
}

/** `io.k8s.api.core.v1.Pod` -> `core.v1.Pod`. */
const shortName = (name) => name.split('.').slice(-3).join('.');

/** The built-in types that `roots` need, by short name, with the constraints written in. */
export function compactDefinitions(definitions, roots) {
  const all = new Map();
  for (const [name, schema] of Object.entries(definitions)) {
    if (!name.startsWith('io.k8s.')) continue;
    const short = shortName(name);
    // metrics.k8s.io and the like repeat short names; only a clash between reachable types matters.
    all.set(short, all.has(short) ? undefined : schema);
  }
  const result = {};
  const wanted = [...roots, 'meta.v1.ObjectMeta'];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (result[name] !== undefined) continue;
    if (all.get(name) === undefined) throw new Error(`no single Kubernetes definition is called ${name}`);
    let schema = constrained(name, special(name) ?? withoutProse(all.get(name)));
    if (roots.includes(name) && schema.properties.status !== undefined) schema = withoutStatus(schema);
    result[name] = JSON.parse(JSON.stringify(schema), (key, value) => {
      if (key !== '$ref') return value;
      const short = shortName(value);
      wanted.push(short);
      return short;
    });
  }
  for (const name of [...Object.keys(fieldConstraints), ...Object.keys(typeConstraints)]) {
    if (result[name] === undefined) throw new Error(`constraints.mjs: no type ${name} is used`);
  }
  return Object.fromEntries(Object.entries(result).sort(byKey));
}

/** Types that the definitions describe too loosely. */
function special(name) {
  if (name === 'api.resource.Quantity') return { format: 'quantity' };
  if (name === 'util.intstr.IntOrString') return { 'x-kubernetes-int-or-string': true };
  if (name === 'meta.v1.FieldsV1') return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return undefined;
}

function constrained(name, schema) {
  const properties = { ...schema.properties };
  for (const [field, keywords] of Object.entries(fieldConstraints[name] ?? {})) {
    if (properties[field] === undefined) throw new Error(`constraints.mjs: ${name} has no field ${field}`);
    properties[field] = { ...properties[field], ...keywords };
  }
  const { required = [], ...choices } = typeConstraints[name] ?? {};
  for (const field of [...required, ...Object.values(choices).flat(2)]) {
    if (properties[field] === undefined) throw new Error(`constraints.mjs: ${name} has no field ${field}`);
  }
  const allRequired = [...new Set([...(schema.required ?? []), ...required])].sort();
  return {
    ...schema,
    ...choices,
    ...(allRequired.length > 0 ? { required: allRequired } : {}),
    ...(schema.properties === undefined ? {} : { properties }),
  };
}
