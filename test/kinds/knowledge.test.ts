import { describe, expect, it } from 'vitest';
import type { KindSchema, Schema } from '../../imports/crd.ts';
import { definitions, kindSchemas } from '../../imports/schemas/index.ts';
import { KINDS, kindOf } from '../../src/kinds/index.ts';
import type { Field, KindKnowledge } from '../../src/kinds/kind.ts';
import { keyOfKind } from '../../src/kinds/kind.ts';

/** Every field, such as `spec.routes[].services[].name`, and whether it has no others in it; `*` is any key. */
function fieldsOf(kind: KindSchema): ReadonlyMap<Field, boolean> {
  const found = new Map<Field, boolean>();
  const visit = (schema: Schema, field: Field, around: readonly Schema[]): void => {
    const known = schema.$ref === undefined ? schema : (definitions[schema.$ref] ?? {});
    if (around.includes(known)) return;
    const inside = [...around, known];
    const isGroup = known.properties !== undefined || known.items !== undefined;
    if (field !== '') found.set(field, found.get(field) !== false && !isGroup);
    if (known.items !== undefined) visit(known.items, `${field}[]`, inside);
    if (typeof known.additionalProperties === 'object') {
      visit(known.additionalProperties, `${field}.*`, inside);
    }
    for (const part of [...(known.allOf ?? []), ...(known.anyOf ?? []), ...(known.oneOf ?? [])]) {
      visit(part, field, inside);
    }
    for (const [key, inner] of Object.entries(known.properties ?? {})) {
      visit(inner, field === '' ? key : `${field}.${key}`, inside);
    }
  };
  visit(kind.schema, '', []);
  return found;
}

/** Fields that are called as if they named an object. */
const NAMES =
  /(?:^|\.)(?:name|\w+Names?|\w*[sS]ecret|\w*Ref|service|\w*Transport|\w*[cC]laim|configMap|issuer)(?:\[\])?$/;

/** Fields of this name are about a part of the same object, or of a protocol, in whatever kind. */
const NO_OBJECT =
  /(?:^|\.)(?:metadata\.\w+(?:\[\]\.name)?|(?:containers|initContainers|ephemeralContainers|env|volumes|ports|httpHeaders|sysctls|options)\[\]\.name|port\.name|cookie\.name|resources\.claims\[\]\.name|grpc\.service|(?:volume|container|targetContainer)Name|resourceName|os\.name|gmsaCredentialSpecName|runAsUserName)$/;

function isBelow(field: Field, above: Field): boolean {
  return field === above || field.startsWith(`${above}.`) || field.startsWith(`${above}[`);
}

const entries = Object.values(kindSchemas).map((schema): [string, KindSchema, KindKnowledge | undefined] => [
  schema.kind,
  schema,
  kindOf(schema),
]);

describe.each(entries)('the entry of %s', (_, schema, knowledge) => {
  it('is there: every kind with a schema has one', () => {
    expect(knowledge).toBeDefined();
  });

  it('says of each field with a name what it refers to, or why it is not looked up', () => {
    const { references = [], notChecked = {} } = knowledge ?? {};
    const names = [...fieldsOf(schema)].flatMap(([field, isLeaf]) =>
      isLeaf && NAMES.test(field) ? [field] : [],
    );
    const unknown = names.filter(
      (field) =>
        !NO_OBJECT.test(field) &&
        !references.some((reference) => reference.field === field) &&
        !Object.keys(notChecked).some((above) => isBelow(field, above)),
    );
    expect(unknown).toEqual([]);
  });

  it('names fields that the schema has', () => {
    const fields = fieldsOf(schema);
    const group = (field: Field): Field => field.slice(0, field.lastIndexOf('.') + 1);
    const { references = [], selects = [], immutable = [], amounts } = knowledge ?? {};
    const named: readonly Field[] = [
      ...references.flatMap(({ field, key, port = [], namespace, optional }) => [
        field,
        ...[key, namespace, ...port, ...(optional === true ? ['optional'] : [])].flatMap((next) =>
          next === undefined ? [] : [group(field) + next],
        ),
      ]),
      ...Object.keys(knowledge?.notChecked ?? {}),
      ...(knowledge?.keys ?? []),
      ...(knowledge?.keeps ?? []),
      ...(knowledge?.images ?? []),
      ...(knowledge?.ports === undefined ? [] : [knowledge.ports]),
      ...(knowledge?.explicit ?? []).map((one) => [...one.group, one.key].join('.')),
      ...selects.flatMap(({ field, unless }) => [
        field,
        ...(unless === undefined ? [] : [group(field) + unless]),
      ]),
      ...immutable.map(({ field }) => field),
      ...[amounts?.pods?.field, amounts?.resources, amounts?.volume].flatMap((field) =>
        field === undefined ? [] : [field],
      ),
    ];
    // Parameters of plugins have keys of their own.
    const isKnown = (field: Field): boolean =>
      fields.has(field) || fields.has(`${field.slice(0, field.lastIndexOf('.'))}.*`);
    expect(named.filter((field) => !isKnown(field))).toEqual([]);
  });
});

describe('the kinds', () => {
  it('have one entry each', () => {
    const keys = KINDS.map(keyOfKind);
    expect(keys).toHaveLength(new Set(keys).size);
  });

  it('refer to kinds that have one, and make such', () => {
    const keys = new Set(KINDS.map(keyOfKind));
    const named = KINDS.flatMap(({ references = [], makes }) => [
      ...references.map(({ to }) => to),
      ...(makes?.({ metadata: { name: 'a', namespace: 'b' }, spec: {} }) ?? []).map(({ kind }) => kind),
    ]);
    expect(named.filter((key) => !keys.has(key))).toEqual([]);
  });
});
