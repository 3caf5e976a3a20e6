import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { stackSchema } from '../../../charts/stack/schema.ts';
import { diagnosticLine } from '../../../src/cli/report.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { issuesOf } from '../../../src/stack/reading/issues.ts';
import { readTypedYaml } from '../../../src/stack/reading/typed-yaml.ts';
import { describe as inWords } from '../../../src/stack/reading/wording.ts';
import { readYaml } from '../../../src/stack/reading/yaml-source.ts';

/** Paths of everything that a schema has a key for; 0 for an item, `a-key` for a key that anybody chooses. */
function pathsOf(schema: unknown, path: readonly (string | number)[] = []): readonly (string | number)[][] {
  if (schema instanceof z.ZodOptional) return pathsOf(schema.unwrap(), path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => pathsOf(option, path));
  if (schema instanceof z.ZodArray) return [[...path], ...pathsOf(schema.element, [...path, 0])];
  if (schema instanceof z.ZodRecord) return [[...path], [...path, 'a-key']];
  if (schema instanceof z.ZodObject) {
    const inner = Object.entries(schema.shape).flatMap(([key, value]) => pathsOf(value, [...path, key]));
    return [[...path], ...inner];
  }
  return [[...path]];
}

/** Data with one value in it, and nothing else. */
function holding(path: readonly (string | number)[], value: unknown): unknown {
  return path.reduceRight(
    (inner: unknown, step) => (typeof step === 'number' ? [inner] : { [step]: inner }),
    value,
  );
}

const WRONG = [null, 3, -1.5, true, '', 'x y', '7882', [], [null], {}, { toString: 1 }] as const;
const plain = styleFor({}, {});

describe('whatever is written in whichever place', () => {
  const paths = [...new Set(pathsOf(stackSchema).map((path) => JSON.stringify(path)))];

  it('is answered in our own words', () => {
    expect(paths.length).toBeGreaterThan(100);
    for (const path of paths) {
      for (const value of WRONG) {
        const text = JSON.stringify(holding(JSON.parse(path), value));
        const { source } = readYaml('stacks/x.yaml', text);
        if (source === undefined) throw new Error(text);
        const issues = issuesOf(source.data, stackSchema).filter((issue) => issue.path.length > 0);
        for (const diagnostic of issues.flatMap((issue) => inWords(issue, source, stackSchema))) {
          const line = diagnosticLine(diagnostic, plain);
          expect(line).not.toMatch(/Invalid|Too (?:small|big)|expected |received|undefined|\(\)|\$ZodError/);
          expect(line).toMatch(/^stacks\/x\.yaml:1:\d+ error MG\d{3}: \S.*; \S/);
        }
      }
    }
  });
});

describe('values in quotes', () => {
  it.each([
    ['livekit: {udp: "7882"}', 'write 7882, without quotes'],
    ['database: {cnpg: {instances: "2"}}', 'write 2, without quotes'],
    ['schema: "1"', 'write 1, without quotes'],
    ['jitsi: {enabled: "false"}', 'write false, without quotes'],
  ])('%s: %s', (text, remedy) => {
    const { diagnostics } = readTypedYaml('x.yaml', text, stackSchema);
    expect(diagnostics.map((one) => one.remedy)).toContain(remedy);
  });

  it('that would not fit without them either', () => {
    const { diagnostics } = readTypedYaml('x.yaml', 'livekit: {udp: "80"}', stackSchema);
    expect(diagnostics.map((one) => one.remedy).join()).not.toContain('without quotes');
  });
});

describe('a patch of an override', () => {
  const remedyOf = (patch: string): string | undefined =>
    readTypedYaml('x.yaml', `overrides: [{patch: ${patch}}]`, stackSchema).diagnostics.find(({ what }) =>
      what.includes('patch'),
    )?.remedy;

  it('that is null or text is told both kinds that fit', () => {
    for (const patch of ['null', 'hello', '3']) {
      expect(remedyOf(patch)).toMatch(/^write a list, or keys and values below it\. Keys to merge/);
    }
  });

  it('of steps that are no steps is told their keys', () => {
    expect(remedyOf('[hello]')).toBe('write keys below it (needed: op, path)');
    expect(remedyOf('[{op: add, path: /a, vlaue: 1}]')).toBe(
      'did you mean "value"? known here: op, path, from, value',
    );
  });
});
