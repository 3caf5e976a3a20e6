import { describe, expect, it } from 'vitest';
import { isMap } from 'yaml';
import { MIGRATIONS, type Migration, migrate } from '../../src/stack/migrate.ts';
import { NEWEST_SCHEMA, SCHEMAS } from '../../src/stack/schemas.ts';

/** Made up for these tests. */
const MADE_UP: readonly Migration[] = [
  {
    from: 1,
    to: 2,
    what: 'size is called people',
    change: (document) => {
      if (!isMap(document.contents) || !document.has('size')) return;
      const pair = document.contents.items.find(({ key }) => String(key) === 'size');
      if (pair !== undefined) pair.key = document.createNode('people');
    },
  },
  {
    from: 2,
    to: 3,
    what: 'federation is open no more',
    change: (document) => void document.set('federation', 'closed'),
  },
];

const FILE = `# yaml-language-server: $schema=../stack.schema.json
# What this is for.
schema: 1   # the first

serverName: example.org
size: small # our family
wellKnown: elsewhere    # the web site does it
expose:
    public:
        via: traefik
        tls: {issuer: {name: "letsencrypt"}}
callNodes:
    tolerations:
    -   key: 'calls'
# the end
`;

describe('a migration', () => {
  it('goes through every step, keeps comments, blank lines and the way of writing', () => {
    const { text, diagnostics, ...more } = migrate('x.yaml', FILE, { schema: 1, migrations: MADE_UP });
    expect(diagnostics).toEqual([]);
    expect(more).toMatchObject({
      from: 1,
      to: 3,
      steps: ['size is called people', 'federation is open no more'],
    });
    const lines = (one = ''): readonly string[] => one.split('\n');
    expect(lines(text).filter((line) => !lines(FILE).includes(line))).toEqual([
      'schema: 3 # the first',
      'people: small # our family',
      'federation: closed',
    ]);
    expect(lines(text)).toHaveLength(lines(FILE).length + 1);
  });

  it('begins where the file is', () => {
    const result = migrate('x.yaml', FILE.replace('schema: 1', 'schema: 2'), {
      schema: 1,
      migrations: MADE_UP,
    });
    expect(result).toMatchObject({ from: 2, to: 3, steps: ['federation is open no more'] });
  });

  it('leaves a file of the newest schema as it is, to the byte', () => {
    const text = FILE.replace('schema: 1', 'schema:   3');
    expect(migrate('x.yaml', text, { schema: 1, migrations: MADE_UP })).toMatchObject({ text, steps: [] });
  });

  it('takes a shared file for as old as the stacks, and writes no schema into it', () => {
    const { text } = migrate('shared/base.yaml', 'size: small\n', { schema: 1, migrations: MADE_UP });
    expect(text).toBe('people: small\nfederation: closed\n');
  });

  it('refuses a file that a newer release wrote, and says which one to install', () => {
    const { diagnostics } = migrate('x.yaml', 'schema: 4\n', { schema: 1, migrations: MADE_UP });
    expect(diagnostics).toEqual([
      {
        position: { file: 'x.yaml', line: 1, column: 9 },
        code: 'MG005',
        what: 'schema is 4, and this release supports schemas up to 3',
        remedy: 'install matrix-gitops 4.0.0 or newer (npm install --save-dev matrix-gitops@4)',
      },
    ]);
  });

  it.each([
    ['no YAML', 'schema: [1\n', 'MG001'],
    ['no number', 'schema: one\n', 'MG005'],
    ['a fraction', 'schema: 1.5\n', 'MG005'],
    ['nothing', 'schema:\n', 'MG005'],
    ['before the first', 'schema: 0\n', 'MG005'],
  ])('refuses a schema that is %s', (_name, text, code) => {
    expect(migrate('x.yaml', text, { schema: 1 }).diagnostics.map((one) => one.code)).toEqual([code]);
  });
});

it('leads from every older schema to the newest, one step after the other', () => {
  const steps = Array.from({ length: NEWEST_SCHEMA - 1 }, (_, index) => [index + 1, index + 2]);
  expect(MIGRATIONS.map(({ from, to }) => [from, to])).toEqual(steps);
  expect(SCHEMAS.at(-1)).toBe(NEWEST_SCHEMA);
});
