import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { customResourceDefinition, type KindSchema, type Schema } from '../../imports/crd.ts';
import { definitions, kindSchemas } from '../../imports/schemas/index.ts';

const kinds = Object.entries(kindSchemas);
const custom = Object.values(kindSchemas).filter((kind) => kind.crd !== undefined);

/** Every schema inside a schema, itself first. */
function inside(schema: Schema): readonly Schema[] {
  const { properties = {}, additionalProperties, items, not, allOf = [], anyOf = [], oneOf = [] } = schema;
  const children = [...Object.values(properties), ...allOf, ...anyOf, ...oneOf];
  if (typeof additionalProperties === 'object') children.push(additionalProperties);
  if (items !== undefined) children.push(items);
  if (not !== undefined) children.push(not);
  return [schema, ...children.flatMap(inside)];
}

function kindOf(key: string): KindSchema {
  const kind = kindSchemas[key];
  if (kind === undefined) throw new Error(`no schema of ${key}`);
  return kind;
}

describe('compact schemas', () => {
  it.each(kinds)('of %s are named by what they hold, and say what every object needs', (key, kind) => {
    expect(`${kind.apiVersion}/${kind.kind}`).toBe(key);
    expect(['Namespaced', 'Cluster']).toContain(kind.scope);
    expect(kind.plural).toMatch(/^[a-z]+$/);
    const root = kind.schema.$ref === undefined ? kind.schema : definitions[kind.schema.$ref];
    expect(Object.keys(root?.properties ?? {})).toEqual(
      expect.arrayContaining(['apiVersion', 'kind', 'metadata']),
    );
    expect(root?.properties).not.toHaveProperty('status');
  });

  it('hold no prose, and refer to nothing that is not there', () => {
    for (const schema of [...Object.values(definitions), ...kinds.map(([, kind]) => kind.schema)].flatMap(
      inside,
    )) {
      expect(schema).not.toHaveProperty('description');
      if (schema.$ref !== undefined) expect(definitions).toHaveProperty([schema.$ref]);
    }
  });

  it('stand in one file each, all of them listed', () => {
    const files = readdirSync(new URL('../../imports/schemas/', import.meta.url)).filter((it) =>
      it.endsWith('.json'),
    );
    expect(files).toHaveLength(kinds.length + 1);
  });

  it('keep CEL rules and what Kubernetes says of lists', () => {
    const all = custom.flatMap((kind) => inside(kind.schema));
    expect(all.filter((it) => it['x-kubernetes-validations'] !== undefined).length).toBeGreaterThan(5);
    expect(all.some((it) => it['x-kubernetes-list-type'] === 'map')).toBe(true);
    expect(all.some((it) => it['x-kubernetes-preserve-unknown-fields'] === true)).toBe(true);
  });

  it('hold what Kubernetes checks in code', () => {
    expect(definitions['core.v1.ServicePort']?.properties?.protocol?.enum).toEqual(['SCTP', 'TCP', 'UDP']);
    expect(definitions['core.v1.Container']?.required).toEqual(['image', 'name']);
  });
});

describe('customResourceDefinition', () => {
  it.each(custom)('makes a definition of $kind again', (kind) => {
    const crd = customResourceDefinition(kind);
    const [group] = kind.apiVersion.split('/');
    expect(crd.metadata.name).toBe(`${kind.plural}.${group}`);
    expect(crd.spec.group).toBe(group);
    expect(crd.spec.names).toMatchObject({
      kind: kind.kind,
      plural: kind.plural,
      listKind: `${kind.kind}List`,
    });
    expect(crd.spec.names.singular).toBe(kind.kind.toLowerCase());
    expect(crd.spec.versions).toHaveLength(1);
    const [version] = crd.spec.versions;
    expect(`${group}/${version?.name}`).toBe(kind.apiVersion);
    expect(version).toMatchObject({ served: true, storage: true });
    const schema = version?.schema.openAPIV3Schema;
    expect(schema?.type).toBe('object');
    const status = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
    expect(schema?.properties?.status).toEqual(version?.subresources === undefined ? undefined : status);
  });

  it.each(custom)('gives $kind a structural schema', (kind) => {
    // https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
    const structural = (schema: Schema, path: string): void => {
      const typed =
        schema.type !== undefined ||
        schema['x-kubernetes-int-or-string'] === true ||
        schema['x-kubernetes-preserve-unknown-fields'] === true;
      expect(typed, path).toBe(true);
      expect(
        Object.keys(schema).filter((key) => key.startsWith('x-') && !key.startsWith('x-kubernetes-')),
      ).toEqual([]);
      expect(schema).not.toHaveProperty('$ref');
      for (const [key, child] of Object.entries(schema.properties ?? {})) structural(child, `${path}.${key}`);
      if (schema.items !== undefined) structural(schema.items, `${path}[]`);
      if (typeof schema.additionalProperties === 'object')
        structural(schema.additionalProperties, `${path}{}`);
    };
    for (const version of customResourceDefinition(kind).spec.versions)
      structural(version.schema.openAPIV3Schema, kind.kind);
  });

  it('keeps what an API server asks of groups under k8s.io', () => {
    const kind = {
      ...kindOf('cert-manager.io/v1/Certificate'),
      crd: { names: {}, approval: 'https://example.org/1' },
    };
    expect(customResourceDefinition(kind).metadata.annotations).toEqual({
      'api-approved.kubernetes.io': 'https://example.org/1',
    });
  });

  it('refuses built-in kinds', () => {
    expect(() => customResourceDefinition(kindOf('v1/Pod'))).toThrow('v1 Pod is built into Kubernetes');
  });
});

/** The classes of a generated file, with what each renders. */
function classesIn(text: string): readonly { name: string; apiVersion: string; kind: string }[] {
  const shape = /^export class (\w+) extends ApiObject \{[\s\S]*?apiVersion: '([^']+)',\s+kind: '([^']+)'/gm;
  return [...text.matchAll(shape)].map(([, name = '', apiVersion = '', kind = '']) => ({
    name,
    apiVersion,
    kind,
  }));
}

/** The class of a kind under its plain name: cdk8s writes `HttpRoute` for an HTTPRoute, and `RouteV1Beta1` for a second version. */
function classOf(
  text: string,
  { apiVersion, kind }: Pick<KindSchema, 'apiVersion' | 'kind'>,
): string | undefined {
  const found = classesIn(text).find((one) => one.apiVersion === apiVersion && one.kind === kind);
  return found?.name.toLowerCase() === kind.toLowerCase() ? found.name : undefined;
}

describe('imports', () => {
  it('give every custom kind a class under its own name', () => {
    for (const kind of custom) {
      const [group] = kind.apiVersion.split('/');
      const text = readFileSync(new URL(`../../imports/${group}.ts`, import.meta.url), 'utf8');
      expect(classOf(text, kind), kind.kind).toBeDefined();
    }
  });

  it('may spell capitals otherwise than the kind, and nothing else', () => {
    const text = (name: string, version: string): string =>
      `export class ${name} extends ApiObject {\n  GVK = {\n    apiVersion: 'x.io/${version}',\n    kind: 'HTTPRoute',\n  }\n}\n`;
    const both = text('HttpRoute', 'v1') + text('HttpRouteV1Beta1', 'v1beta1');
    expect(classOf(both, { apiVersion: 'x.io/v1', kind: 'HTTPRoute' })).toBe('HttpRoute');
    expect(classOf(both, { apiVersion: 'x.io/v1beta1', kind: 'HTTPRoute' })).toBeUndefined();
    expect(classOf(both, { apiVersion: 'x.io/v2', kind: 'HTTPRoute' })).toBeUndefined();
  });
});
