import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import type { Stack } from '../charts/stack/stack.ts';
import { valueAt } from '../src/plain/data.ts';
import { pathsOf } from './paths.ts';
import { renderedOf, stackFrom } from './stacks.ts';

// What a change of a chart does to stacks of many kinds, for the diff of a review. Update it with
// `npx vitest run test/rendered.test.ts -u`. dist/ is compared in test/render.test.ts.

const VALID = 'test/fixtures/valid';
const RENDERED = 'test/fixtures/rendered';

/**
 * Stack files whose objects are kept. Each more of them repeats most of the others' lines in every diff, so these are
 * as few as have every setting together, and every word of {@link CHOICES}.
 */
const KEPT: readonly string[] = [
  'calls-apart',
  'behind-a-proxy-of-your-own',
  'custom-cluster-and-flux',
  'gateway-with-own-secret',
  'element-of-a-club',
  'large-with-replicas',
  'own-manifests',
  'pages-beside-element',
  'administration-through-one-traefik',
  'secrets-by-sops',
  'secrets-from-a-store',
  'secrets-of-your-own',
  'settings-seldom-written',
  'smallest-amounts',
  'through-cloudflared',
  'through-gateways',
  'traefik-behind-a-proxy',
  'turn-over-tls-by-livekit',
  'turn-over-tls-by-the-entrance',
  'turn-over-tls-passed-through',
  'tunnel-through-traefik',
  'tunnel-universal-and-lan-names',
  'turn-by-a-provider',
  'turn-by-coturn',
  'well-known-answers',
];

/** Settings whose words render different objects: what one of them does, no other shows. */
const CHOICES: readonly string[] = ['expose.public.via', 'secrets.provider'];

function stackText(name: string): string {
  return readFileSync(join(VALID, `${name}.yaml`), 'utf8');
}

/** Every setting of a stack file, a choice with its word. */
function settingsOf(name: string): readonly string[] {
  const data = load(stackText(name));
  return pathsOf(data).map((path) => {
    const setting = path.map((step) => (typeof step === 'number' ? '*' : step)).join('.');
    return CHOICES.includes(setting) ? `${setting}: ${String(valueAt(data, path))}` : setting;
  });
}

/** The files of objects of a stack, by path below the folder of its fixture. */
function objectFiles(stack: Stack): readonly (readonly [string, string])[] {
  return [...renderedOf(stack).files].flatMap(([path, text]) =>
    path.endsWith('.yaml') && !path.endsWith('kustomization.yaml')
      ? [[path.replace(`${stack.name}/`, ''), text] as const]
      : [],
  );
}

const kept = KEPT.map((name) => ({
  name,
  files: objectFiles(stackFrom(stackText(name), `stacks/${name}.yaml`)),
}));

describe('the kept stack files', () => {
  it.each(kept)(
    '$name renders the objects in test/fixtures/rendered, or -u shows what changed',
    async ({ name, files }) => {
      for (const [path, text] of files) {
        await expect.soft(text, path).toMatchFileSnapshot(join(process.cwd(), RENDERED, name, path));
      }
    },
  );

  it('are all that test/fixtures/rendered has files of: remove the others', () => {
    const rendered = new Set(
      kept.flatMap(({ name, files }) => files.map(([path]) => join(RENDERED, name, path))),
    );
    const stale = existsSync(RENDERED)
      ? readdirSync(RENDERED, { recursive: true, withFileTypes: true })
          .filter((entry) => !entry.isDirectory())
          .map((entry) => join(entry.parentPath, entry.name))
          .filter((path) => !rendered.has(path))
      : [];
    expect(stale).toEqual([]);
  });

  it('have every setting that a valid stack file has: keep one more, or write the setting into one of these', () => {
    const covered = new Set(KEPT.flatMap((name) => settingsOf(name)));
    const missing = readdirSync(VALID)
      .filter((name) => name.endsWith('.yaml'))
      .flatMap((name) => settingsOf(name.replace('.yaml', '')).map((setting) => ({ name, setting })))
      .filter(({ setting }) => !covered.has(setting));
    expect(missing).toEqual([]);
  });
});
