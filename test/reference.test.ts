import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { referenceFiles } from '../src/cli/reference.ts';
import { dig } from './stacks.ts';

it.each([...referenceFiles()])(
  '%s is what the schema and the rules say; if not, run npm run reference',
  (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  },
);

it('explains every key of the stack file', () => {
  const page = referenceFiles().get('docs/reference/stack-file.md') ?? '';
  expect(page.split('\n').filter((line) => line.startsWith('| `') && line.endsWith('|  |'))).toEqual([]);
});

it('gives editors a schema that refuses unknown keys', () => {
  const schema: unknown = JSON.parse(referenceFiles().get('stack.schema.json') ?? '');
  expect(dig(schema, 'additionalProperties')).toBe(false);
  expect(dig(schema, 'properties', 'livekit', 'additionalProperties')).toBe(false);
  expect(dig(schema, 'required')).toEqual(['schema', 'serverName', 'expose']);
});
