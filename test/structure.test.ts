import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMPONENT_NAMES } from '../charts/index.ts';
import { SOURCES as FILES } from './sources.ts';

/**
 * Which room may know which: the only place that says so. A room is a folder at the top, or a file there.
 * What is not in a list is an arrow against the grain.
 */
const MAY_KNOW: Readonly<Record<string, readonly string[]>> = {
  // Helpers for data of any origin: known to everybody, and to themselves only.
  plain: [],
  // The engine's data: what a stack is.
  model: [],
  // What goes into the programs, and what objects are built of: neither knows the other.
  settings: ['model'],
  constructs: ['model'],
  charts: ['constructs', 'imports', 'kinds', 'model', 'settings'],
  imports: [],
  // What is special about each kind of object.
  kinds: ['model'],
  // Plain manifests that a stack includes.
  include: ['constructs', 'imports', 'model'],
  // Readers of manifests. They take no stack.
  rules: ['imports', 'kinds', 'model'],
  output: ['files', 'kinds', 'model'],
  continuity: ['kinds', 'model'],
  summary: ['kinds', 'model', 'settings'],
  // What a repository holds.
  files: [],
  git: ['files'],
  // Values, and who opens them. Nothing that renders knows these.
  secrets: ['constructs', 'files', 'model', 'output'],
  cluster: ['files', 'secrets'],
  // A stack in, texts out.
  'src/render/render.ts': ['charts', 'constructs', 'include', 'model', 'output', 'rules', 'summary'],
  'src/render/findings.ts': ['model', 'src/render/render.ts', 'rules'],
  library: [
    'files',
    'src/render/findings.ts',
    'include',
    'model',
    'src/render/render.ts',
    'rules',
    'secrets',
  ],
  // Entries.
  'index.ts': ['library', 'model', 'rules'],
  'unstable.ts': ['charts', 'constructs', 'library', 'model'],
  'main.ts': ['commands'],
  launcher: ['files'],
  commands: [
    'cluster',
    'continuity',
    'files',
    'src/render/findings.ts',
    'git',
    'include',
    'model',
    'output',
    'package.json',
    'src/render/render.ts',
    'rules',
    'secrets',
    'summary',
  ],
};

/** Parts of model/ that are about stacks: for the readers of manifests they are not there. */
const ABOUT_STACKS = [
  'model/components/',
  'model/checks/',
  'src/system/facts.ts',
  'charts/stack/resolve.ts',
  'charts/stack/schema.ts',
  'charts/stack/stack.ts',
];
const READERS_OF_MANIFESTS = ['kinds', 'rules', 'output'];

const room = (path: string): string => path.split('/')[0] ?? '';

/** The files of this program that a file imports, types included. */
const IMPORTS: ReadonlyMap<string, readonly string[]> = new Map(
  FILES.map((path) => [
    path,
    [...readFileSync(path, 'utf8').matchAll(/(?:\bfrom|\bimport\()\s*'(\.{1,2}\/[^']+)'/g)].map(
      ([, to = '']) => normalize(join(dirname(path), to)),
    ),
  ]),
);

describe('the rooms', () => {
  it('all have a line in the table', () => {
    expect([...new Set(FILES.map(room))].sort()).toEqual(Object.keys(MAY_KNOW).sort());
  });

  it('know only those that the table says', () => {
    const against = FILES.flatMap((path) =>
      (IMPORTS.get(path) ?? [])
        .filter((to) => ![room(path), 'plain', ...(MAY_KNOW[room(path)] ?? [])].includes(room(to)))
        .map((to) => `${path} knows ${to}`),
    );
    expect(against).toEqual([]);
  });

  it('know each other as much as the table says: a line that nobody needs is removed', () => {
    const known = (from: string): readonly string[] =>
      FILES.filter((path) => room(path) === from)
        .flatMap((path) => IMPORTS.get(path) ?? [])
        .map(room);
    const idle = Object.entries(MAY_KNOW).flatMap(([from, all]) =>
      all.filter((to) => !known(from).includes(to)).map((to) => `${from} does not know ${to}`),
    );
    expect(idle).toEqual([]);
  });

  it('that read manifests know no stack', () => {
    const against = FILES.filter((path) => READERS_OF_MANIFESTS.includes(room(path))).flatMap((path) =>
      (IMPORTS.get(path) ?? [])
        .filter((to) => ABOUT_STACKS.some((part) => to.startsWith(part)))
        .map((to) => `${path} knows ${to}`),
    );
    expect(against).toEqual([]);
  });
});

/** Rooms and files that are about all components, and so about none of them. */
const ABOUT_NO_COMPONENT = [
  'continuity/',
  'output/',
  'summary/',
  'model/checks/',
  'src/render/findings.ts',
  'src/render/render.ts',
  'charts/stack/load.ts',
  'charts/stack/resolve.ts',
];

/** What a source says of a component by its key or file, comments aside. */
function named(source: string): readonly string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
  return COMPONENT_NAMES.flatMap((key) => {
    const access = new RegExp(String.raw`\.${key}\b|[{,]\s*${key}\s*[,:}]|(['"])${key}\1`, 'g');
    return [...code.matchAll(access)].map(([text]) => text);
  });
}

describe('what is said of all components', () => {
  const files = FILES.filter((path) => ABOUT_NO_COMPONENT.some((part) => path.startsWith(part)));

  it('names none of them', () => {
    const naming = files.flatMap((path) =>
      named(readFileSync(path, 'utf8')).map((text) => `${path}: ${text}`),
    );
    expect(naming).toEqual([]);
  });

  it('knows the file of none of them', () => {
    const general = ['component.ts', 'index.ts'].map((name) => `model/components/${name}`);
    const known = files.flatMap((path) =>
      (IMPORTS.get(path) ?? [])
        .filter((to) => to.startsWith('model/components/') && !general.includes(to))
        .map((to) => `${path} knows ${to}`),
    );
    expect(known).toEqual([]);
  });
});

describe('files', () => {
  it('are in no circle', () => {
    expect(circles(IMPORTS)).toEqual([]);
  });
});

/** Groups of files that all lead to each other (Tarjan's algorithm). */
function circles(edges: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const found: string[] = [];
  const visit = (path: string): void => {
    order.set(path, order.size);
    lowest.set(path, order.size - 1);
    stack.push(path);
    for (const to of edges.get(path) ?? []) {
      if (!edges.has(to)) continue;
      if (!order.has(to)) visit(to);
      if (stack.includes(to)) lowest.set(path, Math.min(lowest.get(path) ?? 0, lowest.get(to) ?? 0));
    }
    if (lowest.get(path) !== order.get(path)) return;
    const group = stack.splice(stack.indexOf(path));
    if (group.length > 1) found.push(group.sort().join(' '));
  };
  for (const path of edges.keys()) if (!order.has(path)) visit(path);
  return found;
}
