import { describe, expect, it } from 'vitest';
import type { Schema } from '../../imports/crd.ts';
import { nearest } from '../../src/plain/nearest.ts';
import { parseQuantity } from '../../src/plain/quantity.ts';
import { validate } from '../../src/rules/schema/validate.ts';

const problems = (value: unknown, schema: Schema) =>
  validate(value, schema, 'it').map(({ path, what, remedy }) => `${path} ${what}; ${remedy}`);

describe('validate', () => {
  it.each<[string, unknown, Schema, string]>([
    [
      'int32',
      2 ** 31,
      { type: 'integer', format: 'int32' },
      'it is 2147483648; write a number that fits int32',
    ],
    [
      'exclusive bounds',
      1,
      { type: 'number', minimum: 1, exclusiveMinimum: true },
      'it is 1; write more than 1',
    ],
    ['multiples', 3, { type: 'integer', multipleOf: 2 }, 'it is 3; write a multiple of 2'],
    ['length', 'ab', { type: 'string', maxLength: 1 }, 'it has 2 characters; give at most 1'],
    ['sizes of lists', [], { type: 'array', minItems: 1 }, 'it has 0 members; give at least 1'],
    ['sizes of mappings', {}, { type: 'object', minProperties: 1 }, 'it has 0 fields; give at least 1'],
    [
      'sets',
      ['a', 'a'],
      { type: 'array', 'x-kubernetes-list-type': 'set' },
      'it[1] repeats an earlier member',
    ],
    ['times', 'now', { type: 'string', format: 'date-time' }, 'write a time such as'],
    ['durations', '1 h', { type: 'string', format: 'duration' }, 'write a duration such as 1h30m'],
    ['addresses', '1.2.3', { type: 'string', format: 'ipv4' }, 'write an IPv4 address'],
    ['address ranges', '1.2.3.4/33', { type: 'string', format: 'cidr' }, 'write an address range'],
    ['inline flags of RE2', 'x', { type: 'string', pattern: '(?i)^ABC$' }, 'write something that matches'],
    ['allOf', 5, { type: 'integer', allOf: [{ maximum: 3 }] }, 'it is 5; write at most 3'],
    [
      'anyOf',
      5,
      { type: 'integer', anyOf: [{ maximum: 3 }, { minimum: 7 }] },
      'does not match any allowed form',
    ],
    [
      'oneOf',
      5,
      { type: 'integer', oneOf: [{ maximum: 7 }, { minimum: 3 }] },
      'matches several forms at once',
    ],
    ['not', 5, { type: 'integer', not: { minimum: 3 } }, 'has a form that is not allowed'],
    ['fields below a mapping without fields', { a: 1 }, { type: 'object' }, 'it.a is not a known field'],
    [
      'values of a free mapping',
      { a: 1 },
      { type: 'object', additionalProperties: { type: 'string' } },
      'it.a is an integer',
    ],
  ])('objects to %s', (_, value, schema, expected) => {
    expect(problems(value, schema)).toEqual([expect.stringContaining(expected)]);
  });

  it.each<[string, unknown, Schema]>([
    ['inline flags of RE2', 'abc', { type: 'string', pattern: '(?i)^ABC$' }],
    ['null where it may stand', null, { type: 'string', nullable: true }],
    [
      'any field where unknown ones are kept',
      { a: 1 },
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    ],
    [
      'a default where a branch requires the field',
      {},
      {
        type: 'object',
        properties: { a: { type: 'string', default: 'x' } },
        anyOf: [{ required: ['a'] }],
      },
    ],
    [
      'fields that only a branch restricts',
      { a: 'x', b: 1 },
      {
        type: 'object',
        properties: { a: { type: 'string' }, b: { type: 'integer' } },
        allOf: [{ properties: { b: { minimum: 1 } } }],
      },
    ],
    ['repeated members of a plain list', ['a', 'a'], { type: 'array', items: { type: 'string' } }],
    ['an address range', '10.0.0.0/8', { type: 'string', format: 'cidr' }],
    ['a large number', 2 ** 53, { type: 'integer', format: 'int64' }],
    ['a duration in parts', '1h30m', { type: 'string', format: 'duration' }],
  ])('passes %s', (_, value, schema) => {
    expect(problems(value, schema)).toEqual([]);
  });
});

describe('parseQuantity', () => {
  it.each<[unknown, number | undefined]>([
    ['4Gi', 4 * 2 ** 30],
    ['500m', 0.5],
    ['1.5k', 1500],
    ['1e3', 1000],
    ['.5', 0.5],
    ['-1', -1],
    ['2E', 2e18],
    [2, 2],
    ['4 Gi', undefined],
    ['4GB', undefined],
    ['', undefined],
    [true, undefined],
  ])('reads %s', (quantity, value) => {
    expect(parseQuantity(quantity)).toBe(value);
  });
});

describe('nearest', () => {
  it('finds what was meant, and nothing for what is unlike', () => {
    expect(nearest('replica', ['image', 'replicas'])).toBe('replicas');
    expect(nearest('storageClassName', ['size', 'storageClass'])).toBe('storageClass');
    expect(nearest('foo', ['image', 'replicas'])).toBeUndefined();
  });
});
