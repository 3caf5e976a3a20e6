import { load } from 'js-yaml';
import { beforeEach, describe, expect, it } from 'vitest';
import { humanReport } from '../../../src/cli/report.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { type FreshKey, freshKey } from '../../secrets/keys.ts';
import { dig } from '../../stacks.ts';
import {
  changedKeys,
  done,
  LAB,
  providedBy,
  restarted,
  restartsOf,
  stopped,
  useRepository,
  valuesOf,
} from './repository.ts';

const repository = useRepository();
const { files, put, read, run, synth } = repository;
const PLAIN = styleFor({}, {});
const PASSWORD = `it's "a" {password}: #1\\`;

/** A stack whose Synapse sends mail. */
const stack = (settings: string, host: string): string => `${LAB}synapse:
  extraSecretConfig:
    email: {smtp_host: ${host}, smtp_pass: {fromSecret: mail, key: password}}
secrets:
  own: {mail: {password: {}}}
  ${settings}
`;
const mail = (host: string, password: string): unknown => ({
  email: { smtp_host: host, smtp_pass: password },
});

let me: FreshKey;
beforeEach(async () => {
  me = await freshKey();
});

describe.each(['sealed-secrets', 'sops'] as const)(
  'options of Synapse with a password, with %s',
  (provider) => {
    it('follow another host of the mail server, and then another password', async () => {
      const { settings, values } = providedBy(provider, repository, me);
      const identity = await put('me.agekey', me.text);
      const options = async (): Promise<unknown> =>
        load((await values()).get('synapse-secret-config/secret-config.yaml') ?? '');

      await put('stacks/chat.yaml', stack(settings, 'mail.example.org'));
      const environment = { MAIL: PASSWORD };
      await run('create', { identity, fromEnv: ['mail/password=MAIL'] }, { environment });
      expect(await options()).toEqual(mail('mail.example.org', PASSWORD));
      const first = await synth({ strict: true });
      expect(first).toMatchObject({ exitCode: 0, findings: [], missing: [] });

      // synth cannot write it: it says what to run, and fails where that matters.
      await put('stacks/chat.yaml', stack(settings, 'smtp.example.org'));
      const second = await synth({ strict: true });
      expect(second.exitCode).toBe(1);
      expect(humanReport(second, 'dist', PLAIN)).toMatch(
        /composed of values that have changed since: synapse-secret-config.*run `.*secrets.* create --stack chat`/,
      );
      const again = await run('create', { identity });
      expect(changedKeys(done(again))).toEqual(['synapse-secret-config/secret-config.yaml']);
      expect(await options()).toEqual(mail('smtp.example.org', PASSWORD));
      await synth({ strict: true });

      const before = await restartsOf(repository);
      const rotated = await run(
        'rotate',
        { identity, keys: ['mail/password'], fromEnv: ['mail/password=MAIL'] },
        { environment: { MAIL: 'another' } },
      );
      expect(changedKeys(done(rotated))).toEqual([
        'mail/password',
        'synapse-secret-config/secret-config.yaml',
      ]);
      expect(await options()).toEqual(mail('smtp.example.org', 'another'));
      expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, missing: [] });
      expect(restarted(before, await restartsOf(repository))).toEqual(['synapse']);
    });
  },
);

describe('options of Synapse that get another secret, while nothing here can open the first', () => {
  const two = `${LAB}synapse:
  extraSecretConfig:
    email: {smtp_host: mail.example.org, smtp_pass: {fromSecret: mail, key: password}}
    oidc_providers: [{idp_id: main, client_secret: {fromSecret: identity, key: client-secret}}]
secrets:
  own: {mail: {password: {}}, identity: {client-secret: {}}}
`;
  const together =
    '`matrix-gitops secrets rotate mail/password identity/client-secret --stack chat --from-file mail/password=FILE --from-file identity/client-secret=FILE`';
  const environment = { MAIL: 'another', IDENTITY: 'of the provider' };
  beforeEach(async () => {
    await put('stacks/chat.yaml', stack('', 'mail.example.org'));
    await run('create', { fromEnv: ['mail/password=MAIL'] }, { environment: { MAIL: PASSWORD } });
    await put('stacks/chat.yaml', two);
  });

  it('are composed by the command that create names', async () => {
    const before = await files('stacks');
    const fromEnv = ['identity/client-secret=IDENTITY'];
    const refused = await run('create', { fromEnv }, { environment: { ...environment } });
    expect(stopped(refused)).toContain(`together: ${together}`);
    expect(await files('stacks')).toEqual(before);

    const result = await run(
      'rotate',
      {
        keys: ['mail/password', 'identity/client-secret'],
        fromEnv: ['mail/password=MAIL', ...fromEnv],
      },
      { environment: { ...environment } },
    );
    expect(changedKeys(done(result))).toEqual([
      'identity/client-secret',
      'mail/password',
      'synapse-secret-config/secret-config.yaml',
    ]);
    const text = (await valuesOf(repository)).get('synapse-secret-config/secret-config.yaml') ?? '';
    expect(load(text)).toEqual({
      ...Object(mail('mail.example.org', 'another')),
      oidc_providers: [{ idp_id: 'main', client_secret: 'of the provider' }],
    });
    expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, missing: [] });
  });

  it('are not left with a former value of the first', async () => {
    const before = await files('stacks');
    const options = { keys: ['mail/password'], fromEnv: ['mail/password=MAIL'] };
    for (const verb of ['rotate', 'create'] as const) {
      const refused = await run(verb, options, { environment: { ...environment } });
      expect(refused.exitCode).toBe(2);
      expect(stopped(refused)).toBe(
        `synapse-secret-config/secret-config.yaml is composed of mail/password, identity/client-secret, and there is no value yet of identity/client-secret: it would keep the former value of mail/password; replace them together: ${together}`,
      );
    }
    expect(await files('stacks')).toEqual(before);
  });

  it('need a value that only a person knows', async () => {
    const keys = ['mail/password', 'identity/client-secret'];
    const refused = await run(
      'rotate',
      { keys, fromEnv: ['mail/password=MAIL'] },
      { environment: { ...environment } },
    );
    expect(stopped(refused)).toMatch(/only you know .*identity\/client-secret; give it: --from-file/);
  });
});

it('options of Synapse with a password are composed in the cluster where External Secrets fetches it', async () => {
  for (const host of ['mail.example.org', 'smtp.example.org']) {
    await put('stacks/chat.yaml', stack('provider: external-secrets\n  store: {name: vault}', host));
    expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, findings: [] });
    const { spec } = Object(load(await read('dist/chat/secrets/synapse-secret-config.yaml')));
    const template = dig(spec, 'target', 'template', 'data', 'secret-config.yaml');
    expect(template).toBe(
      `{"email": {"smtp_host": "${host}", "smtp_pass": {{ index . "mail..password" | toJson }}}}\n`,
    );
    expect(dig(spec, 'data', 0)).toMatchObject({
      secretKey: 'mail..password',
      remoteRef: { property: 'password' },
    });
  }
});

it('options of Synapse with a password are made by hand where others make the Secrets', async () => {
  await put('stacks/chat.yaml', stack('provider: existing', 'mail.example.org'));
  expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, findings: [] });
  const page = await read('dist/chat/SECRETS.md');
  const command = page.slice(page.indexOf('## `synapse-secret-config`'));
  // Its command reads the password out of the other Secret, which is there by then.
  expect(page.indexOf('## `mail`')).toBeLessThan(page.indexOf('## `synapse-secret-config`'));
  expect(page).toContain('| `password` | a value of your own | `synapse-secret-config/secret-config.yaml` |');
  expect(command).toContain('secret-config.yaml');
  expect(command).toContain('"smtp_host": "mail.example.org"');
});
