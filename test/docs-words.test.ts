import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { load } from '../index.ts';
import packageJson from '../package.json' with { type: 'json' };
import { isRecord } from '../src/plain/data.ts';

// What pages tell people to type: commands that are there, and settings that the stack file takes.

const PAGES = [
  'README.md',
  'SECURITY.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md') && name !== 'architecture.md')
    .map((name) => `docs/${name}`),
].sort();

const text = (page: string): string => readFileSync(page, 'utf8');

/** Settings of the stack file, from its reference: `synapse.extraFiles.*.file`. */
const SETTINGS = new Set(
  [...text('docs/reference/stack-file.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, path = '']) =>
    path.replaceAll('[]', ''),
  ),
);
const TOP = new Set([...SETTINGS].filter((path) => !path.includes('.')));

/** Whether the stack file takes something there, or below a setting that takes anything. */
function isSetting(steps: readonly string[]): boolean {
  if (steps.includes('*')) {
    const pattern = new RegExp(`^${steps.map((step) => (step === '*' ? '[^.]+' : step)).join('\\.')}$`);
    return [...SETTINGS].some((path) => pattern.test(path));
  }
  let known = '';
  for (const step of steps) {
    const below = (name: string): string => (known === '' ? name : `${known}.${name}`);
    const next = [below(step), below('*')].find(
      (path) => SETTINGS.has(path) || [...SETTINGS].some((one) => one.startsWith(`${path}.`)),
    );
    if (next === undefined) return known !== '' && ![...SETTINGS].some((one) => one.startsWith(`${known}.`));
    known = next;
  }
  return true;
}

/** Every key of data, as a path; the items of a list count as its own. */
function keysOf(data: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (Array.isArray(data)) return data.flatMap((item) => keysOf(item, path));
  if (!isRecord(data)) return [];
  return Object.entries(data).flatMap(([key, value]) => [[...path, key], ...keysOf(value, [...path, key])]);
}

/** Where links into a page can lead: its headings, as GitHub spells them. */
function anchors(page: string): ReadonlySet<string> {
  const headings = text(page)
    .replaceAll(/^```.*?^```/gms, '')
    .matchAll(/^#+ (.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Code within lines, outside of blocks. */
function inline(page: string): readonly string[] {
  return [
    ...text(page)
      .replaceAll(/^```.*?^```/gms, '')
      .matchAll(/`([^`]+)`/g),
  ].map(([, code = '']) => code);
}

/** The blocks of a language. */
function blocks(page: string, language: string): readonly string[] {
  return [...text(page).matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(
    ([, block = '']) => block,
  );
}

/** Settings that are named by their path, or written out as `key: {…}`. */
function settingsNamed(page: string): readonly (readonly string[])[] {
  return inline(page).flatMap((code) => {
    if (/^[a-z][A-Za-z]*(?:\.[A-Za-z*]+)+$/.test(code)) {
      const steps = code.split('.');
      return TOP.has(steps[0] ?? '') ? [steps] : [];
    }
    const [, key = ''] = /^([a-z][A-Za-z]*): \S/.exec(code) ?? [];
    return TOP.has(key) ? keysOf(parseDocument(code).toJS()) : [];
  });
}

describe.each(PAGES)('%s', (page) => {
  it('names only settings that the stack file takes', () => {
    const wrong = settingsNamed(page).filter((steps) => !isSetting(steps));
    expect(wrong.map((steps) => steps.join('.'))).toEqual([]);
  });

  it('runs only scripts and commands that are there', () => {
    const scripts = [...text(page).matchAll(/\bnpm run (?:--silent )?([a-z:]+)/g)].map(
      ([, name = '']) => name,
    );
    expect(scripts.filter((name) => !Object.hasOwn(packageJson.scripts, name))).toEqual([]);
    const commands = ['src/cli/cli.ts', 'src/cli/secrets/cli.ts', 'src/cli/new/cli.ts'].map(text).join('');
    const verbs = [
      ...text(page).matchAll(/\bnpx --no-install matrix-gitops ([a-z]+)/g),
      ...text(page).matchAll(/\b(?:npm run secrets --|matrix-gitops secrets) ([a-z]+)/g),
    ].map(([, name = '']) => name);
    const isCommand = (name: string): boolean => new RegExp(`command\\('${name}['\\s]`).test(commands);
    expect(verbs.filter((name) => !isCommand(name))).toEqual([]);
  });

  it('links only to headings that are there', () => {
    const links = [...text(page).matchAll(/\]\(([^)#\s:]*)#([^)\s]+)\)/g)].map(
      ([, to = '', anchor = '']) => ({
        to: to === '' ? page : join(dirname(page), to),
        anchor,
      }),
    );
    const dead = links.filter(({ to, anchor }) => !anchors(to).has(anchor));
    expect(dead).toEqual([]);
  });

  it('shows stack files that load', () => {
    const files = blocks(page, 'yaml').filter((block) => block.startsWith('# stacks/'));
    const texts = { 'versions.yaml': text('versions.yaml') };
    for (const block of files) {
      const { stack, diagnostics } = load({
        file: 'stacks/x.yaml',
        texts: { ...texts, 'stacks/x.yaml': block },
      });
      expect(stack, diagnostics.map(({ what }) => what).join('\n')).toBeDefined();
    }
  });
});

it('sees settings in a page', () => {
  expect(settingsNamed('docs/troubleshooting.md').length).toBeGreaterThan(20);
  expect(isSetting(['callNodes', 'addresses', 'public'])).toBe(true);
  expect(isSetting(['synapse', 'extraConfig', 'rc_login', 'address'])).toBe(true);
  expect(isSetting(['callNodes', 'address'])).toBe(false);
});
