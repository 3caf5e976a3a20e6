import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SynthResult, synth } from '../../src/cli/synth.ts';

// A stack that is live gets a namespace for its call pods, and later gives it up again.

const STACK = `schema: 2
serverName: example.org
expose: {lan: {tls: {issuer: {name: home-ca}}}}
livekit: {}
jitsi: {access: anyone}
secrets: {provider: existing}
# yaml-language-server: $schema=../stack.schema.json
`;

let folder = '';
let written: Awaited<ReturnType<typeof run>>[] = [];

async function run(text: string): Promise<SynthResult> {
  await writeFile(join(folder, 'stacks/chat.yaml'), text);
  return await synth({
    stacks: join(folder, 'stacks'),
    versions: join(folder, 'versions.yaml'),
    out: join(folder, 'dist'),
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'moved-calls-'));
  await mkdir(join(folder, 'stacks'));
  await writeFile(join(folder, 'versions.yaml'), await readFile('versions.yaml', 'utf8'));
  written = [];
  for (const text of [STACK, `${STACK}callNamespace: calls\n`, `${STACK}callNamespace: calls\n`, STACK]) {
    written.push(await run(text));
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('call pods that move to another namespace', () => {
  it('stop nothing, and synth says once what happens to calls', () => {
    expect(written.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    expect(written.map(({ notices }) => notices.map(({ code }) => code))).toEqual([
      [],
      ['MG264'],
      [],
      ['MG264'],
    ]);
    expect(written[1]?.notices[0]?.what).toContain(
      'livekit and jitsi-jvb move from the namespace chat to calls: a new pod cannot start on a node while the old one has its ports',
    );
    expect(written[1]?.notices[0]?.remedy).toContain('create the Secrets for calls');
    expect(written[3]?.notices[0]?.what).toContain('from the namespace calls to chat');
  });

  it('are said at the field that decides it', () => {
    expect(written[1]?.notices[0]?.line).toBe(8);
  });
});
