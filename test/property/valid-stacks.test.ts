import fc from 'fast-check';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments, type ScalarTag, type Tags } from 'yaml';
import { jitsiEnvironment } from '../../charts/jitsi/config.ts';
import { unfitForJitsi } from '../../charts/jitsi/contexts.ts';
import { JITSI_PARTS } from '../../charts/jitsi/sizes.ts';
import { loadStack } from '../../charts/stack/load.ts';
import { valueAt } from '../../src/plain/data.ts';
import { renderedFrom } from '../../src/render/header.ts';
import { render } from '../../src/render/render.ts';
import { sharedFiles } from '../../src/stack/extends.ts';
import { pathsOf } from '../paths.ts';
import { dig, repositoryImages } from '../stacks.ts';
import { runs } from './runs.ts';
import { FILE, textOf, validFiles } from './stack-files.ts';

// A failure prints the seed and the smallest stack file that fails; run it again with
// fc.assert(…, { seed, path }) as printed.

const images = repositoryImages();

describe('any valid stack', () => {
  it('is rendered without a finding, twice to the same bytes, and reads back the same in YAML 1.1 and 1.2', () => {
    fc.assert(
      fc.property(validFiles, ({ text, stack }) => {
        const rendered = render(stack);
        expect(rendered.findings, text).toEqual([]);
        expect(rendered.problems, text).toEqual([]);
        expect([...render(stack).files], text).toEqual([...rendered.files]);
        for (const [path, file] of rendered.files) {
          expect(file, path).not.toMatch(/PRIVATE KEY|^kind: Secret$/m);
          if (!path.endsWith('.yaml')) continue;
          const objects = readAs('1.2', file);
          expect(readAs('1.1', file), path).toEqual(objects);
          expect(loadAll(file), path).toEqual(objects);
          for (const object of objects) {
            if (path.endsWith('kustomization.yaml')) continue;
            const name = String(dig(object, 'metadata', 'name'));
            // The operator names the Secret of a certificate and the tunnel, and may put dots into both.
            const isFree = ['ExternalSecret', 'TunnelBinding'].includes(String(dig(object, 'kind')));
            expect(name, path).toMatch(
              isFree ? /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/ : /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
            );
          }
        }
      }),
      { numRuns: runs(10) },
    );
  });

  it('says nothing anywhere but where it belongs: one comment first, no control characters, values in their places', () => {
    fc.assert(
      fc.property(validFiles, ({ text, stack }) => {
        for (const [path, file] of render(stack).files) {
          expect(file, text).not.toMatch(/(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/u);
          const [first = ''] = file.split('\n');
          expect(renderedFrom(path, file), text).toBe(FILE);
          expect(first, path).toMatch(/^(?:# [^\n]+|<!-- [^<>]+ -->)$/);
        }
        const { jitsi } = stack;
        if (jitsi === undefined) return;
        const environment = jitsiEnvironment(stack, jitsi);
        expect(environment.web.CSP_HEADER ?? '', text).toMatch(
          /^(?:frame-ancestors 'self'(?: https:\/\/[a-z0-9.-]+){1,2} vector:)?$/,
        );
        for (const part of JITSI_PARTS) {
          for (const [name, value] of Object.entries(environment[part])) {
            expect(unfitForJitsi(part, name, value), `${part} ${name} in ${text}`).toBeUndefined();
          }
        }
      }),
      { numRuns: runs(10) },
    );
  });

  it('is the same stack when parts of it stand in files that it extends', () => {
    fc.assert(
      fc.property(
        validFiles,
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 60, maxLength: 60 }),
        ({ data, stack }, cards) => {
          const [own, ...bases] = dealt(data, cards);
          const names = bases.map((_, index) => `shared/${index}.yaml`);
          const texts = new Map(bases.map((base, index) => [`stacks/${names[index]}`, textOf(base)]));
          const shared = sharedFiles((path) => {
            const text = texts.get(path);
            return text === undefined ? { problem: 'it does not exist' } : { text };
          });
          const loaded = loadStack(FILE, textOf({ extends: names, ...Object(own) }), images, shared);
          expect(loaded.diagnostics).toEqual([]);
          expect(loaded.value).toEqual(stack);
        },
      ),
      { numRuns: runs(10) },
    );
  });
});

/** All objects of a text. */
function readAs(version: '1.1' | '1.2', text: string): readonly unknown[] {
  // Go's readers (kubectl, kustomize, Flux) want a digit before the e, and take numbers out of range for text.
  const test = /^[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+$/;
  const resolve = (written: string): unknown =>
    Number.isFinite(Number(written)) ? Number(written) : written;
  const isExponent = (tag: Tags[number]): tag is ScalarTag =>
    typeof tag === 'object' && 'format' in tag && tag.format === 'EXP';
  const customTags = (tags: Tags): Tags =>
    tags.map((tag) => (isExponent(tag) ? { ...tag, test, resolve } : tag));
  return parseAllDocuments(text, { version, customTags }).map((one): unknown => one.toJS());
}

/** Deals every single value and list to one of four files, with the groups it stands in. */
function dealt(data: unknown, cards: readonly number[]): readonly unknown[] {
  const leaves = pathsOf(data).filter((path) => {
    const isWhole = (value: unknown): boolean =>
      typeof value !== 'object' || value === null || Array.isArray(value) || Object.keys(value).length === 0;
    const inList = path.some((step) => typeof step === 'number');
    return !inList && isWhole(valueAt(data, path));
  });
  return [0, 1, 2, 3].map((hand) => {
    const file: Record<string, unknown> = {};
    for (const [index, path] of leaves.entries()) {
      if ((cards[index % cards.length] ?? 0) === hand) put(file, path.map(String), valueAt(data, path));
    }
    return file;
  });
}

function put(group: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    group[key] = value;
    return;
  }
  const inner = group[key];
  const next: Record<string, unknown> = typeof inner === 'object' && inner !== null ? { ...inner } : {};
  put(next, rest, value);
  group[key] = next;
}
