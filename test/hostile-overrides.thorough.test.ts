import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadStack } from '../charts/stack/load.ts';
import { render } from '../src/render/render.ts';
import { overrideDiagnostics } from '../src/system/override-diagnostics.ts';
import { runs } from './property/runs.ts';
import { objectOf, repositoryImages, stackFrom } from './stacks.ts';

const images = repositoryImages();
const HEAD = `schema: 1
serverName: example.org
expose: {lan: {tls: {secret: tls}}}
element: {}
overrides:
`;

/** `line CODE what` of everything that is wrong with the overrides of a stack. */
function problems(items: string): readonly string[] {
  const { value, source, diagnostics } = loadStack('x.yaml', HEAD + items, images);
  if (value === undefined || source === undefined)
    return diagnostics.map(({ code, what }) => `${code} ${what}`);
  const rendered = render(value);
  expect(rendered.findings).toEqual([]);
  return overrideDiagnostics(rendered.problems, source).map(
    ({ position, code, what }) => `${position.line}:${position.column} ${code} ${what}`,
  );
}

const override = (kind: string, name: string, patch: string): string =>
  `  - target: {kind: ${kind}, name: ${name}}\n    why: x\n    patch: ${patch}\n`;

/** Limits of the container of Synapse, by a merge patch. */
const resources = (amounts: string): string =>
  `{spec: {template: {spec: {containers: [{name: synapse, image: a, resources: ${amounts}}]}}}}`;

describe('an amount that is none is an error at its key', () => {
  it.each([
    ['Deployment', 'synapse', resources('{limits: {memory: 4GB}}'), '8:106 MG056', 'memory is "4GB"'],
    ['Deployment', 'synapse', resources('{limits: {memory: "1,5Gi"}}'), '8:106 MG056', 'memory is "1,5Gi"'],
    ['Deployment', 'synapse', resources('{requests: {cpu: many}}'), '8:105 MG056', 'cpu is "many"'],
    ['Deployment', 'synapse', resources('{requests: {cpu: true}}'), '8:105 MG056', 'cpu is true'],
    [
      'PersistentVolumeClaim',
      'synapse-media',
      '{spec: {resources: {requests: {storage: big}}}}',
      '8:52 MG056',
      'storage is "big"',
    ],
    ['Cluster', 'matrix-db', '{spec: {storage: {size: 20GB}}}', '8:36 MG056', 'size is "20GB"'],
    [
      'Deployment',
      'synapse',
      '[{op: add, path: /spec/template/spec/volumes/-, value: {name: x, emptyDir: {sizeLimit: 1GB}}}]',
      '8:99 MG056',
      'sizeLimit is "1GB"',
    ],
    [
      'Deployment',
      'synapse',
      '[{op: replace, path: /spec/template/spec/containers/0/resources/limits/memory, value: lots}]',
      '8:98 MG056',
      'memory is "lots"',
    ],
  ])('%s %s %s', (kind, name, patch, place, what) => {
    const found = problems(override(kind, name, patch));
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(what);
    expect(found[0]?.slice(0, place.length)).toBe(place);
  });

  it('is not one that Kubernetes reads', () => {
    expect(problems(override('Cluster', 'matrix-db', '{spec: {storage: {size: 20G}}}'))).toEqual([]);
  });
});

describe('a ConfigMap text that cannot be read is an error at its key', () => {
  const bomb = Array.from(
    { length: 9 },
    (_, n) => `a${n}: &a${n} [${Array.from({ length: 9 }, () => (n === 0 ? 'x' : `*a${n - 1}`)).join(', ')}]`,
  ).join('\\n');

  it.each([
    ['YAML where JSON is read', '{a: 1}', 'is YAML, but not JSON'],
    ['JSON with a comment', '# x\\n{}', 'is YAML, but not JSON'],
    ['JSON with an invisible mark', '\\uFEFF{}', 'is YAML, but not JSON'],
    ['a list where keys are read', '[1]', 'holds a list, but the program expects keys and values'],
    ['broken', '{', 'is not valid YAML or JSON (line 1)'],
    ['empty', '', 'is empty'],
    ['of two documents', 'a: 1\\n---\\nb: 2\\n', 'holds 2 documents'],
    ['a hundred levels deep', `${'['.repeat(101)}${']'.repeat(101)}`, ''],
    ['very deep', '['.repeat(20_000), ''],
    ['an alias bomb', bomb, 'holds more than 100,000 values'],
    ['an alias in a circle', '&a [*a]', ''],
  ])('%s', (_name, text, what) => {
    const found = problems(override('ConfigMap', 'element-config', `{data: {config.json: "${text}"}}`));
    expect(found).toEqual([expect.stringMatching(/^8:\d+ MG057 ConfigMap element-config: config.json /)]);
    expect(found[0]).toContain(what);
  });

  it.each([
    ['text', 'holds a single value'],
    ['- a', 'holds a list'],
  ])('so is homeserver.yaml without keys: %s', (text, what) => {
    expect(problems(override('ConfigMap', 'synapse-config', `{data: {homeserver.yaml: "${text}"}}`))).toEqual(
      [expect.stringContaining(`MG057 ConfigMap synapse-config: homeserver.yaml ${what}`)],
    );
  });

  it('but not a list in a text that is new', () => {
    expect(problems(override('ConfigMap', 'element-config', '{data: {list.json: "[1]"}}'))).toEqual([]);
  });
});

describe('a JSON pointer that leads out of the object', () => {
  it.each([
    '{op: add, path: /__proto__/polluted, value: 1}',
    '{op: copy, from: /constructor, path: /metadata/labels/x}',
    '{op: move, from: "", path: /metadata/labels}',
    '{op: replace, path: "", value: {}}',
    '{op: add, path: "", value: {}}',
    '{op: move, from: /metadata, path: /metadata/labels}',
  ])('%s', (step) => {
    const found = problems(override('Service', 'synapse', `[${step}]`));
    expect(found).toEqual([expect.stringMatching(/^8:\d+ MG052 .* does not fit Service synapse: /)]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('an object that overrides make too large', () => {
  it('is an error when copies double', () => {
    const steps = Array.from({ length: 40 }, (_, n) => `{op: copy, from: /spec, path: /spec/a/x${n}}`);
    const found = problems(
      override('Deployment', 'synapse', `[{op: add, path: /spec/a, value: {}}, ${steps.join(', ')}]`),
    );
    expect(found).toEqual([expect.stringContaining('MG052')]);
    expect(found[0]).toContain('copies that overrides make hold more than 100,000 values');
  });

  it('is an error when moves nest', () => {
    const steps = Array.from(
      { length: 120 },
      () =>
        '{op: add, path: /n, value: {}}, {op: move, from: /m, path: /n/m}, {op: move, from: /n, path: /m}',
    );
    const found = problems(
      override('Deployment', 'synapse', `[{op: add, path: /m, value: {}}, ${steps.join(', ')}]`),
    );
    expect(found).toEqual([expect.stringContaining('MG058')]);
    expect(found[0]).toContain('nested more than 100 levels deep');
  });
});

it('a rule that an override breaks is reported at the key that breaks it', () => {
  const found = problems(
    `${override('Deployment', 'synapse', '{spec: {replicas: many}}')}${override('Deployment', 'synapse', '{metadata: {labels: {x: y}}}')}`,
  );
  expect(found).toEqual([expect.stringMatching(/^8:30 MG055 .*spec\.replicas/)]);
});

it('many overrides of one object are applied in their order', () => {
  const items = Array.from({ length: 500 }, (_, n) =>
    override('Deployment', 'synapse', `{metadata: {annotations: {a${n % 7}: "${n}"}}}`),
  ).join('');
  const { annotations } = objectOf(stackFrom(HEAD + items), 'Deployment', 'synapse').metadata;
  expect(annotations?.a0).toBe('497');
});

describe('whatever an override holds', () => {
  const OBJECTS = [
    ['Deployment', 'synapse'],
    ['ConfigMap', 'element-config'],
    ['Service', 'synapse'],
    ['Cluster', 'matrix-db'],
    ['PersistentVolumeClaim', 'synapse-media'],
    ['Kustomization', 'x-apps'],
    ['Namespace', 'x'],
  ] as const;
  const KEYS = fc.constantFrom(
    ...'spec data metadata labels annotations template containers volumes resources limits requests storage size'.split(
      ' ',
    ),
    ...'config.json name env ports selector replicas instances strategy securityContext emptyDir'.split(' '),
    ...'toString valueOf constructor toJSON progressDeadlineSeconds initContainers envFrom image'.split(' '),
  );
  const VALUE = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(null, '', 'x', 0, -1, 1.5, 1e300, true, [], {}, '4GB', '{', {
        toString: 1,
        valueOf: 2,
      }),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(KEYS, tie('value'), { maxKeys: 4 }),
    ),
  })).value;

  it('it is rendered, or an error of the stack file', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...OBJECTS),
        fc.dictionary(KEYS, VALUE, { minKeys: 1, maxKeys: 4 }),
        ([kind, name], patch) => {
          for (const wrapped of [
            patch,
            { spec: patch },
            { spec: { template: { spec: patch } } },
            { data: patch },
          ]) {
            const text = `${HEAD}  - ${JSON.stringify({ target: { kind, name }, patch: wrapped, why: 'x' })}\n`;
            const { value } = loadStack('x.yaml', text, images);
            if (value !== undefined) render(value);
          }
        },
      ),
      { numRuns: runs(10) },
    );
  });
});
