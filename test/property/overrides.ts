import fc from 'fast-check';
import { stringify } from 'yaml';
import { valueAt } from '../../src/plain/data.ts';
import type { Manifest } from '../../src/stack/manifest.ts';
import { pathsOf } from '../paths.ts';
import { renderedOf, stackFrom } from '../stacks.ts';
import { STRANGE } from './damage.ts';

/** A stack with everything, written so that overrides can be added to it. */
const TEXT = `schema: 1
serverName: example.org
expose: {public: {via: traefik, tls: {issuer: {name: letsencrypt}}}}
element: {}
livekit: {}
jitsi: {access: password}
callNodes: {addresses: {public: 198.51.100.7}}
`;

const OBJECTS: readonly Manifest[] = renderedOf(stackFrom(TEXT)).objects.flatMap(
  ({ manifests }) => manifests,
);

/** Amounts and texts that look right to a person. */
const PLAUSIBLE: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  '4GB',
  '1,5Gi',
  'many',
  '10Gi',
  '-1',
  '1e400',
  '',
  0,
  -1,
  2 ** 53,
  'a: [',
  '--- a\n--- b\n',
  '{"a": ',
  '&a [*a]',
  'yes',
  null,
  [],
  {},
  { toString: 1, valueOf: [] },
  [{ constructor: null }],
);

const VALUE = fc.oneof(PLAUSIBLE, STRANGE);

/** A path within an object that is there, or one near it. */
function pathIn(object: Manifest, where: number, detour: string | undefined): readonly string[] {
  const paths = pathsOf(object);
  const path = (paths[where % paths.length] ?? []).map(String);
  return detour === undefined ? path : [...path.slice(0, -1), detour];
}

const DETOUR = fc.option(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '',
    '-',
    '01',
    '1e0',
    '-1',
    '99',
    'x~y',
    'x/y',
  ),
  { nil: undefined, freq: 2 },
);

const pointer = (path: readonly string[]): string =>
  path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** A patch that says another value at a path; the groups above it as they are. */
function mergeOf(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, step) => Object.fromEntries([[step, inner]]), value);
}

const PLACE = fc.record({ where: fc.nat(), detour: DETOUR, value: VALUE });

const MERGE = fc.array(PLACE, { minLength: 1, maxLength: 2 });

const STEPS = fc.array(
  fc.record({
    op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'),
    to: PLACE,
    from: PLACE,
    whole: fc.integer({ min: 0, max: 20 }),
  }),
  { minLength: 1, maxLength: 4 },
);

/** A stack file with one to three overrides of real objects. */
export const overriddenFiles: fc.Arbitrary<string> = fc
  .array(
    fc.record({
      object: fc.nat(),
      wrongName: fc.integer({ min: 0, max: 9 }),
      patch: fc.oneof(fc.record({ merge: MERGE }), fc.record({ steps: STEPS })),
      why: fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .map((written) => {
    const overrides = written.flatMap(({ object: index, wrongName, patch, why }) => {
      const object = OBJECTS[index % OBJECTS.length];
      if (object === undefined) return [];
      const { kind, metadata } = object;
      const target = { kind, name: wrongName === 0 ? `${metadata.name}x` : metadata.name };
      if ('merge' in patch) {
        const patches = patch.merge.map(({ where, detour, value }) =>
          mergeOf(pathIn(object, where, detour), value),
        );
        return patches.map((one) => ({ target, patch: one, why }));
      }
      const steps = patch.steps.map(({ op, to, from, whole }) => ({
        op,
        path: whole === 0 ? '' : pointer(pathIn(object, to.where, to.detour)),
        ...(['move', 'copy'].includes(op)
          ? { from: whole === 1 ? '' : pointer(pathIn(object, from.where, from.detour)) }
          : {}),
        ...(['add', 'replace', 'test'].includes(op)
          ? { value: op === 'test' ? valueAt(object, []) : to.value }
          : {}),
      }));
      return [{ target, patch: steps, why }];
    });
    return `${TEXT}${stringify({ overrides }, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
  });
