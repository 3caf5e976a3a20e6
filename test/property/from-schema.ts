import fc from 'fast-check';
import * as z from 'zod';

/** Words that some reader of YAML takes for something else than text. */
const TREACHEROUS = [
  'yes',
  'no',
  'on',
  'off',
  'y',
  'n',
  'null',
  'true',
  'false',
  '~',
  '0',
  '-1',
  '1e3',
  '0x1f',
  '0o17',
  '017',
  '1_000',
  '12-30-45',
  '2024-01-01',
  '1.0',
  '.5',
  'nan',
  'inf',
  '<<',
  '=',
  '{}',
  '[]',
  '- a',
  'a: b',
  'a #b',
  "'",
  '"',
  '\\',
  '%',
  '@',
  '`',
  '|',
  '>',
  '&a',
  '*a',
  '!x',
  '?',
  ' a',
  'a ',
  '${HOME}',
  '$$',
  '$(HOME)',
  '\u00e4\u00f6',
  '\u{1f600}',
];

/** Kinds of text that a field of a stack file may ask for; each field takes those that fit it. */
const TEXTS: readonly fc.Arbitrary<string>[] = [
  fc.constantFrom(...TREACHEROUS),
  fc.stringMatching(/^[a-z0-9]{1,12}$/),
  fc.stringMatching(/^[a-z][a-z0-9]{0,5}-[a-z0-9]{1,5}$/),
  fc.stringMatching(/^[a-z][a-z0-9-]{0,8}[a-z]\.[a-z]{2,6}$/),
  fc.stringMatching(/^[a-z]{1,8}\.[0-9a-z]{1,6}\.[a-z]{2,6}$/),
  fc.ipV4(),
  fc.constantFrom('1Ki', '64Mi', '512Mi', '1Gi', '3Gi', '8Gi', '20Gi', '1Ti'),
  fc.constantFrom('1', '10m', '250m', '2', '16'),
  fc.constantFrom('1K', '10M', '50M', '2G'),
  fc.constantFrom('1s', '90s', '5m', '59m', '2h'),
  fc.constantFrom('10000-10100', '50000-60000', '33000-33009'),
  fc.constantFrom('./dist', './a/b-c', './clusters/home'),
  fc.stringMatching(/^[a-z]{1,6}\.[a-z]{2}\/[A-Za-z]{1,8}$/),
  fc.constantFrom('1h0m0s', '24h0m0s', '100h0m0s'),
  fc.constantFrom('{stack}/{secret}', '{key}', 'a/{namespace}.{stack}/{secret}_{key}'),
  fc.constantFrom('https://example.org', 'https://help.example.org/a/b-c'),
  fc.constantFrom('turn:turn.example.org:3478?transport=udp', 'turns:turn.example.org'),
  fc.constantFrom('http://proxy.example.svc:8000', 'http://traefik.traefik.svc.cluster.local:80'),
  fc.constantFrom('@admin:example.org', '@a.b=c/d+e-f:example.net'),
  fc.constantFrom('#0dbd8b', '#fff', '#00000080'),
  fc.constantFrom('--cpd-color-bg-canvas-default', '--cpd-x'),
  fc.constantFrom('accent-color', 'sidebar-color', 'username-colors'),
  fc.constantFrom('DE', 'EE', 'GB'),
  fc.constantFrom('custom-Sea', 'custom-a b', 'custom-1'),
  fc.constantFrom('admin@example.org', 'a.b+c-d@example.net'),
  fc.constantFrom('/extra/logo.svg', '/templates/a/b-c.html', '/app/a_b.js', '/config/x', '/proc/1'),
  fc.constantFrom('6ff42ae2-765d-4adf-8112-31c55c1551ef', '00000000-0000-4000-8000-0123456789ab'),
  fc.constantFrom('controller.pem', 'shared/controller.pem', 'a/b-c/d.e.pem'),
  // Public halves of keys of age that nobody has.
  fc.constantFrom(
    'age1d92wa6hrap86g3axdr8a9lv64vuj7tym4r7kwjwfu0m7dalqy9ys2vtwzd',
    'age1v4vqhzpt9v273qa29tjn44h59zadzvxmhlp8kn3ra9mhkzyxw3pq8m520w',
    'age1zegmf0q77uuc8sj4cxykjalcangdh6lvtdjplgrg492u3mdte5cstfqmht',
  ),
  fc.string({ minLength: 1, maxLength: 20 }),
];

/** Keys whose values only make sense together with what is rendered, or with other files. */
const LEFT_OUT = ['extends', 'overrides'];

/** What people may add to a program's own configuration. */
const ADDITION = fc
  .jsonValue({ maxDepth: 2 })
  .chain((value) => fc.constantFrom<unknown>(value, ...TREACHEROUS));

/** Values that a schema takes, found by walking it: a field that is added to the schema is tried without further ado. */
export function fromSchema(schema: unknown): fc.Arbitrary<unknown> {
  if (schema instanceof z.ZodOptional) return fromSchema(schema.unwrap());
  // Any JSON at all, which the schema says by referring to itself.
  if (schema instanceof z.ZodLazy) return ADDITION;
  if (schema instanceof z.ZodLiteral) return fc.constantFrom(...schema.values);
  if (schema instanceof z.ZodEnum) return fc.constantFrom(...schema.options);
  if (schema instanceof z.ZodBoolean) return fc.boolean();
  if (schema instanceof z.ZodString) return textFor(schema);
  if (schema instanceof z.ZodNumber) return fitting(schema, numberFor(schema));
  if (schema instanceof z.ZodUnion) return fc.oneof(...schema.options.map(fromSchema));
  if (schema instanceof z.ZodArray) {
    return fitting(schema, fc.array(fromSchema(schema.element), { maxLength: 3 }));
  }
  if (schema instanceof z.ZodRecord) {
    return fc.dictionary(textFor(schema.keyType), fromSchema(schema.valueType), { maxKeys: 3 });
  }
  if (schema instanceof z.ZodObject) return groupFor(schema);
  throw new Error(
    `no values are known for ${schema instanceof z.ZodType ? schema.def.type : String(schema)}`,
  );
}

function groupFor(schema: z.ZodObject): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.shape).filter(([key]) => !LEFT_OUT.includes(key));
  const values = Object.fromEntries(fields.map(([key, field]) => [key, fromSchema(field)]));
  const requiredKeys = fields.filter(([, field]) => !(field instanceof z.ZodOptional)).map(([key]) => key);
  return fc.record(values, { requiredKeys, noNullPrototype: true });
}

function numberFor(schema: z.ZodNumber): fc.Arbitrary<number> {
  const min = Math.max(schema.minValue ?? 0, 0);
  const max = Math.min(schema.maxValue ?? min + 100, 70_000);
  return fc.integer({ min, max });
}

/** Every kind of text of which enough fits. */
function textFor(schema: unknown): fc.Arbitrary<string> {
  if (!(schema instanceof z.ZodType)) throw new Error('a key without a schema');
  const accepts = (text: string): boolean => schema.safeParse(text).success;
  const kinds = TEXTS.filter((kind) => fc.sample(kind, { numRuns: 60, seed: 1 }).filter(accepts).length > 2);
  if (kinds.length === 0) throw new Error(`no text fits "${schema.description}"`);
  return fc.oneof(...kinds.map((kind) => kind.filter(accepts)));
}

function fitting<T>(schema: z.ZodType, values: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return values.filter((value) => schema.safeParse(value).success);
}
