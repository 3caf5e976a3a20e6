import type { Schema } from '../../../imports/crd.ts';
import { isRecord } from '../../plain/data.ts';
import { nearest } from '../../plain/nearest.ts';
import { inWords } from '../reading/data.ts';
import { formats, inRange } from './formats.ts';
import type { Problem } from './problem.ts';

/** `a string`, `a list` and so on: what a value is, in the words of an error. */
export function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isRecord(value)) return 'a mapping';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a fraction';
  return `a ${typeof value}`;
}

/** What enum, bounds, sizes, pattern and format say against a value of the right type. */
export function scalarProblems(value: unknown, schema: Schema, path: string): readonly Problem[] {
  const problems: Problem[] = [];
  const add = (what: string, remedy: string): void => {
    problems.push({ path, what, remedy });
  };
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const allowed = schema.enum.map(String);
    const best = nearest(inWords(value), allowed);
    const all = `write one of ${allowed.map((it) => JSON.stringify(it)).join(', ')}`;
    add(
      `is ${JSON.stringify(value)}`,
      best === undefined ? all : `did you mean ${JSON.stringify(best)}? ${all}`,
    );
  }
  if (typeof value === 'number') checkNumber(value, schema, add);
  if (typeof value === 'string') checkString(value, schema, add);
  if (Array.isArray(value)) checkSize(value.length, schema.minItems, schema.maxItems, 'members', add);
  if (isRecord(value)) {
    checkSize(Object.keys(value).length, schema.minProperties, schema.maxProperties, 'fields', add);
  }
  return problems;
}

/** How to write a quantity. */
export const quantityRemedy = 'write a number and a unit without space, such as 500m or 4Gi';

type Add = (what: string, remedy: string) => void;

function checkNumber(value: number, schema: Schema, add: Add): void {
  const { minimum, maximum, multipleOf } = schema;
  if (minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum)) {
    add(`is ${value}`, `write ${schema.exclusiveMinimum === true ? 'more than' : 'at least'} ${minimum}`);
  }
  if (maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum)) {
    add(`is ${value}`, `write ${schema.exclusiveMaximum === true ? 'less than' : 'at most'} ${maximum}`);
  }
  if (multipleOf !== undefined && value % multipleOf !== 0)
    add(`is ${value}`, `write a multiple of ${multipleOf}`);
  if (!inRange(value, schema.format)) add(`is ${value}`, `write a number that fits ${schema.format}`);
}

function checkString(value: string, schema: Schema, add: Add): void {
  checkSize([...value].length, schema.minLength, schema.maxLength, 'characters', add);
  if (schema.pattern !== undefined && !patternOf(schema.pattern).test(value)) {
    add(`is ${JSON.stringify(value)}`, patternRemedy(schema.pattern));
  }
  const format = schema.format === undefined ? undefined : formats[schema.format];
  if (format !== undefined && !format.holds(value))
    add(`is ${JSON.stringify(value)}`, `write ${format.words}`);
}

function checkSize(
  size: number,
  min: number | undefined,
  max: number | undefined,
  unit: string,
  add: Add,
): void {
  if (min !== undefined && size < min) add(`has ${size} ${unit}`, `give at least ${min}`);
  if (max !== undefined && size > max) add(`has ${size} ${unit}`, `give at most ${max}`);
}

/** The pattern that CRDs give a quantity begins like this. */
const quantityPattern = String.raw`^(\+|-)?(([0-9]+(\.[0-9]*)?)`;

function patternRemedy(pattern: string): string {
  if (pattern.startsWith(quantityPattern)) return quantityRemedy;
  return pattern.length > 100
    ? 'see the documentation of the field'
    : `write something that matches ${pattern}`;
}

const patterns = new Map<string, RegExp>();

/** Patterns are RE2; of what differs from JavaScript, CRDs use only the leading `(?i)`. */
function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  if (pattern === undefined) {
    pattern = source.startsWith('(?i)') ? new RegExp(source.slice(4), 'i') : new RegExp(source);
    patterns.set(source, pattern);
  }
  return pattern;
}
