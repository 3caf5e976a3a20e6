import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadStack } from '../charts/stack/load.ts';
import { type GivenFiles, givenBytes } from '../charts/stack/read-extra-files.ts';
import { load, render } from '../index.ts';
import packageJson from '../package.json' with { type: 'json' };
import { repositoryImages } from './stacks.ts';

const FILES = readdirSync('.', { recursive: true, encoding: 'utf8' }).filter(
  (path) => !/(?:^|\/)(?:node_modules|build|\.git)(?:\/|$)/.test(path),
);
const PAGES = FILES.filter((path) =>
  /^(?:README|SECURITY|CONTRIBUTING)\.md$|^docs\/.*\.md$|^(?:test|imports|examples)\/.*README\.md$/.test(
    path,
  ),
).sort();
/** What is at the top and what is not a file of this program: people's own files, and what a run makes. */
const THEIRS = ['stacks', 'dist', 'build', 'node_modules', 'rendered'];
const SOURCE = /\.(?:ts|mjs|cjs)$/;
/** Files that only a build makes. */
const BUILT = ['cli.bundle.cjs'];
/** The files of a component `x`, or of anything called NAME, that somebody adds. */
const OF_X = /(?:^|\/)x(?:-config)?(?:\.test)?\.ts$|NAME|NNN/;

/** Words in backticks, outside of blocks of code. */
function named(page: string): readonly string[] {
  const prose = readFileSync(page, 'utf8').replaceAll(/^```.*?^```/gms, '');
  return [...prose.matchAll(/`([^`\s]+)`/g)].map(([, word = '']) => word);
}

function linked(page: string): readonly string[] {
  const prose = readFileSync(page, 'utf8').replaceAll(/^```.*?^```/gms, '');
  return [...prose.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, to = '']) => to)
    .filter((to) => !/^[a-z]+:/.test(to));
}

/** Whether a word is the path of a file or folder of this repository, rather than of anything else. */
function isPath(word: string): boolean {
  if (!/^[\w.@*/-]+$/.test(word) || word.startsWith('/') || OF_X.test(word)) return false;
  if (BUILT.includes(basename(word))) return false;
  const [top = ''] = word.split('/');
  if (THEIRS.includes(top) || word.includes('//')) return false;
  if (!word.includes('/')) return SOURCE.test(word) && !word.startsWith('.');
  return SOURCE.test(word) || (existsSync(top) && !/[A-Z]{3}/.test(word.replace(/README|SECURITY/, '')));
}

/** A path from the top, one from the folder of the page, or only the name of a file. */
function isThere(word: string, page: string): boolean {
  const pattern = new RegExp(
    `${word.includes('/') ? '^' : '(?:^|/)'}${word
      .replace(/\/$/, '')
      .replaceAll('.', '\\.')
      .replaceAll(/\*+/g, '[^/]*')}$`,
  );
  return FILES.some((path) => pattern.test(path)) || existsSync(join(dirname(page), word));
}

describe.each(PAGES)('%s', (page) => {
  it('names only files that are there', () => {
    expect(named(page).filter((word) => isPath(word) && !isThere(word, page))).toEqual([]);
  });

  it('links only to files that are there', () => {
    expect(linked(page).filter((to) => !existsSync(join(dirname(page), to)))).toEqual([]);
  });
});

describe('the package', () => {
  /** What npm always adds. */
  const brought = [...packageJson.files, 'README.md', 'LICENSE', 'package.json'];
  const isBrought = (path: string): boolean =>
    brought.some((one) => path === one || path.startsWith(`${one}/`));

  it.each(PAGES.filter(isBrought))('brings every file that %s links to', (page) => {
    const places = linked(page).map((to) => normalize(join(dirname(page), to)));
    expect(places.filter((place) => !isBrought(place))).toEqual([]);
  });
});

it('sees the paths in a page', () => {
  expect(PAGES).toContain('docs/architecture.md');
  expect(named('docs/architecture.md').filter(isPath).length).toBeGreaterThan(50);
  expect(isPath('src/gone.ts') && !isThere('src/gone.ts', 'README.md')).toBe(true);
  expect(isPath('docs/gone.md') && !isThere('docs/gone.md', 'README.md')).toBe(true);
});

describe('docs/branding.md', () => {
  const blocks = [...readFileSync('docs/branding.md', 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
    ([, block = '']) => block,
  );
  /** Pictures and pages of a test, by what the page calls them. */
  const files: GivenFiles = (path) => {
    const ending = path.slice(path.lastIndexOf('.'));
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
    const from = { '.svg': 'logo.svg', '.png': 'icon.png', '.html': 'welcome.html' }[ending];
    return givenBytes(from === undefined ? jpeg : readFileSync(`test/fixtures/files/${from}`));
  };

  it.each(blocks)('%s is taken as it is', (block) => {
    const head = readFileSync('test/fixtures/stacks/app-matrix.yaml', 'utf8').replace(
      /^element:.*\n(?: .*\n)*/m,
      '',
    );
    const loaded = loadStack('stacks/test.yaml', `${head}\n${block}`, repositoryImages(), undefined, files);
    expect(loaded.diagnostics).toEqual([]);
  });

  it('has a block for each kind of setting', () => {
    expect(blocks.length).toBeGreaterThan(7);
  });
});

it('the README shows what becomes of its stack file as it is, but for labels', () => {
  const readme = readFileSync('README.md', 'utf8');
  const [, file = '', stack = ''] = /^```yaml\n# (stacks\/\S+)\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  const [, path = '', shown = ''] =
    /^```yaml\n# dist\/(\S+) \(the second object\)\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  const texts = { [file]: stack, 'versions.yaml': readFileSync('versions.yaml', 'utf8') };
  const loaded = load({ file, texts });
  const rendered = loaded.stack === undefined ? undefined : render(loaded.stack).files.get(path);
  const object = rendered?.split('\n---\n')[1];
  expect(shown).toBe(object?.replace(/^ {2}labels:\n(?: {4}.*\n)*/m, ''));
});
