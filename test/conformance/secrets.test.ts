import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type ControlPlane, controlPlane } from './harness/control-plane.ts';
import { loadCustomKinds } from './harness/custom-kinds.ts';
import { nameOf, objectsOf, podTemplate, type Stack } from './harness/dist.ts';
import { fluxObjects, layersOf } from './harness/flux.ts';
import { at, type Json, mapping, mappings, need, text } from './harness/json.ts';
import { below, built, filesForAll, ownFiles, reachable, sorted } from './harness/kustomize.ts';
import { askLivekit, layLivekit, startLivekit } from './harness/livekit.ts';
import { type SealedRepository, sealedRepository } from './harness/made-values.ts';
import { run, runFolder, sweepWhenDone, timed, until } from './harness/programs.ts';
import { decrypted, unsealed, valuesOf } from './harness/recovered.ts';
import { type Repository, repository, shippedStacks } from './harness/repository.ts';
import { type SealedSecretsController, sealedSecrets } from './harness/sealed-secrets.ts';
import { secretsNeeded, secretsReadBy } from './harness/secret-reads.ts';
import type { Values } from './harness/secrets.ts';
import {
  clientPort,
  type LaidSynapse,
  laySynapse,
  laySynapseAgain,
  startSynapse,
} from './harness/synapse.ts';
import { publicKeyOf, register, serverKeys } from './harness/synapse-secrets.ts';
import { ageKeygen, sops } from './tools/go.ts';

sweepWhenDone();

/** The stack that has everything. */
const FULL = 'app-matrix';
const SIGNING_KEY = 'synapse-signing-key/signing.key';
const REGISTRATION = 'synapse-secrets/registration-shared-secret';
const LIVEKIT = 'livekit-keys/keys.yaml';

const folder = runFolder('secrets');

/** A key that `age-keygen` made. */
interface AgeKey {
  readonly file: string;
  readonly recipient: string;
}

async function ageKey(name: string): Promise<AgeKey> {
  const keygen = await ageKeygen();
  const file = join(folder, name);
  await run(keygen, ['-o', file]);
  return { file, recipient: (await run(keygen, ['-y', file])).trim() };
}

/** Places where a value stands in plain or in base64: files of the repository, and what the command line printed. */
function leaks(repository: Repository, ...all: readonly Values[]): string[] {
  const found: string[] = [];
  const places = [...repository.texts(), ['output', repository.printed()] as const];
  for (const [id, value] of all.flatMap((values) => Object.entries(values))) {
    // The secret alone, too: without an API key's name, or a signing key's version.
    for (const part of new Set([value.trim(), value.trim().split(' ').at(-1) ?? ''])) {
      const words = [part, Buffer.from(part).toString('base64').replace(/=+$/, '').slice(0, -1)];
      for (const [place, content] of places) {
        if (words.some((word) => content.includes(word))) found.push(`${id} in ${place}`);
      }
    }
  }
  return found;
}

/** Names of the values that are not the same in both. */
function changed(before: Values, after: Values): string[] {
  const ids = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...ids].filter((id) => before[id] !== after[id]).sort();
}

/** The files below `dist/` that differ, besides those with ciphertext. */
function changedBesidesSecrets(before: ReadonlyMap<string, string>, repository: Repository): string[] {
  const after = repository.texts();
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => path.startsWith('dist/'));
  return paths.filter(
    (path) =>
      before.get(path) !== after.get(path) &&
      // The list of what was written, with checksums.
      path !== 'dist/.matrix-gitops.json' &&
      path.split('/')[2] !== 'secrets',
  );
}

/** Annotations of the objects with ciphertext, by name, without those that say which certificate it is for. */
function records(stack: Stack): Json {
  const objects = stack.objects.filter(({ kind }) => kind === 'SealedSecret' || kind === 'Secret');
  return Object.fromEntries(
    objects.map((object) => {
      const entries = Object.entries(mapping(object, 'metadata', 'annotations'));
      return [
        nameOf(object),
        Object.fromEntries(entries.filter(([name]) => !name.startsWith('certificate.'))),
      ];
    }),
  );
}

/** `old_signing_keys` of the rendered homeserver.yaml. */
function oldSigningKeys(stack: Stack): Json {
  const files = stack.objects.flatMap((object) => text(object, 'data', 'homeserver.yaml') ?? []);
  return mapping(parse(need(files[0], 'homeserver.yaml')), 'old_signing_keys');
}

let server: ControlPlane;
let controller: SealedSecretsController;
let sealed: SealedRepository;
let encrypted: Repository;
let keys: { readonly mine: AgeKey; readonly theirs: AgeKey; readonly next: AgeKey };

beforeAll(async () => {
  const cluster = async (): Promise<void> => {
    server = await timed('starting the API server', controlPlane);
    await loadCustomKinds(server);
    controller = await timed('starting the sealed-secrets controller', () => sealedSecrets(server));
  };
  const repositories = async (): Promise<void> => {
    sealed = await sealedRepository();
    keys = { mine: await ageKey('mine'), theirs: await ageKey('theirs'), next: await ageKey('next') };
    const recipients = [keys.mine.recipient, keys.theirs.recipient];
    encrypted = repository({ provider: 'sops', recipients });
    await encrypted.run(['secrets', 'create', '--yes', '--accept-recipient', ...recipients]);
    await encrypted.run(['synth']);
  };
  await Promise.all([cluster(), repositories()]);
});

describe('rendered for each provider', () => {
  const providers: Record<string, () => Repository> = {
    'sealed-secrets': () => sealed.repository,
    sops: () => encrypted,
    'external-secrets': () => stored,
    existing: () => existing,
  };
  let stored: Repository;
  let existing: Repository;

  beforeAll(async () => {
    stored = repository({ provider: 'external-secrets', store: { name: 'vault' } });
    existing = repository({ provider: 'existing' });
    await Promise.all([stored.run(['synth']), existing.run(['synth'])]);
  });

  const cases = Object.keys(providers).flatMap((provider) =>
    shippedStacks().map((name) => ({ provider, name })),
  );
  const stackOf = ({ provider, name }: (typeof cases)[number]): Stack =>
    need(providers[provider], provider)().stack(name);

  test.each(cases)('$name with $provider: kustomize builds the whole and each layer', async (one) => {
    const stack = stackOf(one);
    const flux = layersOf(stack);
    const layers = flux.map((layer) => layer.folder);
    for (const place of [stack.folder, ...layers]) {
      expect(sorted(await built(place))).toEqual(sorted(reachable(place).flatMap(objectsOf)));
    }
    expect(below(stack, reachable(stack.folder))).toEqual(filesForAll(stack));
    expect(below(stack, layers.flatMap(reachable))).toEqual(ownFiles(stack));

    // Pods find their Secrets: what starts them waits for those.
    const waits = new Map(
      flux.map(({ name, object }) => [
        name.slice(one.name.length + 1),
        mappings(object, 'spec', 'dependsOn').map((other) => text(other, 'name')),
      ]),
    );
    expect(waits.has('secrets')).toBe(one.provider !== 'existing');
    expect(waits.get('data')).toEqual([`${one.name}-${waits.has('secrets') ? 'secrets' : 'namespace'}`]);
    expect(waits.get('apps')).toEqual([`${one.name}-data`]);
  });

  test('with sops the top leaves out all Secrets: applied by hand, ciphertext would be the value', () => {
    for (const stack of encrypted.stacks()) {
      const top = below(stack, reachable(stack.folder));
      expect(top).toEqual(ownFiles(stack).filter((path) => !path.startsWith('secrets/')));
      expect(top.length).toBeLessThan(ownFiles(stack).length);
    }
  });

  /** Flux builds with Kustomize first, then decrypts each object as JSON, without looking at the MAC. */
  async function asFluxApplies(object: Json): Promise<Json> {
    if (!('sops' in object)) return object;
    const file = join(folder, 'object.json');
    writeFileSync(file, JSON.stringify(object));
    const plain = await run(await sops(), ['decrypt', '--ignore-mac', file], {
      env: { SOPS_AGE_KEY_FILE: keys.mine.file },
    });
    return mapping(JSON.parse(plain));
  }

  test.each(cases)('$name with $provider: the API server takes every object, strictly', async (one) => {
    const stack = stackOf(one);
    const objects = [...stack.objects, ...fluxObjects(dirname(stack.folder))];
    const complaints: string[] = [];
    const apply = async (object: Json, dryRun: boolean): Promise<void> => {
      const { status, warnings, body } = await server.apply(await asFluxApplies(object), { dryRun });
      const said = [...(status < 300 ? [] : [`${status} ${text(body, 'message')}`]), ...warnings];
      if (said.length > 0) complaints.push(`${nameOf(object)}: ${said.join('; ')}`);
    };
    const isNamespace = ({ kind }: Json): boolean => kind === 'Namespace';
    for (const object of objects.filter(isNamespace)) await apply(object, false);
    for (const object of objects.filter((object) => !isNamespace(object))) await apply(object, true);
    expect(complaints).toEqual([]);
  });

  test('the store is asked for everything that the pods read', () => {
    for (const stack of stored.stacks()) {
      const asked = stack.objects
        .filter(({ kind }) => kind === 'ExternalSecret')
        .flatMap((object) =>
          mappings(object, 'spec', 'data').map(
            (entry) => `${text(object, 'metadata', 'name')}/${text(entry, 'secretKey')}`,
          ),
        );
      expect(asked.sort()).toEqual(secretsNeeded(stack));
    }
  });
});

describe('sealed', () => {
  const all = new Map<string, Values>();
  const valuesIn = (name: string): Values => need(all.get(name), `values of ${name}`);
  beforeAll(async () => {
    for (const stack of sealed.repository.stacks()) {
      all.set(stack.name, await unsealed(stack, sealed.keyFile));
    }
  });

  test.each(shippedStacks())('kubeseal opens all that the pods of %s read', (name) => {
    const values = valuesIn(name);
    expect(Object.keys(values).sort()).toEqual(secretsNeeded(sealed.repository.stack(name)));
    for (const value of Object.values(values)) expect(value.length).toBeGreaterThanOrEqual(32);
  });

  test('no two values are the same', () => {
    const values = [...all.values()].flatMap((one) => Object.values(one));
    expect(new Set(values).size).toBe(values.length);
  });

  test('no value stands in a file or was printed', () => {
    expect(leaks(sealed.repository, ...all.values())).toEqual([]);
  });

  describe('after a rotation', () => {
    const rotated = [LIVEKIT, REGISTRATION, SIGNING_KEY].sort();
    let was: Stack;
    let is: Stack;
    let before: Values;
    let after: Values;
    let synapse: LaidSynapse;

    beforeAll(async () => {
      was = sealed.repository.stack(FULL);
      before = valuesIn(FULL);
      const first = await timed('laying out Synapse and PostgreSQL', () => laySynapse(was, before));
      const started = await startSynapse(first);
      // What is asked below of the new key, so that it could not be true of both.
      const key = publicKeyOf(before[SIGNING_KEY] ?? '');
      const { current, old } = await serverKeys(first, key);
      expect({ current, old }).toEqual({ current: { [key.id]: { key: key.key } }, old: {} });
      await started.stop();

      const oldKeyFile = join(folder, 'old-signing-key');
      writeFileSync(oldKeyFile, before[SIGNING_KEY] ?? '', { mode: 0o600 });
      const options = ['--stack', FULL, '--old-signing-key', oldKeyFile, '--yes'];
      await sealed.repository.run(['secrets', 'rotate', ...rotated, ...options]);
      await sealed.repository.run(['synth']);
      is = sealed.repository.stack(FULL);
      after = await unsealed(is, sealed.keyFile);
      synapse = await laySynapseAgain(first, is, after);
      await startSynapse(synapse);
    });

    test('kubeseal opens new values for those keys, and for no others', () => {
      expect(changed(before, after)).toEqual(rotated);
      expect(leaks(sealed.repository, before, after)).toEqual([]);
    });

    test('exactly the pods that read them start again', () => {
      const templates = (stack: Stack): Map<string, Json> =>
        new Map(stack.objects.map((object) => [nameOf(object), podTemplate(object) ?? {}]));
      const [old, now] = [templates(was), templates(is)];
      const readers = is.objects.filter((object) => secretsReadBy(object).some((id) => rotated.includes(id)));
      const restarted = [...now].filter(
        ([name, template]) => JSON.stringify(template) !== JSON.stringify(old.get(name)),
      );
      expect(restarted.map(([name]) => name).sort()).toEqual(readers.map(nameOf).sort());
    });

    test('Synapse signs with the new key, and lists the old one', async () => {
      const [oldKey, newKey] = [before, after].map((values) => publicKeyOf(values[SIGNING_KEY] ?? ''));
      const { current, old } = await serverKeys(synapse, need(newKey, 'the new key'));
      expect(current).toEqual({ [newKey?.id ?? '']: { key: newKey?.key } });
      const id = oldKey?.id ?? '';
      expect(old).toEqual({ [id]: { key: oldKey?.key, expired_ts: at(old, id, 'expired_ts') } });
      const age = Date.now() - Number(at(old, id, 'expired_ts'));
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThan(600_000);
    });

    test('Synapse makes accounts by the new secret only', async () => {
      expect(await register(synapse, 'early', before[REGISTRATION] ?? '')).toBe(403);
      expect(await register(synapse, 'late', after[REGISTRATION] ?? '')).toBe(200);
    });

    test('LiveKit takes tokens signed with the new key only', async () => {
      const livekit = await layLivekit(is, after);
      await startLivekit(livekit);
      expect(await askLivekit(livekit, before[LIVEKIT] ?? '')).toBe(401);
      expect(await askLivekit(livekit, after[LIVEKIT] ?? '')).toBe(200);
    });
  });
});

describe('Synapse with options that hold values of own Secrets', () => {
  const fragment = (host: string): Json => ({
    email: {
      notif_from: 'Matrix <matrix@example.org>',
      smtp_host: host,
      smtp_user: 'matrix',
      smtp_pass: { fromSecret: 'mail', key: 'password' },
    },
    oidc_providers: [
      {
        idp_id: 'staff',
        idp_name: 'Staff',
        discover: false,
        issuer: 'https://login.example.org',
        authorization_endpoint: 'https://login.example.org/authorize',
        token_endpoint: 'https://login.example.org/token',
        jwks_uri: 'https://login.example.org/keys',
        client_id: 'synapse',
        client_secret: { fromSecret: 'identity', key: 'client-secret' },
      },
    ],
  });
  const own = { mail: { password: {} }, identity: { 'client-secret': {} } };
  const password = `it's "a" {password}: #1\\`;
  const values = { MAIL: password, OIDC: 'conformance-client' };
  const entered = ['--from-env', 'mail/password=MAIL', 'identity/client-secret=OIDC'];
  const FRAGMENT = 'synapse-secret-config/secret-config.yaml';
  let repo: Repository;
  const opened = (): Promise<Values> => decrypted(repo.stack(FULL), keys.mine.file);

  beforeAll(async () => {
    const recipients = [keys.mine.recipient];
    repo = repository({ provider: 'sops', recipients, own });
    repo.setting(FULL, ['synapse', 'extraSecretConfig'], fragment('mail.example.org'));
    const accepted = ['--yes', '--accept-recipient', ...recipients];
    await repo.run(['secrets', 'create', '--stack', FULL, ...entered, ...accepted], values);
    await repo.run(['synth']);
  });

  test('starts, and offers the identity provider', async () => {
    const laid = await laySynapse(repo.stack(FULL), await opened());
    const server = await startSynapse(laid);
    const { body } = await laid.network.request(clientPort(laid), '/_matrix/client/v3/login');
    const flows = mappings(JSON.parse(body), 'flows');
    const sso = flows.find((flow) => text(flow, 'type') === 'm.login.sso');
    expect(mappings(sso, 'identity_providers').map((one) => text(one, 'id'))).toEqual(['oidc-staff']);
    expect(server.log()).not.toContain(password);
  });

  test('has the values only in ciphertext', async () => {
    const values = await opened();
    expect(parse(need(values[FRAGMENT], FRAGMENT))).toMatchObject({
      email: { smtp_host: 'mail.example.org', smtp_pass: password },
      oidc_providers: [{ client_secret: 'conformance-client' }],
    });
    expect(leaks(repo, values)).toEqual([]);
  });

  test('follows the host of the mail server, and then its password', async () => {
    repo.setting(FULL, ['synapse', 'extraSecretConfig'], fragment('smtp.example.org'));
    expect(repo.printed()).not.toContain('composed of what has changed since');
    await repo.run(['synth']);
    expect(repo.printed()).toContain(`secrets create --stack ${FULL}`);
    const env = { SOPS_AGE_KEY_FILE: keys.mine.file };
    await repo.run(['secrets', 'create', '--stack', FULL, '--yes'], env);
    await repo.run(['synth']);
    const moved = parse(need((await opened())[FRAGMENT], FRAGMENT));
    expect(moved).toMatchObject({ email: { smtp_host: 'smtp.example.org', smtp_pass: password } });
    const rotate = ['secrets', 'rotate', 'mail/password', '--from-env', 'mail/password=MAIL'];
    await repo.run([...rotate, '--stack', FULL, '--yes'], { ...env, MAIL: 'the next one' });
    await repo.run(['synth']);
    const after = parse(need((await opened())[FRAGMENT], FRAGMENT));
    expect(after).toMatchObject({ email: { smtp_host: 'smtp.example.org', smtp_pass: 'the next one' } });
  });
});

describe('encrypted by SOPS', () => {
  const opened = (name: string, { file }: AgeKey): Promise<Values> => decrypted(encrypted.stack(name), file);

  test.each(shippedStacks())('sops opens all that the pods of %s read, with either key', async (name) => {
    const values = await opened(name, keys.mine);
    expect(Object.keys(values).sort()).toEqual(secretsNeeded(encrypted.stack(name)));
    expect(await opened(name, keys.theirs)).toEqual(values);
    await expect(opened(name, keys.next)).rejects.toThrow('data key');
    expect(leaks(encrypted, values)).toEqual([]);
  });

  test('who has one key replaces values, and the other key opens them', async () => {
    const before = await opened(FULL, keys.mine);
    const rotated = [LIVEKIT, SIGNING_KEY];
    await encrypted.run(['secrets', 'rotate', ...rotated, '--stack', FULL, '--yes'], {
      SOPS_AGE_KEY_FILE: keys.theirs.file,
    });
    await encrypted.run(['synth']);
    const after = await opened(FULL, keys.mine);
    expect(changed(before, after)).toEqual(rotated);
    expect(leaks(encrypted, before, after)).toEqual([]);
    const { id, key } = publicKeyOf(before[SIGNING_KEY] ?? '');
    expect(oldSigningKeys(encrypted.stack(FULL))).toEqual({ [id]: { key, expired_ts: expect.any(Number) } });
  });

  test('for other recipients the values stay, and no pod starts again', async () => {
    const before = await opened(FULL, keys.mine);
    const texts = encrypted.texts();
    const kept = records(encrypted.stack(FULL));
    encrypted.telling({ provider: 'sops', recipients: [keys.mine.recipient, keys.next.recipient] });
    const reseal = ['secrets', 'reseal', '--accept-recipient', keys.next.recipient];
    await encrypted.run(reseal, { SOPS_AGE_KEY_FILE: keys.mine.file });
    await encrypted.run(['synth']);
    expect(await opened(FULL, keys.next)).toEqual(before);
    await expect(opened(FULL, keys.theirs)).rejects.toThrow('data key');
    expect(records(encrypted.stack(FULL))).toEqual(kept);
    expect(changedBesidesSecrets(texts, encrypted)).toEqual([]);
  });
});

describe('sealed for the controller of a cluster', () => {
  let own: Repository;
  const all = new Map<string, Values>();

  beforeAll(async () => {
    own = repository();
    await own.run(['secrets', 'create', '--yes', '--controller', controller.url]);
    await own.run(['synth']);
    const keyFile = await controllersKeys('all');
    for (const stack of own.stacks()) all.set(stack.name, await unsealed(stack, keyFile));
  });

  /** The controller's private keys in a file, as its manual says to back them up. */
  async function controllersKeys(which: 'all' | 'newest'): Promise<string> {
    const selector = 'labelSelector=sealedsecrets.bitnami.com%2Fsealed-secrets-key%3Dactive';
    const path = `/api/v1/namespaces/${controller.namespace}/secrets?${selector}`;
    const { body } = await server.call('GET', path);
    const made = (secret: Json): string => text(secret, 'metadata', 'creationTimestamp') ?? '';
    const items = mappings(body, 'items')
      .map((item): Json => ({ apiVersion: 'v1', kind: 'Secret', ...item }))
      .sort((a, b) => (made(a) < made(b) ? 1 : -1));
    const file = join(folder, `keys-${which}.json`);
    const list = { apiVersion: 'v1', kind: 'List', items: which === 'all' ? items : items.slice(0, 1) };
    writeFileSync(file, JSON.stringify(list), { mode: 0o600 });
    return file;
  }

  /** Applies a layer as Flux does, with Kustomize, and gives its objects as the server keeps them. */
  async function apply(stack: Stack, layer: string): Promise<Json[]> {
    const kept: Json[] = [];
    for (const object of await built(join(stack.folder, 'layers', layer))) {
      const { status, warnings, body } = await server.apply(object);
      expect({ name: nameOf(object), message: body.message, warnings, taken: status < 300 }).toEqual({
        name: nameOf(object),
        message: undefined,
        warnings: [],
        taken: true,
      });
      kept.push(body);
    }
    return kept;
  }

  const secretPath = (sealedSecret: Json): string =>
    `/api/v1/namespaces/${text(sealedSecret, 'metadata', 'namespace')}/secrets/${text(sealedSecret, 'metadata', 'name')}`;

  /** The values in the cluster, once the controller has opened what was applied. */
  async function inCluster(applied: readonly Json[]): Promise<Values> {
    const values: Values[] = [];
    for (const object of applied) {
      await until(`open ${nameOf(object)}`, controller.program, 30, async () => {
        const { body } = await server.call(
          'GET',
          `${await server.collection(object)}/${text(object, 'metadata', 'name')}`,
        );
        const seen = at(body, 'status', 'observedGeneration') === at(object, 'metadata', 'generation');
        const synced = mappings(body, 'status', 'conditions').find(({ type }) => type === 'Synced');
        return seen && synced?.status === 'True' ? true : undefined;
      });
      values.push(valuesOf((await server.call('GET', secretPath(object))).body));
    }
    return Object.assign({}, ...values);
  }

  test.each(shippedStacks())(
    'the Secrets of %s have exactly the values that kubeseal recovers',
    async (name) => {
      const stack = own.stack(name);
      expect(Object.keys(all.get(name) ?? {}).sort()).toEqual(secretsNeeded(stack));
      await apply(stack, 'namespace');
      expect(await inCluster(await apply(stack, 'secrets'))).toEqual(all.get(name));
    },
  );

  describe('sealed anew after it has made a new key', () => {
    let texts: Map<string, string>;
    const kept = new Map<string, Json>();

    beforeAll(async () => {
      texts = own.texts();
      for (const stack of own.stacks()) kept.set(stack.name, records(stack));
      const certificate = async (): Promise<string> => (await fetch(`${controller.url}/v1/cert.pem`)).text();
      const old = await certificate();
      // Certificates count in seconds.
      await new Promise((resolve) => setTimeout(resolve, 1100));
      controller.renew();
      await until('make a new key', controller.program, 60, async () =>
        (await certificate()) === old ? undefined : true,
      );
      await timed('sealing anew', () => own.run(['secrets', 'reseal', '--controller', controller.url]));
      await own.run(['synth']);
    });

    test('the values are the same, and the new key alone opens them', async () => {
      const keyFile = await controllersKeys('newest');
      for (const stack of own.stacks()) expect(await unsealed(stack, keyFile)).toEqual(all.get(stack.name));
    });

    test('their revisions stay, and no pod starts again', () => {
      for (const stack of own.stacks()) expect(records(stack)).toEqual(kept.get(stack.name));
      expect(changedBesidesSecrets(texts, own)).toEqual([]);
    });

    test.each(shippedStacks())('the controller makes the Secrets of %s again from nothing', async (name) => {
      const stack = own.stack(name);
      for (const object of stack.objects.filter(({ kind }) => kind === 'SealedSecret')) {
        expect((await server.call('DELETE', secretPath(object))).status).toBe(200);
      }
      expect(await inCluster(await apply(stack, 'secrets'))).toEqual(all.get(name));
    });

    test('nothing is left to do', async () => {
      const { stdout } = await own.run(['secrets', 'status']);
      expect(stdout).not.toMatch(/reseal|MISSING/);
      await own.run(['synth', '--check']);
    });

    test('no value stands in a file or was printed', () => {
      expect(leaks(own, ...all.values())).toEqual([]);
    });
  });
});
