import { describe, expect, it } from 'vitest';
import { substitutionRule } from '../../src/rules/mr007-substitution.ts';
import { changed, found, goodStack } from './stack.ts';

const config = 'ConfigMap/app/synapse-config';
const middleware = 'Middleware/app/headers';

describe('MR007 substitution', () => {
  it('passes protected text', () => {
    expect(found(substitutionRule, goodStack())).toEqual([]);
  });

  it('objects to a variable in text', () => {
    expect(found(substitutionRule, changed(config, { 'metadata.annotations': undefined }))).toEqual([
      'ConfigMap/app/synapse-config data["homeserver.yaml"]: contains "${" or "$$", which Flux replaces when it substitutes' +
        ' variables; annotate the object with kustomize.toolkit.fluxcd.io/substitute: disabled',
    ]);
  });

  it.each<[string, string, Record<string, unknown>, string]>([
    [
      'a doubled dollar',
      middleware,
      { 'spec.replacePathRegex': { regex: 'a', replacement: '$$1' } },
      'spec.replacePathRegex.replacement: ',
    ],
    ['a key', middleware, { 'metadata.labels': { '${a}': 'b' } }, 'metadata.labels: '],
    [
      'several places at once',
      middleware,
      { 'spec.a': '${a}', 'spec.b': '${b}', 'spec.c': '$$' },
      'spec.a: contains "${" or "$$" (and 2 more)',
    ],
    [
      'another value of the annotation',
      config,
      { 'metadata.annotations["kustomize.toolkit.fluxcd.io/substitute"]': 'enabled' },
      'homeserver.yaml',
    ],
  ])('objects to %s', (_, id, fields, expected) => {
    expect(found(substitutionRule, changed(id, fields))).toEqual([expect.stringContaining(expected)]);
  });

  it('passes single dollars, and a label in place of the annotation', () => {
    expect(found(substitutionRule, changed(middleware, { 'spec.a': '$1 $(NAME) $name costs 5$' }))).toEqual(
      [],
    );
    const label = {
      'metadata.annotations': undefined,
      'metadata.labels': { 'kustomize.toolkit.fluxcd.io/substitute': 'disabled' },
    };
    expect(found(substitutionRule, changed(config, label))).toEqual([]);
  });
});
