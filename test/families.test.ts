import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VIAS } from '../charts/entrances/index.ts';
import { allDeliveries, DELIVERY_NAMES } from '../src/system/delivery/index.ts';
import { PROVIDER_KINDS } from '../src/system/providers/index.ts';
import { SOURCES } from './sources.ts';

/** Things of one kind, of which a stack file names one: nobody outside asks which. */
interface Family {
  readonly words: readonly string[];
  /** Where its members are declared: one of them may know another. */
  readonly home: string;
  /** The tables with one line for each member, in other rooms. */
  readonly tables: readonly string[];
  /** The types whose members are the words. */
  readonly types: readonly string[];
  /** Files in which a word means something else. */
  readonly others: readonly string[];
}

const FAMILIES: Readonly<Record<string, Family>> = {
  'providers of Secrets': {
    words: PROVIDER_KINDS,
    home: 'src/system/providers/',
    types: ['ProviderKind', 'CiphertextKind', 'ElsewhereKind'],
    tables: [
      'charts/providers/index.ts',
      'src/secrets/formats.ts',
      'src/cli/secrets/keepers/index.ts',
      'src/texts/providers/index.ts',
    ],
    others: [
      // Namespaces that programs are usually installed in.
      'charts/stack/checks/names.ts',
    ],
  },
  entrances: {
    words: VIAS,
    home: 'charts/entrances/',
    types: ['Via'],
    tables: ['charts/objects.ts'],
    others: [],
  },
  'ways of delivery': {
    words: DELIVERY_NAMES,
    home: 'src/system/delivery/',
    types: ['DeliveryName'],
    tables: ['charts/delivery/index.ts'],
    others: [],
  },
};

const TEXTS = new Map(SOURCES.map((path) => [path, readFileSync(path, 'utf8')]));

/** Whether a file, or a folder above it, has the word for its name. */
function isNamed(path: string, word: string): boolean {
  return path.replace(/\.ts$/, '').split('/').includes(word);
}

describe.each(Object.entries(FAMILIES))('%s', (_, { words, home, tables, types, others }) => {
  it('are called by their words in their own files only', () => {
    const strange = words.flatMap((word) =>
      [...TEXTS]
        .filter(([path]) => !path.startsWith(home) && !tables.includes(path) && !others.includes(path))
        .filter(([path]) => !isNamed(path, word))
        .filter(([, text]) => text.includes(`'${word}'`) || text.includes(`"${word}"`))
        .map(([path]) => `${path} knows ${word}`),
    );
    expect(strange).toEqual([]);
  });

  it('have these tables with a line for each, and no others', () => {
    const table = new RegExp(`\\bin (?:${types.join('|')})\\]|\\bRecord<\\s*(?:${types.join('|')})\\b`);
    const found = [...TEXTS].filter(([, text]) => table.test(text)).map(([path]) => path);
    expect(found.filter((path) => !path.startsWith(home))).toEqual([...tables].sort());
  });
});

it('asks the ways of delivery which annotations they read', () => {
  const keys = allDeliveries.flatMap(({ neverPrune, noSubstitution }) =>
    [neverPrune, noSubstitution].flatMap((mark) => (mark === undefined ? [] : [mark.key])),
  );
  expect(keys.length).toBeGreaterThan(0);
  const found = [...TEXTS].filter(([, text]) => keys.some((key) => text.includes(key))).map(([path]) => path);
  expect(found.filter((path) => !path.startsWith('src/system/delivery/'))).toEqual([]);
});
