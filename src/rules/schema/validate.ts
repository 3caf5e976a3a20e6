import type { Schema } from '../../../imports/crd.ts';
import { definitions } from '../../../imports/schemas/index.ts';
import { type Data, isRecord } from '../../plain/data.ts';
import { suggestion } from '../../plain/nearest.ts';
import { fieldPath, itemPath } from '../reading/data.ts';
import { isQuantity } from './formats.ts';
import { repeatedItems } from './lists.ts';
import type { Problem } from './problem.ts';
import { quantityRemedy, scalarProblems, typeOf } from './scalars.ts';

/**
 * Every way in which a value breaks its schema, as an API server with strict field validation sees it:
 * unknown
 * fields are errors, and a default fills a required field. CEL rules are left to the API server.
 */
export function validate(value: unknown, schema: Schema, path: string): readonly Problem[] {
  const problems: Problem[] = [];
  check(value, schema, path, { strict: true, problems });
  return problems;
}

interface Context {
  /** Off below `allOf`, `anyOf`, `oneOf` and `not`, which restate fields of the schema around them. */
  readonly strict: boolean;
  readonly problems: Problem[];
}

function check(value: unknown, schema: Schema, path: string, context: Context): void {
  if (schema.$ref !== undefined) {
    const target = definitions[schema.$ref];
    if (target === undefined) throw new Error(`imports/schemas has no definition ${schema.$ref}`);
    check(value, target, path, context);
  }
  if (value === null) {
    if (schema.nullable !== true && schema.$ref === undefined && isTyped(schema)) {
      context.problems.push({ path, what: 'is null', remedy: 'remove the field or give it a value' });
    }
    return;
  }
  if (!hasType(value, schema)) {
    const what = `is ${typeOf(value)}, but ${expected(schema)} is expected`;
    context.problems.push({ path, what, remedy: typeRemedy(value, schema) });
    return;
  }
  context.problems.push(...scalarProblems(value, schema, path));
  if (Array.isArray(value)) checkList(value, schema, path, context);
  if (isRecord(value)) checkObject(value, schema, path, context);
  checkLogic(value, schema, path, context);
}

function isTyped(schema: Schema): boolean {
  return (
    schema.type !== undefined ||
    schema['x-kubernetes-int-or-string'] === true ||
    schema.format === 'quantity' ||
    schema.properties !== undefined
  );
}

function hasType(value: unknown, schema: Schema): boolean {
  if (schema['x-kubernetes-int-or-string'] === true)
    return typeof value === 'string' || Number.isInteger(value);
  if (schema.format === 'quantity') return isQuantity(value);
  switch (schema.type) {
    case 'object':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case undefined:
      return true;
    default:
      return typeof value === schema.type;
  }
}

function expected(schema: Schema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'an integer or a string';
  if (schema.format === 'quantity') return 'a quantity';
  if (schema.type === 'object') return 'a mapping';
  if (schema.type === 'array') return 'a list';
  return schema.type === 'integer' ? 'an integer' : `a ${schema.type}`;
}

function typeRemedy(value: unknown, schema: Schema): string {
  if (schema.format === 'quantity') return quantityRemedy;
  if (schema.type === 'string') return 'put the value in quotes';
  if (typeof value === 'string' && value !== '' && /integer|number|boolean/.test(schema.type ?? '')) {
    return 'remove the quotes, or correct the value';
  }
  return `write ${expected(schema)}`;
}

function checkList(value: readonly unknown[], schema: Schema, path: string, context: Context): void {
  const { items } = schema;
  if (items !== undefined) {
    value.forEach((item, index) => {
      check(item, items, itemPath(path, item, index), context);
    });
  }
  if (context.strict) context.problems.push(...repeatedItems(value, schema, path));
}

function checkObject(value: Data, schema: Schema, path: string, context: Context): void {
  const { properties = {}, additionalProperties } = schema;
  for (const [key, item] of Object.entries(value)) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
    if (known !== undefined) check(item, known, fieldPath(path, key), context);
    else if (typeof additionalProperties === 'object') {
      check(item, additionalProperties, fieldPath(path, key), context);
    } else if (context.strict && isClosed(schema)) {
      context.problems.push(unknownField(key, Object.keys(properties), path));
    }
  }
  for (const key of schema.required ?? []) {
    if (value[key] === undefined && properties[key]?.default === undefined) {
      context.problems.push({
        path: fieldPath(path, key),
        what: 'is required, but missing',
        remedy: `add ${key}`,
      });
    }
  }
  checkChoices(value, schema, path, context);
}

/**
 * Below a closed object an API server drops, or with strict validation refuses, what the schema does not
 * name.
 */
function isClosed(schema: Schema): boolean {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true)
    return false;
  return schema.type === 'object' || schema.properties !== undefined;
}

function unknownField(key: string, known: readonly string[], path: string): Problem {
  const hint = suggestion(key, known);
  const names = known.length > 12 ? `${known.slice(0, 12).join(', ')}, …` : known.join(', ');
  const remedy =
    hint === '' ? `remove it; known here: ${names === '' ? 'nothing' : names}` : `${hint}else remove it`;
  return { path: fieldPath(path, key), what: 'is not a known field', remedy };
}

function checkChoices(value: Data, schema: Schema, path: string, context: Context): void {
  for (const choice of schema['x-exactly-one-of'] ?? []) {
    const given = choice.filter((key) => value[key] !== undefined);
    if (given.length === 1) continue;
    const what =
      given.length === 0 ? `needs one of ${choice.join(', ')}` : `has ${given.join(' and ')} together`;
    context.problems.push({ path, what, remedy: `give exactly one of ${choice.join(', ')}` });
  }
  for (const choice of schema['x-at-most-one-of'] ?? []) {
    const given = choice.filter((key) => value[key] !== undefined);
    if (given.length < 2) continue;
    context.problems.push({ path, what: `has ${given.join(' and ')} together`, remedy: 'keep one of them' });
  }
}

function checkLogic(value: unknown, schema: Schema, path: string, context: Context): void {
  const loosely = (branch: Schema): readonly Problem[] => {
    const problems: Problem[] = [];
    // A branch may require a field that the schema around it defaults.
    const properties = { ...schema.properties, ...branch.properties };
    check(value, { ...branch, ...(branch.required === undefined ? {} : { properties }) }, path, {
      strict: false,
      problems,
    });
    return problems;
  };
  for (const branch of schema.allOf ?? []) context.problems.push(...loosely(branch));
  for (const key of ['anyOf', 'oneOf'] as const) {
    const branches = schema[key];
    if (branches === undefined) continue;
    const results = branches.map(loosely);
    const holding = results.filter((result) => result.length === 0).length;
    if (holding === 1 || (holding > 1 && key === 'anyOf')) continue;
    const ways = results.map((result) => result.map((it) => `${it.path} ${it.what}`).join(' and '));
    const what =
      holding === 0
        ? `does not match any allowed form: ${ways.join('; or ')}`
        : 'matches several forms at once';
    context.problems.push({
      path,
      what,
      remedy: `make it fit ${key === 'anyOf' ? 'one form' : 'exactly one form'}`,
    });
  }
  if (schema.not !== undefined && loosely(schema.not).length === 0) {
    context.problems.push({
      path,
      what: 'has a form that is not allowed',
      remedy: 'see the documentation of the kind',
    });
  }
}
