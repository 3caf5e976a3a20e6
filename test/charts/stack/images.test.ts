import { describe, expect, it } from 'vitest';
import type { ImageName } from '../../../charts/index.ts';
import { IMAGE_NAMES, knownReleases, unfitTag } from '../../../charts/stack/images.ts';
import { loadStack, loadVersions } from '../../../charts/stack/load.ts';

const text = IMAGE_NAMES.map(
  (name) => `${name}:\n  repository: registry.example.org/${name}\n  tag: ${knownReleases(name).example}\n`,
).join('');

describe('tags', () => {
  it.each(IMAGE_NAMES)('of %s: the example of the remedy fits', (name) => {
    expect(unfitTag(name, knownReleases(name).example)).toBeUndefined();
  });

  it.each<[ImageName, string]>([
    ['synapse', 'v1.157.2'],
    ['synapse', 'v2.0.0'],
    ['postgresql', '14.0-minimal-bookworm'],
    ['postgresql', '17.6-202509151215-standard-trixie'],
    ['element', 'v1.12.100'],
    ['well-known', '1.30-alpine'],
    ['lk-jwt-service', '0.10.0'],
    ['jitsi-web', 'stable-11146'],
    ['jitsi-web', 'stable-12000-1'],
  ])('of %s: %s fits', (name, tag) => {
    expect(unfitTag(name, tag)).toBeUndefined();
  });

  it.each<[ImageName, string, string]>([
    ['synapse', 'v1.157.1', 'is older than this tool supports'],
    ['synapse', 'v0.999.999', 'is older than this tool supports'],
    ['synapse', 'latest', 'is not a valid release tag for synapse'],
    ['synapse', '1.163.2', 'is not a valid release tag for synapse'],
    ['synapse', 'v1.163.2rc1', 'is not a valid release tag for synapse'],
    ['postgresql', '16', 'is not a valid release tag for postgresql'],
    ['postgresql', '13.9-standard-trixie', 'is older'],
    ['element', 'v1.12.9', 'is older'],
    ['jitsi-jvb', 'stable-9823', 'is older'],
    ['jitsi-jvb', 'unstable', 'is not a valid release tag for jitsi-jvb'],
  ])('of %s: %s does not fit, with a tag that does', (name, tag, what) => {
    const unfit = unfitTag(name, tag);
    expect(unfit?.what).toContain(`"${tag}" ${what}`);
    expect(unfit?.remedy).toContain(knownReleases(name).example);
  });
});

describe('image references', () => {
  it('are repository and tag', () => {
    const { value } = loadVersions('versions.yaml', text);
    expect(value?.synapse).toBe(`registry.example.org/synapse:${knownReleases('synapse').example}`);
    expect(Object.keys(value ?? {}).sort()).toEqual([...IMAGE_NAMES].sort());
  });

  it('end with the digest where one is given', () => {
    const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;
    const { tag, pinned } = { tag: knownReleases('livekit').example, pinned: `digest: ${digest}` };
    const { value } = loadVersions(
      'versions.yaml',
      text.replace(`tag: ${tag}\n`, `tag: ${tag}\n  ${pinned}\n`),
    );
    expect(value?.livekit).toBe(`registry.example.org/livekit:${tag}@${digest}`);
  });

  it('may come from a registry with a port', () => {
    const local = text.replace('registry.example.org/synapse', 'registry.local:5000/mirror/synapse');
    expect(loadVersions('versions.yaml', local).value?.synapse).toMatch(
      /^registry\.local:5000\/mirror\/synapse:/,
    );
  });
});

describe('an image that versions.yaml does not have', () => {
  const without = (name: string): string => text.replace(new RegExp(`^${name}:\\n.*\\n.*\\n`, 'm'), '');
  const wrong = (name: string, more: string): readonly string[] => {
    const { value, diagnostics } = loadVersions('versions.yaml', without(name));
    expect(diagnostics).toEqual([]);
    if (value === undefined) throw new Error('refused');
    const stack = `schema: 2\nserverName: example.org\nexpose: {lan: {tls: {secret: tls}}}\n${more}`;
    return loadStack('x.yaml', stack, value).diagnostics.map(
      ({ code, position, what, remedy }) => `${code} ${position.line}:${position.column} ${what}; ${remedy}`,
    );
  };

  it('is asked for where a stack runs it, and nowhere else', () => {
    expect(wrong('livekit', '')).toEqual([]);
    expect(wrong('livekit', 'livekit: {}\n')).toEqual([
      'MG104 4:1 livekit runs the image livekit, which is missing from the file with image versions; add it there: livekit: {repository: …/livekit-server, tag: v1.13.7}',
    ]);
    expect(wrong('synapse', '')).toEqual([
      expect.stringMatching(/^MG104 1:1 synapse runs the image synapse/),
    ]);
  });
});
