import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { progressOn } from '../../src/cli/progress.ts';
import {
  diagnosticLine,
  humanMigration,
  humanReport,
  jsonProblem,
  jsonReport,
} from '../../src/cli/report.ts';
import { humanSecrets } from '../../src/cli/secrets/report.ts';
import { json, line, lines, paragraph, styleFor } from '../../src/cli/terminal.ts';

const plain = styleFor({}, {});
const coloured = styleFor({ isTTY: true }, {});
/** What a terminal or a log would act on. */
const ACTS = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const HOSTILE =
  'x\u001b[2J\u001b]0;title\u0007\u001b[31m\u009b1m\u007f\b\r\n::add-mask::x\n##[group]\u2028\u2029\u202e\u2066\u200b\ufeff\u{e0041}\ud800\t';
const anything = fc.oneof(fc.constant(HOSTILE), fc.string({ unit: 'binary' }));

/** The same with what the program itself colours left out. */
function withoutColours(text: string): string {
  return text.replaceAll('\u001b[1m', '').replaceAll('\u001b[31m', '').replaceAll('\u001b[0m', '');
}

describe('text for a terminal', () => {
  it('is one line, whatever is put into it, and shows what it escapes', () => {
    expect(line`a ${'b\u001b[31m\nc\u202e\u0007'} d`).toBe('a b\\u001b[31m\\nc\\u202e\\u0007 d');
    fc.assert(
      fc.property(anything, (text) => {
        const said = line`wrote ${text}!`;
        expect(said).not.toMatch(/\n/);
        expect(said).not.toMatch(ACTS);
        expect(lines([said, said]).split('\n')).toHaveLength(3);
        expect(paragraph(text)).not.toMatch(ACTS);
      }),
    );
  });

  it('keeps the colours of the program, and no others', () => {
    expect(line`${coloured.bold('a\u001b[0m')} ${'\u001b[31m'}`).toBe(
      '\u001b[1ma\\u001b[0m\u001b[0m \\u001b[31m',
    );
    expect(line`${plain.bold('a')} ${plain.red('b')}`).toBe('a b');
  });

  it('begins no line as a command of a CI system', () => {
    for (const command of ['::add-mask::x', '  ::error::x', '##[group]x']) {
      expect(line`${command}`).not.toMatch(/^\s*(?:::|##\[)/);
      expect(paragraph(`x\n${command}\ny`)).not.toMatch(/^\s*(?:::|##\[)/m);
    }
    expect(line`a ::b ${'##[c]'}`).toBe('a ::b ##[c]');
  });

  it('as JSON means the same, and acts on nothing either', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const said = json({ [text]: [text] });
        expect(said).not.toMatch(ACTS);
        expect(JSON.parse(said)).toEqual({ [text]: [text] });
      }),
    );
  });

  it('is all that the program writes: nothing else reaches standard output or error', () => {
    const allowed = ['src/cli/terminal.ts'];
    // YAML itself, with --stdout; js-yaml escapes control characters.
    const yaml = /process\.stdout\.write\(text, \(error\)/;
    const found: string[] = [];
    for (const folder of ['src', 'charts']) {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (!entry.name.endsWith('.ts')) continue;
        const path = join(entry.parentPath, entry.name);
        if (allowed.includes(path)) continue;
        for (const written of readFileSync(path, 'utf8').split('\n')) {
          const writes = /process\.std(?:out|err)\s*\.write\(|console\.\w+\(|process\.emitWarning/.test(
            written,
          );
          if (writes && !yaml.test(written)) found.push(`${path}: ${written.trim()}`);
        }
      }
    }
    expect(found).toEqual([]);
  });
});

describe('reports', () => {
  const diagnostic = {
    position: { file: HOSTILE, line: 1, column: 1 },
    code: 'MG001',
    what: HOSTILE,
    remedy: HOSTILE,
  } as const;
  const synth = {
    exitCode: 1,
    diagnostics: [diagnostic],
    orphanedSecrets: [HOSTILE],
    findings: [
      {
        stack: HOSTILE,
        file: HOSTILE,
        line: 1,
        column: 1,
        code: 'MR001',
        object: { group: HOSTILE, kind: HOSTILE, namespace: HOSTILE, name: HOSTILE },
        path: [HOSTILE],
        field: HOSTILE,
        what: HOSTILE,
        remedy: HOSTILE,
      },
    ],
    warnings: [],
    failures: [{ stack: HOSTILE, file: HOSTILE, problem: HOSTILE }],
    stacks: [HOSTILE],
    kept: [HOSTILE],
    missing: [
      { stack: HOSTILE, secret: HOSTILE, namespace: HOSTILE, keys: [HOSTILE] },
      { stack: HOSTILE, secret: HOSTILE, namespace: HOSTILE, keys: [HOSTILE], sealedFor: HOSTILE },
    ],
    notices: [
      { file: HOSTILE, what: HOSTILE, remedy: HOSTILE },
      { file: HOSTILE, line: 1, column: 1, code: 'MG078', what: HOSTILE, remedy: HOSTILE },
    ],
    written: { changed: [HOSTILE], removed: [HOSTILE], unchanged: 0 },
    compared: { differs: [HOSTILE], missing: [HOSTILE], stale: [HOSTILE], unchanged: 0 },
  } as const;
  const secrets = {
    exitCode: 1,
    diagnostics: [diagnostic],
    stacks: [
      {
        stack: HOSTILE,
        provider: 'existing',
        status: [],
        changed: [
          {
            secret: HOSTILE,
            key: HOSTILE,
            how: 'made',
            restarts: [HOSTILE],
            notice: HOSTILE,
            before: HOSTILE,
          },
        ],
        missing: [HOSTILE],
        written: [HOSTILE],
        removed: [HOSTILE],
        notices: [HOSTILE],
        commands: [HOSTILE],
      },
      {
        stack: HOSTILE,
        provider: 'existing',
        status: [HOSTILE, 'b'].map((namespace) => ({
          secret: HOSTILE,
          namespace,
          key: HOSTILE,
          states: ['present'] as const,
          made: undefined,
          days: 1,
        })),
        changed: [],
        missing: [],
        written: [],
        removed: [],
        notices: [],
      },
      {
        stack: HOSTILE,
        provider: 'existing',
        status: [],
        changed: [],
        missing: [],
        written: [],
        removed: [],
        notices: [],
        problem: { what: HOSTILE, remedy: HOSTILE },
      },
    ],
  } as const;
  const migration = {
    exitCode: 0,
    diagnostics: [diagnostic],
    migrated: [{ file: HOSTILE, from: 1, to: 2, steps: [HOSTILE] }],
    unchanged: 0,
  } as const;

  it('show hostile text as escapes, one line for each thing', () => {
    for (const style of [plain, coloured]) {
      const said = [
        diagnosticLine(diagnostic, style),
        humanReport(synth, HOSTILE, style),
        humanSecrets(secrets, style),
        humanMigration(migration, style),
      ];
      for (const text of said) {
        expect(withoutColours(text)).not.toMatch(ACTS);
        // No line that a CI system takes for a command of its own.
        for (const one of withoutColours(text).split('\n')) expect(one).not.toMatch(/^\s*(?:::|##\[)/);
      }
      expect(diagnosticLine(diagnostic, style)).not.toContain('\n');
      expect(
        humanReport({ ...synth, failures: [], written: undefined, compared: undefined }, 'dist', style).split(
          '\n',
        ),
      ).toHaveLength(6);
    }
  });

  it('for programs hold nothing that a terminal acts on, and read back the same', () => {
    for (const text of [jsonReport(synth), jsonProblem(3, { what: HOSTILE, remedy: HOSTILE })])
      expect(text).not.toMatch(ACTS);
    expect(JSON.parse(jsonReport(synth))).toEqual(synth);
  });

  it('of progress take a name as text', () => {
    const written: string[] = [];
    let now = 0;
    const progress = progressOn(
      { isTTY: true, columns: 500, write: (text) => written.push(text) },
      () => (now += 2000),
    );
    progress.step(1, 2, HOSTILE);
    expect(written.join('').replaceAll('\r', '')).not.toMatch(ACTS);
    expect(written.join('').split('\r')).toHaveLength(2);
  });
});
