import { beforeEach, describe, expect, it } from 'vitest';
import { humanSecrets } from '../../../src/cli/secrets/report.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { type FreshKey, freshKey } from '../../secrets/keys.ts';
import {
  changedKeys,
  done,
  LAB,
  providedBy,
  restarted,
  restartsOf,
  revisionsOf,
  stopped,
  useRepository,
} from './repository.ts';

const repository = useRepository();
const { put, read, run, synth, files } = repository;
const PLAIN = styleFor({}, {});

const OWN = `  own:
    mail:
      smtp_pass: {what: the password of the mail server, rotateAfterDays: 30}
      ca.pem: {}
`;
/** What reads one of the keys. */
const MOUNTED = `overrides:
  - target: {kind: Deployment, name: synapse}
    patch:
      - op: add
        path: /spec/template/spec/volumes/-
        value: {name: mail, secret: {secretName: mail, items: [{key: smtp_pass, path: smtp_pass}]}}
      - op: add
        path: /spec/template/spec/containers/0/volumeMounts/-
        value: {name: mail, mountPath: /secrets/mail, readOnly: true}
    why: a module reads it
`;
const PEM = '-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n';

let me: FreshKey;
beforeEach(async () => {
  me = await freshKey();
});

describe.each(['sealed-secrets', 'sops'] as const)('a Secret of your own with %s', (provider) => {
  it('is entered, sealed, shown, rotated and escrowed like every other', async () => {
    const { settings, values } = providedBy(provider, repository, me);
    await put('stacks/chat.yaml', `${LAB}secrets:\n  ${settings}\n${OWN}${MOUNTED}`);
    const identity = await put('me.agekey', me.text);

    // Only you know it: the rest is made, and it is said what to add.
    const first = await run('create', { identity });
    expect(first.exitCode).toBe(1);
    expect(done(first).missing).toEqual(['mail/ca.pem', 'mail/smtp_pass']);
    expect(humanSecrets(first, PLAIN)).toContain('add --from-file mail/smtp_pass=FILE');
    const status = await run('status');
    expect(status.exitCode).toBe(1);
    expect(humanSecrets(status, PLAIN)).toMatch(/mail\/smtp_pass +MISSING/);
    expect((await synth({ strict: true })).missing).toEqual([
      { stack: 'chat', secret: 'mail', namespace: 'chat', keys: ['ca.pem', 'smtp_pass'] },
    ]);

    // From a file and a variable: of one line without its end, of several as they are.
    const environment = { SMTP: 'hunter2 with spaces: #1\n' };
    const second = await run(
      'create',
      { identity, fromFile: [`mail/ca.pem=${await put('ca.pem', PEM)}`], fromEnv: ['smtp_pass=SMTP'] },
      { environment },
    );
    expect(second.exitCode).toBe(0);
    expect(changedKeys(done(second))).toEqual(['mail/ca.pem', 'mail/smtp_pass']);
    expect((await values()).get('mail/smtp_pass')).toBe('hunter2 with spaces: #1');
    expect((await values()).get('mail/ca.pem')).toBe(PEM);
    expect(JSON.stringify(second)).not.toContain('hunter2');
    const copies = [...(await files('stacks/chat.secrets/escrow/mail')).keys()];
    expect(copies).toHaveLength(provider === 'sops' ? 0 : 2);

    // The override that mounts it names a Secret that is there, and its pods know the revision.
    expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, findings: [], missing: [] });
    expect(await read('dist/chat/secrets/mail.yaml')).toContain('name: mail');
    const shown = await run('status', { acceptRecipients: [me.recipient] });
    expect(done(shown).status.filter(({ secret }) => secret === 'mail')).toMatchObject([
      { namespace: 'chat', key: 'ca.pem', states: ['present'] },
      { namespace: 'chat', key: 'smtp_pass', states: ['present'] },
    ]);
    const later = await run('status', { now: new Date(Date.now() + 31 * 86_400_000) });
    expect(humanSecrets(later, PLAIN)).toMatch(/mail\/smtp_pass +due for rotation/);

    // Rotated by who knows the new value, and the pods that read it start again.
    const [revisions, restarts] = [await revisionsOf(repository), await restartsOf(repository)];
    const refused = await run('rotate', { identity, keys: ['smtp_pass'] });
    expect(stopped(refused)).toBe(
      'only you know the new value of mail/smtp_pass; give it: --from-file mail/smtp_pass=FILE',
    );
    const fromFile = [`smtp_pass=${await put('new', 'another\n')}`];
    const rotated = await run('rotate', { identity, keys: ['smtp_pass'], fromFile });
    expect(changedKeys(done(rotated))).toEqual(['mail/smtp_pass']);
    expect(humanSecrets(rotated, PLAIN)).toContain('restarts: the pods that read it');
    expect((await values()).get('mail/smtp_pass')).toBe('another');
    expect((await revisionsOf(repository)).get('mail/smtp_pass')).not.toBe(revisions.get('mail/smtp_pass'));
    expect((await revisionsOf(repository)).get('mail/ca.pem')).toBe(revisions.get('mail/ca.pem'));
    await synth();
    expect(restarted(restarts, await restartsOf(repository))).toEqual(['synapse']);
  });

  it('is given to a program as a file, and starts exactly that one again when it is rotated', async () => {
    const { settings } = providedBy(provider, repository, me);
    const given = 'synapse: {extraFiles: {/extra/ca.pem: {fromSecret: mail, key: ca.pem}}}\n';
    await put('stacks/chat.yaml', `${LAB}${given}secrets:\n  ${settings}\n${OWN}`);
    const identity = await put('me.agekey', me.text);
    const fromFile = [`mail/ca.pem=${await put('ca.pem', PEM)}`, `smtp_pass=${await put('word', 'word\n')}`];
    expect((await run('create', { identity, fromFile })).exitCode).toBe(0);
    await synth();
    const restarts = await restartsOf(repository);
    const next = [`mail/ca.pem=${await put('next.pem', PEM.replace('MIIB', 'MIIC'))}`];
    const rotated = await run('rotate', { identity, keys: ['mail/ca.pem'], fromFile: next });
    expect(humanSecrets(rotated, PLAIN)).toContain('restarts, in this order: synapse\n');
    await synth();
    expect(restarted(restarts, await restartsOf(repository))).toEqual(['synapse']);
  });

  it('is asked for at a terminal, hidden, and may be left for later', async () => {
    const { settings, values } = providedBy(provider, repository, me);
    await put('stacks/chat.yaml', `${LAB}secrets:\n  ${settings}\n${OWN}`);
    const asked: string[] = [];
    const { SecretValue } = await import('../../../src/secrets/values/value.ts');
    const terminal = {
      line: async () => 'y',
      hidden: async (question: string) => {
        asked.push(question);
        return question.startsWith('mail/smtp_pass') ? SecretValue.of('typed') : undefined;
      },
    };
    const result = await run('create', { yes: false }, { terminal });
    expect(asked).toEqual([
      'mail/ca.pem, a value of your own (not shown; empty: later, or out of a file with --from-file): ',
      'mail/smtp_pass, the password of the mail server (not shown; empty: later, or out of a file with --from-file): ',
    ]);
    expect(done(result).missing).toEqual(['mail/ca.pem']);
    expect((await values()).get('mail/smtp_pass')).toBe('typed');
  });

  it.each([
    ['empty', '\n', 'it is empty; give a value, or leave it out'],
    ['too large', 'x'.repeat(65_537), 'it has 65,537 bytes; give at most 65,536'],
  ])('is refused when it is %s', async (_, text, reason) => {
    const { settings } = providedBy(provider, repository, me);
    await put('stacks/chat.yaml', `${LAB}secrets:\n  ${settings}\n${OWN}`);
    const result = await run('create', { fromFile: [`mail/smtp_pass=${await put('v', text)}`] });
    expect(stopped(result)).toBe(`the value given for mail/smtp_pass: ${reason}`);
  });
});

describe('a Secret of your own with very much in it', () => {
  it('is refused before anything is written: what is written has to be read again', async () => {
    const keys = Array.from({ length: 12 }, (_, index) => `k${index}`);
    const own = keys.map((key) => `${key}: {}`).join(', ');
    await put('stacks/chat.yaml', `${LAB}secrets: {own: {much: {${own}}}}\n`);
    const file = await put('v', 'x'.repeat(65_536));
    const result = await run('create', { fromFile: keys.map((key) => `much/${key}=${file}`) });
    expect(stopped(result)).toBe(
      'the file much.yaml would have more than 1,000,000 characters, which nothing here reads; give much less: put some of its keys into another Secret',
    );
    expect([...(await files('stacks')).keys()]).toEqual(['chat.yaml']);
    const half = await run('create', { fromFile: keys.slice(0, 6).map((key) => `much/${key}=${file}`) });
    expect(done(half).missing).toHaveLength(6);
    expect((await synth()).exitCode).toBe(0);
  });
});

describe('a Secret of your own that is kept elsewhere', () => {
  it('is fetched by an ExternalSecret, and says where it belongs', async () => {
    const provider = 'provider: external-secrets\n  store: {name: vault}';
    await put('stacks/chat.yaml', `${LAB}secrets:\n  ${provider}\n${OWN}${MOUNTED}`);
    const created = await run('create');
    expect(done(created).commands).toContain('vault: chat/mail, property smtp_pass: cat FILE');
    expect(humanSecrets(await run('status'), PLAIN)).toMatch(/mail\/smtp_pass +not in this repository/);
    expect(stopped(await run('rotate', { keys: ['smtp_pass'] }))).toContain('in a store');
    expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, findings: [] });
    expect(await read('dist/chat/secrets/mail.yaml')).toContain('property: smtp_pass');
  });

  it('is made by a command where Secrets exist already', async () => {
    await put('stacks/chat.yaml', `${LAB}secrets:\n  provider: existing\n${OWN}${MOUNTED}`);
    const commands = done(await run('create')).commands?.join('\n');
    expect(commands).toContain(
      'kubectl -n chat create secret generic mail \\\n  --from-file=ca.pem=<(cat FILE) \\\n  --from-file=smtp_pass=<(cat FILE)',
    );
    expect(humanSecrets(await run('status'), PLAIN)).toMatch(/mail\/smtp_pass +not in this repository/);
    expect(stopped(await run('rotate', { keys: ['smtp_pass'] }))).toContain('in the cluster');
    expect(await synth({ strict: true })).toMatchObject({ exitCode: 0, findings: [] });
    const text = await read('dist/chat/SECRETS.md');
    expect(text).toContain('the password of the mail server');
    expect(text).toContain('A Secret of your own: `FILE` holds the value, without a line break at the end');
    expect(await read('dist/chat/SUMMARY.md')).toMatch(/\| `mail` +\| chat +\| `ca\.pem`, `smtp_pass`/);
  });

  it('is missed by the rules when an override names a key that it does not have', async () => {
    const wrong = MOUNTED.replace('key: smtp_pass', 'key: smtp_password');
    await put('stacks/chat.yaml', `${LAB}secrets:\n  provider: existing\n${OWN}${wrong}`);
    const { exitCode, diagnostics } = await synth();
    expect(exitCode).toBe(2);
    expect(diagnostics).toMatchObject([{ code: 'MG055' }]);
    expect(diagnostics[0]?.what).toContain('smtp_password');
  });
});
