import { describe, expect, test } from 'vitest';

// Plain JavaScript without types: imported by address.
const { takeImports } = await import(new URL('../../tools/imports.mjs', import.meta.url).href);

/** The line of the entry that says what of a package is needed. */
function needed(code: string, path = 'p'): string | undefined {
  const { entries } = takeImports(code);
  return new RegExp(`^  "${path}": (.*),$`, 'm').exec(entries.dependencies)?.[1];
}

describe('imports become constants', () => {
  test.each([
    ['import { a } from "p";', 'const { a } = dependencies["p"];'],
    ['import { a as a2, b } from "p";', 'const { a: a2, b } = dependencies["p"];'],
    ['import {\n  a,\n  b as $b\n} from "p";', 'const { a, b: $b } = dependencies["p"];'],
    ['import d from "p";', 'const { default: d } = dependencies["p"];'],
    ['import d, { a } from "p";', 'const { default: d, a } = dependencies["p"];'],
    ['import * as p from "p";', 'const p = dependencies["p"];'],
    ['import { join as join2 } from "node:path";', 'const { join: join2 } = require("node:path");'],
    ['import * as fs from "node:fs";', 'const fs = require("node:fs");'],
  ])('%s', (statement, head) => {
    expect(takeImports(`one();\n${statement}\ntwo();\n`)).toMatchObject({ head, body: 'one();\ntwo();\n' });
  });

  test('an import() becomes a call, and nothing is loaded before', () => {
    const { body, entries } = takeImports('const p = await import("p");\n');
    expect(body).toBe('const p = await dependencies["import p"]();\n');
    expect(entries.dependencies).toBe(
      'export const dependencies = {\n  "import p": () => import("p"),\n};\n',
    );
  });

  test('each comes from its own script, with what is needed there besides', () => {
    const scriptOf = (path: string): string => (path.startsWith('./') ? 'kinds' : 'dependencies');
    const { head, entries } = takeImports('import { a } from "p";\nimport { K } from "./k.ts";\n', scriptOf, {
      p: ['b'],
    });
    expect(head).toBe('const { a } = dependencies["p"];\nconst { K } = kinds["./k.ts"];');
    expect(entries).toEqual({
      dependencies:
        'import * as m0 from "p";\nexport const dependencies = {\n  "p": { a: m0.a, b: m0.b },\n};\n',
      kinds: 'import * as m0 from "./k.ts";\nexport const kinds = {\n  "./k.ts": { K: m0.K },\n};\n',
    });
  });

  test('every statement is counted', () => {
    const code =
      'import { a } from "p";\nimport { b } from "p";\nimport "q";\nimport { c } from "node:fs";\n';
    expect(takeImports(code).paths).toEqual(['p', 'p', 'node:fs']);
  });
});

describe('what is needed of a package', () => {
  test('is every name that is imported, once', () => {
    expect(needed('import { b, a } from "p";\nimport { a as a2 } from "p";\n')).toBe('{ a: m0.a, b: m0.b }');
  });

  test('is every member of a whole module that is used', () => {
    const code = 'import * as z from "p";\nimport * as z2 from "p";\nz.b(z2.a().c, z.$d);\n';
    expect(needed(code)).toBe('{ $d: m0.$d, a: m0.a, b: m0.b }');
  });

  test.each(['const all = z;', 'f(z)', 'f({ ...z })', 'z[name]', 'z?.a', 'const { a } = z;', '({ z })'])(
    'is everything where the whole module is used: %s',
    (use) => {
      expect(needed(`import * as z from "p";\nz.b();\n${use}\n`)).toBe('m0');
    },
  );

  test.each(['x.z', 'x.z.b', '/[a-z]/', 'zz', '$z', 'z2.b', '"my-z.b"'])(
    'is not what only looks like it: %s',
    (other) => {
      expect(needed(`import * as z from "p";\nz.a();\n${other}\n`)).toBe('{ a: m0.a }');
    },
  );

  test('is the same text for the same needs, whatever their order', () => {
    const one = takeImports('import { a } from "p";\nimport { b, c } from "q";\n');
    const other = takeImports('import { c, b } from "q";\nimport { a } from "p";\n');
    expect(other.entries).toEqual(one.entries);
  });
});
