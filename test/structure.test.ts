import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMPONENT_NAMES } from '../charts/index.ts';
import { SOURCES as FILES } from './sources.ts';

/**
 * Which room may know which: the only place that says so. A room is a folder of src/ or scripts/, any other folder at
 * the top, or a file there. What is not in a list is an arrow against the grain.
 */
const MAY_KNOW: Readonly<Record<string, readonly string[]>> = {
  // Helpers that know nothing of what they are used for; everybody may know them.
  'src/plain': [],
  'src/plain-secrets': [],
  // A stack file as text, and what any of its fields can be.
  'src/stack': [],
  'src/topology': ['src/stack'],
  // What a system, an entrance, a Secret and the facts of a stack are. Everything above knows a system only so.
  'src/system': ['src/stack', 'src/topology'],
  'src/kubernetes': ['src/stack', 'src/system', 'src/topology'],
  // What is special about each kind of object.
  'src/kinds': ['src/stack'],
  imports: [],
  // Every system, and a stack of them.
  charts: [
    'imports',
    'src/kinds',
    'src/kubernetes',
    'src/plain-secrets',
    'src/stack',
    'src/system',
    'src/topology',
  ],
  // Plain manifests that a stack includes.
  'src/include': ['charts', 'imports', 'src/kinds', 'src/kubernetes', 'src/stack', 'src/system'],
  // Readers of manifests. They take no stack.
  'src/rules': ['imports', 'src/kinds', 'src/plain-secrets', 'src/stack', 'src/system'],
  'src/continuity': ['src/kinds', 'src/stack', 'src/system'],
  'src/disk': ['src/files', 'src/render', 'src/stack'],
  // A stack in, texts out.
  'src/texts': ['charts', 'src/kinds', 'src/stack', 'src/system', 'src/topology'],
  'src/render': [
    'charts',
    'src/continuity',
    'src/include',
    'src/kinds',
    'src/kubernetes',
    'src/plain-secrets',
    'src/rules',
    'src/stack',
    'src/system',
    'src/texts',
  ],
  // What a repository holds.
  'src/files': [],
  'src/git': ['src/files'],
  // Values, and who opens them. Nothing that renders knows these.
  'src/secrets': [
    'charts',
    'src/files',
    'src/kubernetes',
    'src/plain-secrets',
    'src/render',
    'src/stack',
    'src/system',
  ],
  'src/cluster': ['src/files', 'src/secrets'],
  'src/library': [
    'charts',
    'src/files',
    'src/include',
    'src/render',
    'src/rules',
    'src/secrets',
    'src/stack',
    'src/system',
  ],
  // Entries.
  'index.ts': ['src/library', 'src/rules', 'src/stack'],
  'unstable.ts': ['charts', 'src/kubernetes', 'src/library', 'src/topology'],
  'main.ts': ['src/cli'],
  'scripts/launcher': ['src/files'],
  'src/cli': [
    'charts',
    'package.json',
    'src/cluster',
    'src/continuity',
    'src/disk',
    'src/files',
    'src/git',
    'src/include',
    'src/render',
    'src/rules',
    'src/secrets',
    'src/stack',
    'src/system',
    'src/texts',
    'src/topology',
  ],
};

/** Rooms that work on manifests of any origin, or on parts of a stack: what knows a system is not there for them. */
const KNOW_NO_STACK = [
  'src/rules',
  'src/continuity',
  'src/disk',
  'src/kinds',
  'src/kubernetes',
  'src/stack',
  'src/system',
  'src/topology',
];

function room(path: string): string {
  const [top = '', inner] = path.split('/');
  return (top === 'src' || top === 'scripts') && inner !== undefined ? `${top}/${inner}` : top;
}

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
        .filter((to) => ![room(path), 'src/plain', ...(MAY_KNOW[room(path)] ?? [])].includes(room(to)))
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

  it('that work on manifests know no stack', () => {
    const against = KNOW_NO_STACK.filter((one) => MAY_KNOW[one]?.includes('charts'));
    expect(against).toEqual([]);
  });

  it('are in no circle', () => {
    expect(circles(new Map(Object.entries(MAY_KNOW)))).toEqual([]);
  });
});

/** The system of charts/ that a file belongs to; undefined for what all systems share. */
function system(path: string): string | undefined {
  const [top, name, inner] = path.split('/');
  const isOne = top === 'charts' && inner !== undefined && existsSync(`charts/${name}/declare.ts`);
  return isOne ? name : undefined;
}

describe('systems', () => {
  it('do not know each other', () => {
    expect(new Set(FILES.map(system)).size).toBeGreaterThan(5);
    const against = FILES.flatMap((path) =>
      (IMPORTS.get(path) ?? [])
        .filter((to) => system(path) !== undefined && system(to) !== undefined && system(to) !== system(path))
        .map((to) => `${path} knows ${to}`),
    );
    expect(against).toEqual([]);
  });

  it('are declared without their objects', () => {
    const against = FILES.filter((path) => path.endsWith('/declare.ts')).flatMap((path) =>
      (IMPORTS.get(path) ?? []).filter((to) => /\/objects/.test(to)).map((to) => `${path} knows ${to}`),
    );
    expect(against).toEqual([]);
  });
});

/** Rooms and files that are about all components, and so about none of them. */
const ABOUT_NO_COMPONENT = ['src/', 'charts/stack/'];

/** Files in which such a word means something else. */
const OTHER_WORDS = [
  // The order of the keys in the reference.
  'charts/stack/schema.ts',
  // A database, and the element of a list.
  'src/kinds/cnpg.ts',
  'src/stack/reading/schema-walk.ts',
  'src/system/databases.ts',
  'src/system/delivery/flux.ts',
  // Whose turn it is among routes.
  'src/rules/entrances/cloudflared.ts',
  'src/rules/entrances/gateway.ts',
  'src/rules/entrances/shadowed.ts',
  'src/rules/entrances/traefik-tcp.ts',
  'src/rules/entrances/traefik.ts',
  'src/rules/entrances/tunnel.ts',
  'src/rules/mr016-shadowed.ts',
  // By what calls are carried: clients are told differently.
  'src/system/topics.ts',
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
  const files = FILES.filter(
    (path) => ABOUT_NO_COMPONENT.some((part) => path.startsWith(part)) && !OTHER_WORDS.includes(path),
  );

  it('names none of them', () => {
    const naming = files.flatMap((path) =>
      named(readFileSync(path, 'utf8')).map((text) => `${path}: ${text}`),
    );
    expect(naming).toEqual([]);
  });

  it('knows the file of none of them', () => {
    const known = files.flatMap((path) =>
      (IMPORTS.get(path) ?? []).filter((to) => system(to) !== undefined).map((to) => `${path} knows ${to}`),
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
