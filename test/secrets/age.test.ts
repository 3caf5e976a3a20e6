import { generateHybridIdentity, generateIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { AgeProblem, decryptWith, encryptFor, isRecipient, readIdentities } from '../../secrets/age.ts';
import { escrowText, openEscrow } from '../../secrets/escrow.ts';
import { SecretValue } from '../../secrets/value.ts';

/** A fresh key, as text and as its key file reads. */
async function freshKey(): Promise<{ identity: string; recipient: string }> {
  const identity = await generateIdentity();
  return { identity, recipient: await identityToRecipient(identity) };
}

/** The problem that work ends with. */
async function problemOf(work: () => unknown): Promise<AgeProblem> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AgeProblem) return error;
    throw error;
  }
  throw new Error('no problem was found');
}

describe('a recipient', () => {
  it('is what age-keygen prints', async () => {
    for (let round = 0; round < 20; round++) expect(isRecipient((await freshKey()).recipient)).toBe(true);
    // From the specification of age, C2SP.org/age.
    expect(isRecipient('age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj')).toBe(true);
  });

  it('may be post-quantum', async () => {
    expect(isRecipient(await identityToRecipient(await generateHybridIdentity()))).toBe(true);
  });

  it('has a checksum: any changed, missing or doubled character is found', async () => {
    const { recipient } = await freshKey();
    for (let at = 4; at < recipient.length; at++) {
      const other = recipient[at] === 'q' ? 'p' : 'q';
      const [before, after] = [recipient.slice(0, at), recipient.slice(at + 1)];
      expect(isRecipient(before + other + after)).toBe(false);
      expect(isRecipient(before + after)).toBe(false);
    }
  });

  it.each([
    '',
    'age1',
    'age11',
    '1',
    'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA',
    'AGE1ZVKYG2LQZRAA2LNJVQEJ32NKUU0UES2S82HZRYE869XEEXVN73EQUNUJWJ',
    ' age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj',
    // A checksum that fits, and nine bytes instead of 32.
    'age1qqqsyqcyq5rqwzg809e7p',
  ])('is not %j', (text) => {
    expect(isRecipient(text)).toBe(false);
  });
});

describe('a key file', () => {
  it('holds one key or several, between comments and empty lines', async () => {
    const [one, two] = [await freshKey(), await freshKey()];
    const file = `# created: 2026-01-01\r\n# public key: ${one.recipient}\r\n${one.identity}\r\n\n  ${two.identity}`;
    expect(readIdentities(file).map((identity) => identity.text())).toEqual([one.identity, two.identity]);
  });

  it('is refused without a key', async () => {
    const problem = await problemOf(() => readIdentities('# nothing here\n'));
    expect(problem).toMatchObject({ reason: 'identity', what: 'the key file holds no key' });
  });

  it('is refused with a damaged key, by its line and not by its text', async () => {
    const { identity } = await freshKey();
    const damaged = identity.replace(/.$/, (last) => (last === 'Q' ? 'P' : 'Q'));
    const problem = await problemOf(() => readIdentities(`# mine\n${damaged}\n`));
    expect(problem.reason).toBe('identity');
    expect(problem.message).toContain('line 2 ');
    expect(problem.message).not.toContain(identity.slice(20, 30));
  });

  it('is refused when it is encrypted', async () => {
    const { recipient, identity } = await freshKey();
    const file = await encryptFor([recipient], Buffer.from(identity));
    expect((await problemOf(() => readIdentities(file))).what).toContain('itself encrypted');
  });

  it('gives keys that do not print', async () => {
    const { identity } = await freshKey();
    const [key] = readIdentities(identity);
    expect(`${key} ${JSON.stringify([key])}`).toBe('[secret] ["[secret]"]');
  });
});

describe('an encrypted file', () => {
  it('opens with the key of any recipient, byte for byte', async () => {
    const keys = [await freshKey(), await freshKey()];
    const plain = Buffer.from([0, 255, 10, 13, 0xc3, 0x28]);
    const before = Buffer.from(plain);
    const file = await encryptFor(
      keys.map(({ recipient }) => recipient),
      plain,
    );
    expect(plain).toEqual(before);
    for (const { identity } of keys) expect(await decryptWith(readIdentities(identity), file)).toEqual(plain);
  });

  it('opens with a post-quantum key', async () => {
    const identity = await generateHybridIdentity();
    const file = await encryptFor([await identityToRecipient(identity)], Buffer.from('x'));
    expect((await decryptWith(readIdentities(identity), file)).toString()).toBe('x');
  });

  it('names each recipient once', async () => {
    const { recipient } = await freshKey();
    const once = await encryptFor([recipient], Buffer.from('x'));
    const twice = await encryptFor([recipient, recipient], Buffer.from('x'));
    expect(twice.length).toBe(once.length);
  });

  it('does not open with another key', async () => {
    const [mine, other] = [await freshKey(), await freshKey()];
    const file = await encryptFor([mine.recipient], Buffer.from('x'));
    const problem = await problemOf(() => decryptWith(readIdentities(other.identity), file));
    expect(problem.reason).toBe('no-match');
  });

  it('does not open when it was changed', async () => {
    const { identity, recipient } = await freshKey();
    const file = await encryptFor([recipient], Buffer.from('some text'));
    const bytes = Buffer.from(file.split('\n').slice(1, -2).join(''), 'base64');
    for (const at of [bytes.length - 1, bytes.indexOf('--- ') + 5]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const lines = changed.toString('base64').match(/.{1,64}/g) ?? [];
      const text = ['-----BEGIN AGE ENCRYPTED FILE-----', ...lines, '-----END AGE ENCRYPTED FILE-----'];
      const problem = await problemOf(() => decryptWith(readIdentities(identity), text.join('\n')));
      expect(problem.reason).toBe('damaged');
    }
    const problem = await problemOf(() => decryptWith(readIdentities(identity), 'no file of age'));
    expect(problem.reason).toBe('damaged');
  });

  it.each([
    [[], 'nobody'],
    [['age1nonsense'], 'age1nonsense'],
    // Well formed, and of low order: whoever knows nothing could read it.
    [['age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z'], 'cannot encrypt'],
  ])('is not made for %j', async (recipients, said) => {
    const problem = await problemOf(() => encryptFor(recipients, Buffer.from('x')));
    expect(problem.reason).toBe('recipient');
    expect(problem.message).toContain(said);
  });

  it('is not made for post-quantum recipients beside others', async () => {
    const recipients = [
      (await freshKey()).recipient,
      await identityToRecipient(await generateHybridIdentity()),
    ];
    expect((await problemOf(() => encryptFor(recipients, Buffer.from('x')))).message).toContain(
      'does not mix',
    );
  });

  it('is not made for a private key, which is not printed', async () => {
    const { identity } = await freshKey();
    const problem = await problemOf(() => encryptFor([identity], Buffer.from('x')));
    expect(problem.what).toBe('a private key stands where a recipient belongs');
    expect(problem.message).not.toContain(identity.slice(16, 30));
  });
});

describe('escrow', () => {
  it.each(['', 'plain', 'two\nlines\n', ' ü '])('gives back %j and nothing around it', async (text) => {
    const { identity, recipient } = await freshKey();
    const file = await escrowText(SecretValue.of(text), [recipient]);
    const opened = await openEscrow(file, readIdentities(identity));
    expect(opened.bytes()).toEqual(Buffer.from(text));
  });

  it('never writes the same text twice, and never the value', async () => {
    const { recipient } = await freshKey();
    const value = SecretValue.of('canary-canary-canary');
    const [one, two] = [await escrowText(value, [recipient]), await escrowText(value, [recipient])];
    expect(one).not.toBe(two);
    expect(one).not.toContain('canary');
    expect(Buffer.from(one.split('\n').slice(1, -2).join(''), 'base64').includes('canary')).toBe(false);
  });
});
