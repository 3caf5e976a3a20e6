import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadStack, loadVersions } from '../../../charts/stack/load.ts';
import { diagnosticLine } from '../../../src/cli/report.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { CODES } from '../../../src/stack/codes.ts';
import type { Diagnostic } from '../../../src/stack/diagnostic.ts';
import { freshKey } from '../../secrets/keys.ts';
import { fixtureFiles, repositoryImages } from '../../stacks.ts';

const fixtures = new URL('../../fixtures/', import.meta.url);
const plain = styleFor({}, {});

/** Files of a fixture folder: name and text. */
function files(folder: string): readonly { readonly name: string; readonly text: string }[] {
  const url = new URL(`${folder}/`, fixtures);
  return readdirSync(url)
    .sort()
    .map((name) => ({ name, text: readFileSync(new URL(name, url), 'utf8') }));
}

/** What the comments at the top of a fixture promise: `line:column CODE beginning of the text`. */
function promised(text: string): readonly string[] {
  const lines = text.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('# expect '));
  return lines.slice(0, end === -1 ? undefined : end).map((line) => line.slice('# expect '.length));
}

/** The diagnostics in the same form, each cut to the length of what is promised in its place. */
function given(diagnostics: readonly Diagnostic[], wanted: readonly string[]): readonly string[] {
  return diagnostics.map(({ position: { line, column }, code, what }, index) =>
    `${line}:${column} ${code} ${what}`.slice(0, wanted[index]?.length),
  );
}

const images = repositoryImages();

const loaders = {
  invalid: (name: string, text: string) => loadStack(name, text, images).diagnostics,
  versions: (name: string, text: string) => loadVersions(name, text).diagnostics,
} as const;

for (const folder of ['invalid', 'versions'] as const) {
  describe(`the files of test/fixtures/${folder}`, () => {
    it.each(files(folder))(
      '$name gives exactly the errors it announces, in their order',
      ({ name, text }) => {
        const wanted = promised(text);
        expect(wanted.length).toBeGreaterThan(0);
        expect(given(loaders[folder](name, text), wanted)).toEqual(wanted);
      },
    );

    it.each(files(folder))('$name is answered with place, code, reason and remedy', ({ name, text }) => {
      for (const diagnostic of loaders[folder](name, text)) {
        const line = diagnosticLine(diagnostic, plain);
        expect(line).toMatch(/^[A-Za-z0-9_-]+\.yaml:[1-9]\d*:[1-9]\d* error MG\d{3}: \S.*; \S.*$/);
        expect(line).not.toMatch(/undefined|null|NaN|\[object|stand-in|Invalid|Too (?:small|big)/);
      }
    });

    it.each(files(folder))('$name has an error at a place that is written', ({ name, text }) => {
      const lines = text.split('\n');
      for (const { position } of loaders[folder](name, text)) {
        const line = lines[position.line - 1];
        // A tab as indentation is white space, and the mistake.
        expect(line?.[position.column - 1] ?? ' ').not.toBe(' ');
      }
    });
  });
}

describe('a private key where a public one belongs', () => {
  it.each(['escrow', 'recipients'])('in %s is not repeated', async (list) => {
    const { text } = await freshKey();
    const provider = list === 'escrow' ? 'sealed-secrets' : 'sops';
    const stack = `schema: 1
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
secrets: {provider: ${provider}, ${list}: [${text}]}
`;
    const { diagnostics } = loadStack('stacks/chat.yaml', stack, images);
    expect(diagnostics.map(({ what }) => what)).toEqual([`secrets.${list}[0] is a private key`]);
    expect(JSON.stringify(diagnostics)).not.toContain(text.slice(20, 40));
  });
});

describe('the invalid files as a whole', () => {
  it('cover every code that one file can give', () => {
    const announced = [...files('invalid'), ...files('versions')].flatMap(({ text }) =>
      promised(text).map((line) => line.split(' ')[1]),
    );
    // Bytes that are no text (decode.test.ts), files for programs (extra-files.test.ts), files that are refused unread (test/cli/hostile-files.thorough.test.ts),
    // settings that are files (file-settings.test.ts), several stack files (across.test.ts), a file of image versions beside it (images.test.ts), rendered objects (overrides.test.ts), files that are included (test/include/) or files of ciphertext
    // (test/cli/secrets/folder.test.ts), or a component that this release does not have (entrances.test.ts), what dist/ had before (test/cli/moved-calls.test.ts), or rules of manifests (test/findings.test.ts) are needed for these.
    const elsewhere =
      /^MG01[02-5]|^MG04[0-35]|^MG05[0-35-8]$|^MG0[67]|^MG08[01]|^MG09[5-7]|^MG104|^MG110|^MG12[0-7]|^MG13[24]|^MG140|^MG1[68]0|^MG22[0-28]|^MG264/;
    const expected = Object.keys(CODES).filter((code) => !elsewhere.test(code));
    expect([...new Set(announced)].sort()).toEqual(expected);
  });
});

describe('the files of test/fixtures/valid', () => {
  it.each(files('valid'))('$name loads without an error', ({ name, text }) => {
    expect(loadStack(name, text, images, undefined, fixtureFiles).diagnostics).toEqual([]);
  });

  it.each(files('valid'))('$name loads the same with Windows line ends', ({ name, text }) => {
    const load = (of: string): unknown => loadStack(name, of, images, undefined, fixtureFiles).value;
    expect(load(text.replaceAll('\n', '\r\n'))).toEqual(load(text));
  });
});
