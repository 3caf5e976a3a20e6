import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { EnvironmentProblem } from '../../../src/cli/environment-problem.ts';
import { jsonReport } from '../../../src/cli/report.ts';
import { acceptController } from '../../../src/cli/secrets/accept-certificate.ts';
import { type Acceptance, acceptanceOf } from '../../../src/cli/secrets/acceptance.ts';
import type { Inputs } from '../../../src/cli/secrets/inputs.ts';
import { humanSecrets } from '../../../src/cli/secrets/report.ts';
import type { SealedSecrets } from '../../../src/cli/secrets/sealing.ts';
import { styleFor } from '../../../src/cli/terminal.ts';
import { UsageProblem } from '../../../src/cli/usage-problem.ts';
import { withColons } from '../../../src/secrets/acceptance/fingerprint.ts';
import { type Accepted, NOTHING_ACCEPTED } from '../../../src/secrets/acceptance/record.ts';
import { readCertificates } from '../../../src/secrets/sealed-secrets/certificates.ts';
import { freshKey } from '../../secrets/keys.ts';
import { type MadeCertificate, makeCertificate, rsaKeys } from '../../secrets/x509.ts';
import { useController } from './controller.ts';
import { CHAT, done, HOME, LAB, stopped, useRepository, valuesOf } from './repository.ts';

const repository = useRepository();
const { at, put, read, run, files, stateHome } = repository;
const controller = useController();
const PLAIN = styleFor({}, {});
const PINNED = 'stacks/chat.secrets/certificates.pem';
/** Making keys takes a while: those of all certificates but the controller's. */
const keys = rsaKeys();
const NEXT = makeCertificate({ keys, notBefore: new Date(Date.now() - 60_000) });

function fingerprint({ pem }: MadeCertificate): string {
  return readCertificates('c', pem).certificates?.[0]?.fingerprint ?? '';
}

const recordFile = (): string => join(stateHome(), 'matrix-gitops/accepted-recipients.json');

/** A computer that knows nothing yet: another person's, with a clone of the same repository. */
async function otherComputer(): Promise<{
  readonly environment: NodeJS.ProcessEnv;
  remove: () => Promise<void>;
}> {
  const home = await mkdtemp(join(tmpdir(), 'state-'));
  return { environment: { XDG_STATE_HOME: home }, remove: () => rm(home, { recursive: true }) };
}

/** Somebody who gives one answer to everything. */
function person(answer: string, asked: string[] = []): Pick<Inputs, 'terminal'> {
  const line = async (...question: readonly string[]): Promise<string> => {
    asked.push(question.join('\n'));
    return answer;
  };
  return { terminal: { hidden: async () => undefined, line } };
}

beforeEach(async () => {
  await put('stacks/chat.yaml', LAB);
});

describe('a second operator on a fresh clone', () => {
  beforeEach(async () => {
    await run('create');
    await put('stacks/chat.yaml', CHAT);
  });

  it('is stopped, with the fingerprint, its place, how to compare it, and the option to add', async () => {
    const { environment, remove } = await otherComputer();
    const before = await files('stacks');
    const result = await run('create', { cert: null }, { environment });
    const shown = withColons(fingerprint(HOME));
    expect(result.exitCode).toBe(2);
    expect(result.stacks[0]?.problem?.code).toBe('MG064');
    expect(stopped(result)).toContain(`${PINNED}:1:1 the newest pinned certificate has not been accepted`);
    expect(stopped(result)).toContain(`they are sealed for SHA-256 ${shown};`);
    expect(stopped(result)).toContain('| openssl x509 -noout -fingerprint -sha256)');
    expect(stopped(result)).toContain(`add --accept-certificate ${shown};`);
    expect(humanSecrets(result, PLAIN)).toMatch(/^chat: error MG064: /);
    expect(await files('stacks')).toEqual(before);
    await remove();
  });

  it.each([
    ['as openssl prints it', withColons],
    ['as this program writes it in JSON', (text: string) => text],
  ])('goes on with --accept-certificate, %s, and later without', async (_, form) => {
    const { environment, remove } = await otherComputer();
    const acceptCertificates = [form(fingerprint(HOME))];
    expect(
      done(await run('create', { cert: null, acceptCertificates }, { environment })).changed,
    ).toHaveLength(3);
    expect((await run('rotate', { cert: null, keys: ['form-secret'] }, { environment })).exitCode).toBe(0);
    await remove();
  });

  it('can accept where nothing is missing', async () => {
    await run('create');
    const { environment, remove } = await otherComputer();
    const acceptCertificates = [fingerprint(HOME)];
    expect((await run('status', { cert: null }, { environment })).exitCode).toBe(1);
    const result = await run('create', { cert: null, acceptCertificates }, { environment });
    expect(done(result)).toMatchObject({ changed: [], written: [] });
    expect((await run('status', { cert: null }, { environment })).exitCode).toBe(0);
    await remove();
  });

  it('is asked on a terminal, and takes no for an answer', async () => {
    const { environment, remove } = await otherComputer();
    const before = await files('stacks');
    const asked: string[] = [];
    const no = await run('create', { cert: null, yes: false }, { environment, ...person('n', asked) });
    expect(no.exitCode).toBe(2);
    expect(await files('stacks')).toEqual(before);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(/^chat: [\s\S]*openssl x509[\s\S]*\nSeal for it\? \(y\/N\) $/);
    expect(asked[0]).toContain(withColons(fingerprint(HOME)));
    // With --yes nobody is asked, whoever sits there.
    const silent = await run('create', { cert: null }, { environment, ...person('y', asked) });
    expect(silent.exitCode).toBe(2);
    expect(asked).toHaveLength(1);
    expect((await run('create', { cert: null, yes: false }, { environment, ...person('y') })).exitCode).toBe(
      0,
    );
    expect((await run('status', { cert: null }, { environment })).exitCode).toBe(0);
    await remove();
  });
});

describe('--accept-certificate', () => {
  it('that names no certificate is a mistake, for every verb', async () => {
    await run('create');
    const before = await files('stacks');
    const acceptCertificates = [fingerprint(NEXT)];
    const result = await run('rotate', { keys: ['form-secret'], cert: null, acceptCertificates });
    expect(stopped(result)).toMatch(
      /^--accept-certificate \S+: no pinned or given certificate has this fingerprint/,
    );
    expect(stopped(await run('create', { acceptCertificates }))).toContain(
      'no pinned or given certificate has this fingerprint',
    );
    await expect(run('status', { cert: null, acceptCertificates })).rejects.toThrow(UsageProblem);
    expect(await files('stacks')).toEqual(before);
  });

  it('may be that of another of the chosen stacks', async () => {
    await put('stacks/chat.yaml', CHAT);
    await put('stacks/lab.yaml', LAB);
    await run('create', { only: ['chat'] });
    await run('create', { only: ['lab'], cert: await put('next.pem', NEXT.pem) });
    const { environment, remove } = await otherComputer();
    const acceptCertificates = [fingerprint(HOME), fingerprint(NEXT)];
    const result = await run('create', { cert: null, acceptCertificates }, { environment });
    expect(result.exitCode).toBe(0);
    expect((await run('status', { cert: null }, { environment })).exitCode).toBe(0);
    await remove();
  });

  it('is a mistake where nothing is encrypted at all', async () => {
    await put('stacks/chat.yaml', `${LAB}secrets: {provider: existing}\n`);
    const acceptCertificates = [fingerprint(HOME)];
    await expect(run('create', { cert: null, acceptCertificates })).rejects.toThrow(
      /which nothing in these stacks uses/,
    );
  });

  it.each(['AB:CD', 'x'.repeat(64), ''])('takes nothing but a fingerprint: %j', async (written) => {
    await expect(run('create', { acceptCertificates: [written] })).rejects.toThrow(
      /is not a SHA-256 fingerprint/,
    );
  });

  it('decides for an older certificate while a newer one is pinned, of which a note says so', async () => {
    await run('create');
    await put(PINNED, NEXT.pem + HOME.pem);
    const { environment, remove } = await otherComputer();
    const options = { keys: ['form-secret'], cert: null, acceptCertificates: [fingerprint(HOME)] };
    const result = await run('rotate', options, { environment });
    expect(result.exitCode).toBe(0);
    expect(done(result).notices.join('\n')).toContain(withColons(fingerprint(NEXT)));
    expect([...(await valuesOf(repository, 'chat', HOME)).keys()]).toContain('synapse-secrets/form-secret');
    await remove();
  });
});

describe('--cert', () => {
  it('says whom the values were sealed for, where that was somebody else', async () => {
    await run('create');
    const cert = await put('next.pem', NEXT.pem);
    const result = await run('rotate', { keys: ['form-secret'], cert, newCert: true });
    const notices = done(result).notices.join('\n');
    expect(notices).toContain(
      `this run seals for SHA-256 ${withColons(fingerprint(NEXT))}; the values of this stack were sealed for SHA-256 ${withColons(fingerprint(HOME))}`,
    );
    expect(await read(PINNED)).toBe(NEXT.pem + HOME.pem);
    expect((await run('status', { cert: null })).exitCode).toBe(0);
  });

  it('with another certificate than before is refused without --new-cert, and nothing is pinned', async () => {
    await run('create');
    const before = await files('stacks');
    const rotate = { keys: ['form-secret'], cert: await put('next.pem', NEXT.pem) };
    const result = await run('rotate', rotate);
    expect(result.exitCode).toBe(2);
    expect(result.stacks[0]?.problem?.code).toBe('MG064');
    expect(stopped(result)).toContain(
      `next.pem:1:1 this certificate is not among those that the values of this stack are sealed for: SHA-256 ${withColons(fingerprint(NEXT))}`,
    );
    expect(stopped(result)).toContain(`pinned: SHA-256 ${withColons(fingerprint(HOME))}`);
    expect(stopped(result)).toContain('add --new-cert; if not, give the right one');
    const line = async (...question: readonly string[]): Promise<string> =>
      question.at(-1)?.includes('Seal for it?') ? 'n' : 'y';
    const no = { terminal: { hidden: async () => undefined, line } };
    expect((await run('rotate', { ...rotate, yes: false }, no)).exitCode).toBe(2);
    expect(await files('stacks')).toEqual(before);
    expect((await run('rotate', { ...rotate, yes: false }, person('y'))).exitCode).toBe(0);
    // Now it is known, and named without a question.
    expect((await run('rotate', rotate)).exitCode).toBe(0);
  });

  it('with a certificate that another computer pinned is what the person says themselves', async () => {
    await run('create');
    const { environment, remove } = await otherComputer();
    expect((await run('rotate', { keys: ['form-secret'] }, { environment })).exitCode).toBe(0);
    // An old record counts where the file of pinned certificates is gone.
    await repository.remove(PINNED);
    const cert = await put('next.pem', NEXT.pem);
    expect(stopped(await run('rotate', { keys: ['form-secret'], cert }))).toContain('--new-cert');
    const acceptCertificates = [fingerprint(NEXT)];
    expect((await run('rotate', { keys: ['form-secret'], cert, acceptCertificates })).exitCode).toBe(0);
    await remove();
  });

  it('uses an older one than the pinned, when it says so', async () => {
    await run('create', { cert: await put('next.pem', NEXT.pem) });
    await run('rotate', {
      keys: ['form-secret', 'macaroon-secret-key', 'registration-shared-secret'],
      newCert: true,
    });
    await repository.remove('stacks/chat.secrets/synapse-signing-key.yaml');
    expect([...(await valuesOf(repository, 'chat', HOME)).keys()]).toHaveLength(3);
  });

  it('is not enough for a certificate that was issued by another one: nothing proves it undamaged', async () => {
    const issuer = { commonName: 'ca', privateKey: HOME.privateKey };
    const issued = makeCertificate({ keys, issuer });
    const cert = await put('issued.pem', issued.pem);
    const result = await run('create', { cert });
    expect(result.exitCode).toBe(2);
    expect(stopped(result)).toContain('issued.pem:1:1 this certificate was issued by another one');
    const acceptCertificates = [fingerprint(issued)];
    expect((await run('create', { cert, acceptCertificates })).exitCode).toBe(0);
    const { stacks } = await run('status', { cert: null });
    expect(stacks[0]?.recipients).toMatchObject([{ states: ['issued-by-another'], isDangerous: false }]);
  });

  it('is refused at its line when it is damaged, also when it is pinned', async () => {
    await run('create');
    const bytes = Buffer.from(HOME.pem.split('\n').slice(1, -2).join(''), 'base64');
    bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
    const damaged = `-----BEGIN CERTIFICATE-----\n${bytes.toString('base64')}\n-----END CERTIFICATE-----\n`;
    const said = stopped(await run('rotate', { keys: ['form-secret'], cert: await put('bad.pem', damaged) }));
    expect(said).toContain('bad.pem:1:1 this certificate is damaged: its own signature does not match');
    await put(PINNED, HOME.pem + damaged);
    const line = HOME.pem.split('\n').length;
    const result = await run('rotate', { keys: ['form-secret'], cert: null });
    expect(stopped(result)).toContain(`certificates.pem:${line}:1 this certificate is damaged`);
    expect(result.stacks[0]?.problem?.code).toBe('MG063');
  });
});

describe('the controller', () => {
  it('renews its key every month, which needs no acceptance: it is the one of the own cluster', async () => {
    controller.keys = [HOME];
    await run('create', { cert: null, controller: controller.url() });
    controller.keys = [NEXT, HOME];
    const result = await run('reseal', { cert: null, controller: controller.url() });
    expect(result.exitCode).toBe(0);
    expect(done(result).encryptedFor).toEqual({ certificate: fingerprint(NEXT), recipients: [] });
    expect((await run('rotate', { keys: ['form-secret'], cert: null })).exitCode).toBe(0);
    expect((await run('status', { cert: null })).exitCode).toBe(0);
  });

  it('that only the stack file names is asked once a person has said so, and remembered', async () => {
    const stack = `${LAB}secrets: {controller: {namespace: sealing, name: sealer}}\n`;
    await put('stacks/chat.yaml', stack);
    const said = stopped(await run('create', { cert: null }));
    expect(said).toContain('secrets.controller names sealing/sealer, which has not been accepted');
    expect(said).toContain('add --controller sealing/sealer');
    expect(said).toContain('stacks/chat.yaml');
    const { acceptance, remembered } = accepting({});
    const provider = sealing('sealing', 'sealer');
    await acceptController({ acceptance, file: 'chat.yaml' }, provider, 'sealing/sealer');
    expect(remembered().controllers).toEqual(['sealing/sealer']);
    const later = accepting({ controllers: ['sealing/sealer'] });
    await acceptController({ acceptance: later.acceptance, file: 'chat.yaml' }, provider, undefined);
  });

  it('is the default one without a word, and one in another place after a yes', async () => {
    const { acceptance } = accepting({});
    const usual = sealing('flux-system', 'sealed-secrets-controller');
    await acceptController({ acceptance, file: 'chat.yaml' }, usual, undefined);
    const asked: string[] = [];
    const { terminal } = person('y', asked);
    const { acceptance: answered, remembered } = accepting({}, terminal);
    await acceptController(
      { acceptance: answered, file: 'chat.yaml' },
      sealing('there', 'sealer'),
      undefined,
    );
    expect(asked[0]).toContain('there/sealer');
    expect(remembered().controllers).toEqual(['there/sealer']);
  });
});

function sealing(namespace: string, name: string): SealedSecrets {
  return { kind: 'sealed-secrets', controller: { namespace, name }, escrow: [] };
}

function accepting(
  recorded: Partial<Accepted>,
  terminal?: Inputs['terminal'],
): { acceptance: Acceptance; remembered: () => Accepted } {
  const flags = { certificates: [], recipients: [] };
  const known = {
    recorded: { ...NOTHING_ACCEPTED, ...recorded },
    flags,
    everywhere: new Set<string>(),
    own: [],
  };
  const acceptance = acceptanceOf({ name: 'chat' }, known, terminal);
  return { acceptance, remembered: acceptance.remembered };
}

describe('age recipients', () => {
  it('are named in full, with those that would be new, and accepted by an option', async () => {
    const [mine, cluster] = [await freshKey(), await freshKey()];
    const identity = await put('mine.agekey', `${mine.text}\n`);
    const stack = (...recipients: readonly string[]): string =>
      `${LAB}secrets: {provider: sops, recipients: [${recipients.join(', ')}]}\n`;
    await put('stacks/chat.yaml', stack(mine.recipient));
    // A key that the person has is the person's own.
    const first = await run('create', { cert: null, identity, acceptRecipients: [] });
    expect(done(first).encryptedFor).toEqual({ recipients: [mine.recipient] });
    await put('stacks/chat.yaml', stack(mine.recipient, cluster.recipient));
    const result = await run('reseal', { cert: null, identity, acceptRecipients: [] });
    expect(result.stacks[0]?.problem?.code).toBe('MG065');
    expect(stopped(result)).toContain(
      `stacks/chat.yaml: secrets.recipients names age recipients that have not been accepted on this computer: ${cluster.recipient}; the files that are there are encrypted for ${mine.recipient}, so that ${cluster.recipient} would be new`,
    );
    expect(stopped(result)).toContain(`add --accept-recipient ${cluster.recipient};`);
    const accepted = { cert: null, identity, acceptRecipients: [cluster.recipient] };
    expect(done(await run('reseal', accepted)).encryptedFor?.recipients).toHaveLength(2);
    const later = { keys: ['form-secret'], cert: null, identity, acceptRecipients: [] };
    expect(done(await run('rotate', later)).encryptedFor?.recipients).toHaveLength(2);
    const text = humanSecrets(await run('rotate', later), PLAIN);
    expect(text).toContain(`chat: encrypted for ${mine.recipient}, ${cluster.recipient}\n`);
  });

  it('that no stack names cannot be accepted, and what is not one neither', async () => {
    const { recipient, text } = await freshKey();
    const said = stopped(await run('create', { acceptRecipients: [recipient] }));
    expect(said).toMatch(/^--accept-recipient age1\S+: \S*stacks\/chat\.yaml does not name it; /);
    await expect(run('create', { acceptRecipients: ['age1x'] })).rejects.toThrow(/age recipient/);
    const failed = run('create', { acceptRecipients: [text] });
    await expect(failed).rejects.toThrow(/a private key/);
    await expect(failed).rejects.not.toThrow(text);
  });

  it('of escrow are asked for on a terminal', async () => {
    const { recipient } = await freshKey();
    await put('stacks/chat.yaml', `${LAB}secrets: {escrow: [${recipient}]}\n`);
    const asked: string[] = [];
    const options = { yes: false, acceptRecipients: [] };
    expect((await run('create', options, person('', asked))).exitCode).toBe(2);
    expect((await files('stacks')).size).toBe(1);
    const result = await run('create', options, person('yes', asked));
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatch(/secrets\.escrow names .*age1[\s\S]*Encrypt for them\? \(y\/N\) $/);
    expect(done(result).encryptedFor).toEqual({ certificate: fingerprint(HOME), recipients: [recipient] });
    const text = humanSecrets(result, PLAIN);
    expect(text).toContain(`chat: sealed for the certificate SHA-256 ${withColons(fingerprint(HOME))}\n`);
    expect(text).toContain(`chat: copies in escrow encrypted for ${recipient}\n`);
    expect(JSON.parse(jsonReport(result))).toMatchObject({
      stacks: [{ encryptedFor: { certificate: fingerprint(HOME) } }],
    });
  });
});

describe('the record of what was accepted', () => {
  it('is for its owner only, and holds what was accepted for the real path of the stacks', async () => {
    await run('create');
    const { mode } = await stat(recordFile());
    expect(mode & 0o777).toBe(0o600);
    expect((await stat(dirname(recordFile()))).mode & 0o777).toBe(0o700);
    const stacks: unknown = JSON.parse(await readFile(recordFile(), 'utf8')).stacks;
    expect(Object.values(Object(stacks))).toEqual([
      {
        'chat (chat, example.net)': { certificates: [fingerprint(HOME)], recipients: [], controllers: [] },
      },
    ]);
    expect([...(await files('.')).keys()].filter((path) => path.includes('accepted'))).toEqual([]);
  });

  it('is the same one, whatever link leads to the stacks', async () => {
    await run('create');
    await symlink(at('stacks'), at('linked'));
    const result = await run('rotate', { stacks: at('linked'), keys: ['form-secret'], cert: null });
    expect(result.exitCode).toBe(0);
  });

  it('is not written when nothing is new, nor by status, nor by a run that fails', async () => {
    await run('status', { cert: null });
    await run('create', { fromFile: [`signing.key=${await put('bad.key', 'not a key')}`] });
    await expect(stat(recordFile())).rejects.toThrow(/ENOENT/);
    await run('create');
    const before = await stat(recordFile());
    await run('rotate', { keys: ['form-secret'], cert: null });
    expect((await stat(recordFile())).ino).toBe(before.ino);
  });

  it('of one stack says nothing of another one', async () => {
    await put('stacks/chat.yaml', CHAT);
    await run('create');
    await put('stacks/lab.yaml', LAB);
    await put('stacks/lab.secrets/certificates.pem', HOME.pem);
    const result = await run('create', { only: ['lab'], cert: null });
    expect(stopped(result)).toContain('lab.secrets/certificates.pem:1:1 the newest pinned certificate');
  });

  it.each([
    ['no JSON', 'hello'],
    ['of a later release', '{"version": 2, "stacks": {}}'],
    ['something else', '{"version": 1, "stacks": {"/x": {"chat": {"certificates": ["AB"]}}}}'],
    ['empty', ''],
  ])('stops everything when it is damaged: %s', async (_, text) => {
    await run('create');
    await writeFile(recordFile(), text);
    const failed = run('rotate', { keys: ['form-secret'] });
    await expect(failed).rejects.toThrow(EnvironmentProblem);
    await expect(failed).rejects.toThrow(/accepted-recipients\.json is damaged.*remove it and accept/);
    expect(await readFile(recordFile(), 'utf8')).toBe(text);
  });

  it('that others can write is not believed', async () => {
    await run('create');
    await chmod(recordFile(), 0o666);
    await expect(run('status', { cert: null })).rejects.toThrow(/other users can write .*chmod go-w/);
    await chmod(recordFile(), 0o600);
    await chmod(dirname(recordFile()), 0o777);
    await expect(run('status', { cert: null })).rejects.toThrow(/other users can write/);
  });

  it.each([
    ['HOME is not set', () => ({})],
    ['HOME is empty', () => ({ HOME: '' })],
    ['XDG_STATE_HOME is relative', () => ({ XDG_STATE_HOME: 'state', HOME: '.' })],
    ['it would be inside the repository', () => ({ XDG_STATE_HOME: at('state') })],
    ['it cannot be written', () => ({ XDG_STATE_HOME: '/proc/nowhere' })],
  ])('where %s, what is accepted is for this run only, and says so', async (_, variables) => {
    const environment: NodeJS.ProcessEnv = { XDG_STATE_HOME: undefined, ...variables() };
    const result = await run('create', {}, { environment });
    expect(result.exitCode).toBe(0);
    expect(done(result).notices.join('\n')).toMatch(
      /could not be recorded, so they count for this run only: \S/,
    );
    expect([...(await files('.')).keys()].filter((path) => path.includes('accepted'))).toEqual([]);
    const again = await run('rotate', { keys: ['form-secret'], cert: null }, { environment });
    expect(stopped(again)).toContain('has not been accepted');
  });

  it('names a pinned certificate that is to be used, also where a newer one is pinned and accepted', async () => {
    await run('create');
    await put('stacks/chat.secrets/certificates.pem', NEXT.pem + HOME.pem);
    const keys = ['form-secret'];
    await run('rotate', { keys, cert: null, acceptCertificates: [fingerprint(NEXT)] });
    await run('rotate', { keys, cert: null, acceptCertificates: [fingerprint(HOME)] });
    expect([...(await valuesOf(repository, 'chat', HOME)).keys()]).toContain('synapse-secrets/form-secret');
  });

  it('is not anywhere in the checkout, however deep the stack files are in it', async () => {
    await mkdir(at('.git'));
    await put('apps/matrix/stacks/lab.yaml', LAB);
    const environment = { XDG_STATE_HOME: at('state') };
    const result = await run('create', { stacks: at('apps/matrix/stacks') }, { environment });
    expect(done(result).notices.join('\n')).toContain('is inside the repository');
    expect([...(await files('.')).keys()].filter((path) => path.includes('accepted'))).toEqual([]);
  });

  it('is below ~/.local/state by default', async () => {
    const environment = { XDG_STATE_HOME: undefined, HOME: stateHome() };
    await run('create', {}, { environment });
    const path = join(stateHome(), '.local/state/matrix-gitops/accepted-recipients.json');
    expect(await readFile(path, 'utf8')).toContain(fingerprint(HOME));
  });

  it('keeps what two runs at once add', async () => {
    await repository.remove('stacks/chat.yaml');
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) await put(`stacks/${name}.yaml`, LAB.replace('example.net', `${name}.example`));
    const results = await Promise.all(names.map((only) => run('create', { only: [only] })));
    expect(results.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0]);
    const text = await readFile(recordFile(), 'utf8');
    for (const name of names) expect(text).toContain(`"${name} (${name}, ${name}.example)": {`);
  });

  it('does not wait for ever for a lock, and removes one that a dead process has left', async () => {
    await mkdir(dirname(recordFile()), { mode: 0o700 });
    const lock = `${recordFile()}.lock`;
    await writeFile(lock, '');
    const result = await run('create');
    expect(done(result).notices.join('\n')).toMatch(
      /for this run only: another process holds the lock \S+\.lock; remove it/,
    );
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    expect(done(await run('rotate', { keys: ['form-secret'] })).notices).toEqual([]);
    expect(await readFile(recordFile(), 'utf8')).toContain(fingerprint(HOME));
    await expect(stat(lock)).rejects.toThrow(/ENOENT/);
  });
});

describe('status', () => {
  it('names pinned certificates that are expired, not valid yet or not accepted', async () => {
    await run('create');
    const day = 86_400_000;
    const expired = makeCertificate({
      keys,
      notBefore: new Date(Date.now() - 90 * day),
      notAfter: new Date(Date.now() - day),
    });
    const early = makeCertificate({ keys, notBefore: new Date(Date.now() + day) });
    await put(PINNED, HOME.pem + expired.pem);
    const quiet = await run('status', { cert: null });
    expect(quiet.exitCode).toBe(0);
    expect(quiet.stacks[0]?.recipients).toMatchObject([
      { id: fingerprint(HOME), states: ['accepted'], isDangerous: false },
      { id: fingerprint(expired), states: ['not-accepted', 'expired'], isDangerous: false },
    ]);
    await put(PINNED, HOME.pem + early.pem);
    const result = await run('status', { cert: null });
    expect(result.exitCode).toBe(1);
    expect(result.stacks[0]?.recipients).toMatchObject([
      { id: fingerprint(early), states: ['not-accepted', 'not-yet-valid'], isDangerous: true },
      { id: fingerprint(HOME), states: ['accepted'], isDangerous: false },
    ]);
    const text = humanSecrets(result, PLAIN);
    expect(text).toContain(`certificate SHA-256 ${withColons(fingerprint(early))} in `);
    expect(text).toMatch(
      /NOT ACCEPTED on this computer, not valid yet; if it is yours, run `npm run secrets -- create --stack chat --accept-certificate \S+`; if not, remove it\n/,
    );
    // The values are as they were: nothing says that they are sealed for the wrong one.
    expect(text).not.toContain('reseal');
  });

  it('takes options in the place of a record, for a machine that has none', async () => {
    await run('create');
    const { environment, remove } = await otherComputer();
    const acceptCertificates = [fingerprint(HOME)];
    expect((await run('status', { cert: null }, { environment })).exitCode).toBe(1);
    expect((await run('status', { cert: null, acceptCertificates }, { environment })).exitCode).toBe(0);
    expect((await run('status', { cert: null }, { environment })).exitCode).toBe(1);
    await remove();
  });

  it('names age recipients that are not accepted, and those of files that the stack file does not name', async () => {
    const [mine, former, stranger] = [await freshKey(), await freshKey(), await freshKey()];
    const stack = (...recipients: readonly string[]): string =>
      `${LAB}secrets: {provider: sops, recipients: [${recipients.join(', ')}]}\n`;
    await put('stacks/chat.yaml', stack(mine.recipient, former.recipient));
    await run('create', { cert: null });
    await put('stacks/chat.yaml', stack(mine.recipient, stranger.recipient));
    const { exitCode, stacks } = await run('status', { cert: null, acceptRecipients: [] });
    expect(exitCode).toBe(1);
    const rows = stacks[0]?.recipients ?? [];
    expect(rows.slice(0, 2)).toMatchObject([
      { id: mine.recipient, states: ['accepted'] },
      { id: stranger.recipient, states: ['not-accepted'], isDangerous: true },
    ]);
    expect(rows.slice(2).map(({ id, file, states }) => [id, file.split('/').at(-1), states])).toEqual([
      [former.recipient, 'synapse-secrets.yaml', ['not-in-stack-file']],
      [former.recipient, 'synapse-signing-key.yaml', ['not-in-stack-file']],
    ]);
  });
});
