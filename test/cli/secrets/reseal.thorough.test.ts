import { beforeEach, describe, expect, it } from 'vitest';
import { type FreshKey, freshKey } from '../../secrets/keys.ts';
import { makeCertificate } from '../../secrets/x509.ts';
import { useController } from './controller.ts';
import {
  CHAT,
  CHAT_KEYS,
  changedKeys,
  differing,
  done,
  factsOf,
  HOME,
  LAB,
  restarted,
  restartsOf,
  revisionsOf,
  sealedIn,
  stopped,
  useRepository,
  valuesOf,
} from './repository.ts';

const repository = useRepository();
const { put, read, remove, run, synth, files } = repository;
const controller = useController();

/** The controller's next key. */
const NEXT = makeCertificate();

const fromController = () => ({ cert: null, controller: controller.url() });

beforeEach(async () => {
  await put('stacks/chat.yaml', CHAT);
});

describe('the certificate of the controller', () => {
  it('is asked for where none is pinned, told and pinned', async () => {
    controller.keys = [HOME];
    const result = await run('create', fromController());
    expect(result.exitCode).toBe(0);
    expect(done(result).notices.join()).toMatch(/the controller gave a certificate that was not known here/);
    expect(await read('stacks/chat.secrets/certificates.pem')).toBe(HOME.pem);
    expect([...(await valuesOf(repository)).keys()]).toEqual(CHAT_KEYS);
    await put('stacks/lab.yaml', LAB);
    controller.keys = [];
    expect((await run('create', { ...fromController(), only: ['chat'] })).exitCode).toBe(0);
  });

  it('that nobody gives leaves nothing behind', async () => {
    const result = await run('create', fromController());
    expect(result.exitCode).toBe(3);
    expect(stopped(result)).toMatch(/the page does not exist \(404\)/);
    expect((await files('stacks')).size).toBe(1);
  });
});

describe('reseal', () => {
  it('has the controller seal everything for its newest key: other text, same values, nothing restarts', async () => {
    await run('create');
    await synth();
    const [values, sealed, revisions] = [
      await valuesOf(repository),
      await sealedIn(repository),
      await revisionsOf(repository),
    ];
    const [restarts, dist] = [await restartsOf(repository), await files('dist')];
    controller.keys = [NEXT, HOME];
    const result = await run('reseal', fromController());
    expect(result.exitCode).toBe(0);
    expect(changedKeys(done(result))).toEqual(CHAT_KEYS);
    expect(new Set(done(result).changed.map(({ how }) => how))).toEqual(new Set(['resealed']));
    const after = await sealedIn(repository);
    for (const [name, one] of sealed) expect(after.get(name)?.sealed, name).not.toBe(one.sealed);
    expect(await valuesOf(repository, 'chat', NEXT)).toEqual(values);
    expect(await revisionsOf(repository)).toEqual(revisions);
    await synth();
    expect(restarted(restarts, await restartsOf(repository))).toEqual([]);
    expect(differing(dist, await files('dist')).every((path) => path.startsWith('chat/secrets/'))).toBe(true);
    expect(await read('stacks/chat.secrets/certificates.pem')).toBe(NEXT.pem + HOME.pem);
    for (const body of controller.bodies) {
      for (const value of values.values()) expect(body).not.toContain(value.trim());
    }
    expect(
      (await run('status', { cert: null })).stacks[0]?.status.every(
        ({ states }) => states.join() === 'present',
      ),
    ).toBe(true);
  });

  it('writes nothing where everything is sealed for the newest key, and sends nothing', async () => {
    controller.keys = [HOME];
    await run('create');
    const before = await files('stacks');
    const result = await run('reseal', fromController());
    expect(done(result)).toMatchObject({ changed: [], written: [] });
    expect(await files('stacks')).toEqual(before);
    expect(controller.bodies.join('')).toBe('');
  });

  it('keeps when a value was made and what was published', async () => {
    const made = new Date(Date.now() - 86_400_000);
    await run('create', { now: made });
    const signing = await put(
      'signing.key',
      (await valuesOf(repository)).get('synapse-signing-key/signing.key') ?? '',
    );
    await run('rotate', { keys: ['signing.key'], oldSigningKey: signing });
    const facts = await factsOf(repository);
    controller.keys = [NEXT, HOME];
    await run('reseal', fromController());
    const after = await factsOf(repository);
    const others = (all: Record<string, string> = {}): object =>
      Object.fromEntries(Object.entries(all).filter(([name]) => !name.startsWith('certificate.')));
    expect(Object.keys(facts)).toHaveLength(4);
    for (const [secret, all] of Object.entries(facts)) expect(others(after[secret])).toEqual(others(all));
  });

  it.each([
    ['cannot open the values', [NEXT], 3, /the controller cannot open the values of chat\//],
    ['is not there', [], 3, /the page does not exist/],
  ])('changes nothing where the controller %s', async (_, keys, exitCode, reason) => {
    await run('create');
    const before = await files('stacks');
    controller.keys = keys;
    const result = await run('reseal', fromController());
    expect(result.exitCode).toBe(exitCode);
    expect(stopped(result)).toMatch(reason);
    expect(await files('stacks')).toEqual(before);
  });

  it('changes nothing where the controller renews its key meanwhile: nobody knows then what for', async () => {
    await run('create');
    const before = await files('stacks');
    controller.keys = [NEXT, HOME];
    const newest = makeCertificate();
    controller.beforeSealing = (name) => {
      if (name === 'synapse-secrets') controller.keys = [newest, NEXT, HOME];
    };
    const result = await run('reseal', fromController());
    expect(stopped(result)).toMatch(
      /another certificate than the newest that is known here; nothing was changed/,
    );
    expect(await files('stacks')).toEqual(before);
  });

  it('does not take back what somebody else changes meanwhile', async () => {
    await run('create');
    controller.keys = [NEXT, HOME];
    let changed = '';
    controller.beforeSealing = async (name) => {
      if (name !== 'livekit-keys' || changed !== '') return;
      controller.beforeSealing = () => undefined;
      changed = (await read('stacks/chat.secrets/livekit-keys.yaml')).replace(
        'type: Opaque',
        'type: Opaque # mine',
      );
      await put('stacks/chat.secrets/livekit-keys.yaml', changed);
    };
    const before = await sealedIn(repository);
    expect(stopped(await run('reseal', fromController()))).toMatch(
      /livekit-keys\.yaml: somebody else has changed it/,
    );
    expect(await read('stacks/chat.secrets/livekit-keys.yaml')).toBe(changed);
    expect(await sealedIn(repository)).toEqual(before);
  });

  it('by the controller is refused for values of another namespace', async () => {
    await run('create');
    await put('stacks/chat.yaml', `namespace: elsewhere\n${CHAT}`);
    controller.keys = [NEXT, HOME];
    expect(stopped(await run('reseal', fromController()))).toMatch(
      /sealed for a different namespace; .*put the namespace back, or run .matrix-gitops secrets reseal --from-escrow/,
    );
  });
});

describe('escrow', () => {
  let mine: FreshKey;
  let identity = '';

  beforeEach(async () => {
    mine = await freshKey();
    identity = await put('mine.agekey', `# created: today\n# public key: ${mine.recipient}\n${mine.text}\n`);
    await put('stacks/chat.yaml', `${CHAT}secrets: {escrow: [${mine.recipient}]}\n`);
    await run('create');
  });

  it('holds a copy of every value, named after its revision', async () => {
    const revisions = await revisionsOf(repository);
    expect([...(await files('stacks/chat.secrets/escrow')).keys()].sort()).toEqual(
      [...revisions].map(([name, revision]) => `${name}.${revision}.age`).sort(),
    );
  });

  it('gives a lost Secret back: the same value as the same revision, so that nothing restarts', async () => {
    await synth();
    const [values, revisions, restarts] = [
      await valuesOf(repository),
      await revisionsOf(repository),
      await restartsOf(repository),
    ];
    await remove('stacks/chat.secrets/synapse-signing-key.yaml');
    await remove('stacks/chat.secrets/livekit-keys.yaml');
    const refused = await run('create');
    expect(stopped(refused)).toMatch(
      /is missing, and there is a copy of it in escrow: escrow\/\S+\.age; .*--identity/,
    );
    const result = await run('create', {}, { environment: { SOPS_AGE_KEY_FILE: identity } });
    expect(result.exitCode).toBe(0);
    expect(done(result).changed.map(({ how }) => how)).toEqual(['restored', 'restored']);
    expect(await valuesOf(repository)).toEqual(values);
    expect(await revisionsOf(repository)).toEqual(revisions);
    await synth();
    expect(restarted(restarts, await restartsOf(repository))).toEqual([]);
  });

  it('gives everything back for a new controller when the key of the old one is lost', async () => {
    await synth();
    const [values, facts, restarts] = [
      await valuesOf(repository),
      await factsOf(repository),
      await restartsOf(repository),
    ];
    const cert = await put('next.pem', NEXT.pem);
    expect(stopped(await run('reseal', { cert, fromEscrow: true }))).toMatch(/needs the private age key/);
    const result = await run('reseal', { cert, newCert: true, fromEscrow: true, identity });
    expect(result.exitCode).toBe(0);
    expect(changedKeys(done(result))).toEqual(CHAT_KEYS);
    expect(await valuesOf(repository, 'chat', NEXT)).toEqual(values);
    const after = await factsOf(repository);
    for (const [secret, all] of Object.entries(facts)) {
      for (const [name, fact] of Object.entries(all)) {
        if (!name.startsWith('certificate.')) expect(after[secret]?.[name], name).toBe(fact);
      }
    }
    await synth();
    expect(restarted(restarts, await restartsOf(repository))).toEqual([]);
    expect(done(await run('reseal', { cert, newCert: true, fromEscrow: true, identity })).written).toEqual(
      [],
    );
    expect(
      (await run('status', { cert: null, identity })).stacks[0]?.status.every(
        ({ states }) => states.join() === 'present',
      ),
    ).toBe(true);
  });

  it('follows a stack that moves to another namespace', async () => {
    const values = await valuesOf(repository);
    await put('stacks/chat.yaml', `namespace: elsewhere\n${await read('stacks/chat.yaml')}`);
    expect((await run('status', { cert: null })).exitCode).toBe(1);
    const result = await run('reseal', { fromEscrow: true, identity });
    expect(result.exitCode).toBe(0);
    expect(changedKeys(done(result))).toEqual(CHAT_KEYS);
    expect(await valuesOf(repository)).toEqual(values);
    for (const { label } of (await sealedIn(repository)).values()) expect(label).toMatch(/^elsewhere\//);
    expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, findings: [], missing: [] });
  });

  it('keeps one copy of each value: that of a former one goes', async () => {
    await run('rotate', { keys: ['form-secret', 'keys.yaml'] });
    const revisions = await revisionsOf(repository);
    expect([...(await files('stacks/chat.secrets/escrow')).keys()].sort()).toEqual(
      [...revisions].map(([name, revision]) => `${name}.${revision}.age`).sort(),
    );
  });

  it('without a copy of every value changes nothing', async () => {
    const [copy = ''] = [...(await files('stacks/chat.secrets/escrow')).keys()];
    await remove(`stacks/chat.secrets/escrow/${copy}`);
    const before = await files('stacks');
    const cert = await put('next.pem', NEXT.pem);
    const result = await run('reseal', { cert, newCert: true, fromEscrow: true, identity });
    expect(stopped(result)).toMatch(/^there is no copy in escrow of jitsi-secrets\/jicofo-auth-password; /);
    expect(await files('stacks')).toEqual(before);
  });

  it.each([
    ['damaged', (text: string) => text.replace(/\n([A-Za-z0-9+/]{20})[\s\S]*?\n-----END/, '\n$1\n-----END')],
    ['empty', () => ''],
  ])('says which copy is %s, and changes nothing', async (_, damage) => {
    const [copy = ''] = [...(await files('stacks/chat.secrets/escrow')).keys()];
    await put(`stacks/chat.secrets/escrow/${copy}`, damage(await read(`stacks/chat.secrets/escrow/${copy}`)));
    const before = await files('stacks');
    const cert = await put('next.pem', NEXT.pem);
    const result = await run('reseal', { cert, newCert: true, fromEscrow: true, identity });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toContain(`escrow/${copy}: this is not a file that age encrypted`);
    expect(await files('stacks')).toEqual(before);
  });

  it('says which copy the given key does not open', async () => {
    const theirs = await freshKey();
    const other = await put('theirs.agekey', theirs.text);
    await remove('stacks/chat.secrets/livekit-keys.yaml');
    const result = await run('create', { identity: other });
    expect(stopped(result)).toMatch(
      /^escrow\/livekit-keys\/keys\.yaml\.r[0-9a-f]{16}\.age: the given keys do not open/,
    );
    expect(JSON.stringify(result)).not.toContain(theirs.text);
  });

  it('does not choose between two copies of a lost value', async () => {
    const [[path = '', text = ''] = []] = [...(await files('stacks/chat.secrets/escrow/livekit-keys'))];
    await put(
      `stacks/chat.secrets/escrow/livekit-keys/${path.replace(/r[0-9a-f]{16}/, 'r0123456789abcdef')}`,
      text,
    );
    await remove('stacks/chat.secrets/livekit-keys.yaml');
    expect(stopped(await run('create', { identity }))).toMatch(
      /there is more than one copy of it in escrow: .* and .*; remove all but/,
    );
  });
});
