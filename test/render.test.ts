import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { synth } from '../src/cli/synth.ts';
import { render } from '../src/render/render.ts';
import { allProfiles, objectOf, publicStack, renderedOf, repositoryImages, stackFrom } from './stacks.ts';

/** Lines of two renderings that differ, as `path: line`. */
function changedLines(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...after].flatMap(([path, text]) => {
    const old = new Set((before.get(path) ?? '').split('\n'));
    return text
      .split('\n')
      .filter((line) => !old.has(line))
      .map((line) => `${path}: ${line.trim()}`);
  });
}

describe('the committed dist/', () => {
  it('is exactly what the stacks render, with no file too many or too few', async () => {
    const { exitCode, compared } = await synth({ stacks: 'stacks', out: 'dist', mode: 'check' });
    expect(compared).toMatchObject({ differs: [], missing: [], stale: [] });
    expect(exitCode).toBe(0);
  });
});

describe('rendering', () => {
  it('gives the same bytes twice', () => {
    for (const stack of allProfiles()) expect([...render(stack).files]).toEqual([...renderedOf(stack).files]);
  });

  it('satisfies its own rules in every profile', () => {
    for (const stack of allProfiles()) expect(renderedOf(stack).findings, stack.file).toEqual([]);
  });

  it('changes one line, beside SUMMARY.md, for a new image tag', () => {
    const file = 'stacks/app-matrix.yaml';
    const text = readFileSync(`test/fixtures/${file}`, 'utf8');
    const stack = stackFrom(text, file);
    const images = { ...repositoryImages(), synapse: 'docker.io/matrixdotorg/synapse:v1.164.0' };
    const after = render(stackFrom(text, file, images)).files;
    expect(changedLines(renderedOf(stack).files, after)).toEqual([
      'app-matrix/SUMMARY.md: `v1.164.0`',
      'app-matrix/components/synapse.yaml: image: docker.io/matrixdotorg/synapse:v1.164.0',
    ]);
  });

  it('changes its line and the checksum of the pods that read it for a Synapse option', () => {
    const before = publicStack();
    const after = publicStack('synapse: {uploadLimit: 8M}');
    const changes = changedLines(renderedOf(before).files, renderedOf(after).files);
    expect(changes).toHaveLength(2);
    expect(changes[0]).toMatch(/^test\/components\/synapse\.yaml: checksum\/synapse-config: [0-9a-f]{16}$/);
    expect(changes[1]).toBe('test/config/synapse-config.yaml: max_upload_size: 8M');
  });

  it('says in the first line of every file where it came from and how to change it', () => {
    for (const [path, text] of renderedOf(publicStack()).files) {
      expect(text.split('\n', 1)[0], path).toContain(
        `${path} is rendered from stacks/test.yaml: change that file`,
      );
    }
  });

  it('names the Pod Security level that the pods need, and no looser one', () => {
    const without = stackFrom(
      'schema: 1\nserverName: example.org\nexpose: {lan: {tls: {secret: tls}}}\nelement: {}\n',
    );
    const level = (stack: typeof without): unknown =>
      objectOf(stack, 'Namespace', 'test').metadata.labels?.['pod-security.kubernetes.io/enforce'];
    expect(level(without)).toBe('restricted');
    expect(level(publicStack())).toBe('privileged');
  });
});
