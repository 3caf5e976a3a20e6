/**
 * A schema as Kubernetes writes them: the structural part of OpenAPI v3, and three keywords of this project.
 */
export interface Schema {
  /** A name in `definitions`. */
  readonly $ref?: string | undefined;
  readonly type?: string | undefined;
  readonly properties?: Readonly<Record<string, Schema>> | undefined;
  readonly additionalProperties?: Schema | boolean | undefined;
  readonly items?: Schema | undefined;
  readonly required?: readonly string[] | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly default?: unknown;
  readonly nullable?: boolean | undefined;
  /** `quantity` stands on built-in types only, where Kubernetes says it in code. */
  readonly format?: string | undefined;
  readonly pattern?: string | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: boolean | undefined;
  readonly exclusiveMaximum?: boolean | undefined;
  readonly multipleOf?: number | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly uniqueItems?: boolean | undefined;
  readonly minProperties?: number | undefined;
  readonly maxProperties?: number | undefined;
  readonly allOf?: readonly Schema[] | undefined;
  readonly anyOf?: readonly Schema[] | undefined;
  readonly oneOf?: readonly Schema[] | undefined;
  readonly not?: Schema | undefined;
  readonly 'x-kubernetes-int-or-string'?: boolean | undefined;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean | undefined;
  readonly 'x-kubernetes-embedded-resource'?: boolean | undefined;
  readonly 'x-kubernetes-list-type'?: string | undefined;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined;
  readonly 'x-kubernetes-map-type'?: string | undefined;
  readonly 'x-kubernetes-validations'?: readonly unknown[] | undefined;
  /** Groups of fields of which exactly one must stand. */
  readonly 'x-exactly-one-of'?: readonly (readonly string[])[] | undefined;
  /** Groups of fields of which no two may stand together. */
  readonly 'x-at-most-one-of'?: readonly (readonly string[])[] | undefined;
}

/** What is known about one kind of object. */
export interface KindSchema {
  readonly apiVersion: string;
  readonly kind: string;
  /** The kind in URLs and in the names of CustomResourceDefinitions, for example `clusters`. */
  readonly plural: string;
  /** `Namespaced` or `Cluster`. */
  readonly scope: string;
  /** The rest of its CustomResourceDefinition; absent on built-in kinds. */
  readonly crd?: CustomKind;
  /** The object without `status`. */
  readonly schema: Schema;
}

/** The part of a CustomResourceDefinition that checking objects does not need. */
export interface CustomKind {
  readonly names: Readonly<Record<string, unknown>>;
  /** The pull request that approved a group under `k8s.io`. */
  readonly approval?: string;
  readonly subresources?: Readonly<Record<string, unknown>>;
  readonly selectableFields?: readonly unknown[];
}

/** A CustomResourceDefinition with one version, as an API server takes it. */
export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: Readonly<Record<string, unknown>>;
    readonly scope: string;
    readonly versions: readonly {
      readonly name: string;
      readonly served: true;
      readonly storage: true;
      readonly schema: { readonly openAPIV3Schema: Schema };
      readonly subresources?: Readonly<Record<string, unknown>>;
      readonly selectableFields?: readonly unknown[];
    }[];
  };
}

/**
 * Makes the CustomResourceDefinition of a custom kind again, for an API server without the operator.
 * A `status` subresource, which the compact schema does not describe, takes anything.
 *
 * @throws on a built-in kind
 */
export function customResourceDefinition(kind: KindSchema): CustomResourceDefinition {
  const [group, version] = kind.apiVersion.split('/');
  if (kind.crd === undefined || group === undefined || version === undefined) {
    throw new Error(
      `${kind.apiVersion} ${kind.kind} is built into Kubernetes: it has no CustomResourceDefinition`,
    );
  }
  const { names, approval, subresources, selectableFields } = kind.crd;
  const status: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: {
      name: `${kind.plural}.${group}`,
      ...(approval === undefined ? {} : { annotations: { 'api-approved.kubernetes.io': approval } }),
    },
    spec: {
      group,
      names: { kind: kind.kind, plural: kind.plural, ...names },
      scope: kind.scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              ...kind.schema,
              properties: {
                ...kind.schema.properties,
                ...(subresources?.status === undefined ? {} : { status }),
              },
            },
          },
          ...(subresources === undefined ? {} : { subresources }),
          ...(selectableFields === undefined ? {} : { selectableFields }),
        },
      ],
    },
  };
}
