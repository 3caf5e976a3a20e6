import { describe, expect, it } from 'vitest';
import { diagnosticLine, humanReport, jsonReport } from '../../src/cli/report.ts';
import type { SynthResult } from '../../src/cli/synth.ts';
import { styleFor } from '../../src/cli/terminal.ts';
import type { Diagnostic } from '../../src/stack/diagnostic.ts';

const terminal = { isTTY: true };
const plain = styleFor({}, {});
const ESCAPE = '\u001b';

const diagnostic: Diagnostic = {
  position: { file: 'stacks/chat.yaml', line: 12, column: 5 },
  code: 'MG020',
  what: '"matrix.example.org" is the host of two things',
  remedy: 'give each its own host',
};

const nothing = {
  diagnostics: [],
  findings: [],
  warnings: [],
  failures: [],
  stacks: [],
  kept: [],
  missing: [],
  orphanedSecrets: [],
  notices: [],
  written: undefined,
  compared: undefined,
} as const;
const wrong: SynthResult = { ...nothing, exitCode: 2, diagnostics: [diagnostic] };
const broken: SynthResult = {
  ...nothing,
  exitCode: 1,
  kept: ['chat'],
  findings: [
    {
      stack: 'chat',
      file: 'components/synapse.yaml',
      line: 12,
      column: 5,
      code: 'MR004',
      object: { group: 'apps', kind: 'Deployment', namespace: 'chat', name: 'synapse' },
      path: ['spec', 'template'],
      field: 'spec.template',
      what: 'names a Secret that is not there',
      remedy: 'render it',
    },
    {
      stack: 'chat',
      file: 'flux/chat.yaml',
      line: 2,
      column: 1,
      code: 'MR001',
      object: {
        group: 'kustomize.toolkit.fluxcd.io',
        kind: 'Kustomization',
        namespace: 'flux-system',
        name: 'chat',
      },
      path: [],
      what: 'does not fit',
      remedy: 'mend it',
    },
  ],
};
const done: SynthResult = {
  ...nothing,
  exitCode: 0,
  stacks: ['chat', 'staging'],
  written: { changed: ['chat/SUMMARY.md'], removed: ['chat/old.yaml'], unchanged: 7 },
};

describe('the report for people', () => {
  it('has one line for each error: place, code, what is wrong, what to write', () => {
    expect(diagnosticLine(diagnostic, plain)).toBe(
      'stacks/chat.yaml:12:5 error MG020: "matrix.example.org" is the host of two things; give each its own host',
    );
  });

  it('ends with how many errors there are, and that nothing was written', () => {
    expect(humanReport(wrong, 'dist', plain)).toMatch(/\n1 error; dist is unchanged\n$/);
    expect(humanReport(broken, 'dist', plain)).toMatch(/\n2 errors; dist is unchanged\n$/);
  });

  it('names the rendered file, the object and the field of a finding', () => {
    expect(humanReport(broken, 'out', plain).split('\n').slice(0, 2)).toEqual([
      'out/chat/components/synapse.yaml:12:5 error MR004: Deployment/chat/synapse spec.template: names a Secret that is not there; render it',
      'out/flux/chat.yaml:2:1 error MR001: Kustomization/flux-system/chat: does not fit; mend it',
    ]);
  });

  it('tells what has no value yet from what is composed of former ones', () => {
    const one = { stack: 'chat', secret: 'bridge', keys: ['a'] };
    const missing = [
      { ...one, namespace: 'chat' },
      { ...one, namespace: 'calls' },
      { ...one, secret: 'mail', namespace: 'chat', outdated: true },
    ] as const;
    expect(humanReport({ ...done, missing }, 'dist', plain)).toContain(
      'chat: no value yet in bridge: run `npm run secrets -- create --stack chat`\nchat: composed of values that have changed since: mail: run `npm run secrets -- create --stack chat`\n',
    );
  });

  it('names what was written and removed, and counts the rest', () => {
    expect(humanReport(done, 'dist', plain)).toBe(
      'wrote dist/chat/SUMMARY.md\nremoved dist/chat/old.yaml\nchat, staging: 1 written, 1 removed, 7 unchanged\n',
    );
  });
});

describe('colour', () => {
  it('is there on a terminal', () => {
    const line = diagnosticLine(diagnostic, styleFor(terminal, {}));
    expect(line).toContain(ESCAPE);
    expect(line.split(ESCAPE).at(-1)).toMatch(/^\[0m/);
  });

  it.each([
    ['where the output is no terminal', {}, {}],
    ['where the output is a pipe', { isTTY: false }, {}],
    ['where NO_COLOR is set', terminal, { NO_COLOR: '1' }],
    ['where NO_COLOR is set to anything', terminal, { NO_COLOR: '0' }],
  ])('is absent %s', (_name, stream, environment) => {
    expect(humanReport(wrong, 'dist', styleFor(stream, environment))).not.toContain(ESCAPE);
  });

  it('is there where NO_COLOR is empty, which counts as not set', () => {
    expect(humanReport(wrong, 'dist', styleFor(terminal, { NO_COLOR: '' }))).toContain(ESCAPE);
  });
});

describe('the report for programs', () => {
  it.each([
    ['wrong input', wrong],
    ['findings', broken],
    ['a written folder', done],
  ])('is the whole result as JSON, for %s', (_name, result) => {
    const text = jsonReport(result);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(result)));
    expect(text.endsWith('\n')).toBe(true);
    expect(text).not.toContain(ESCAPE);
  });
});
