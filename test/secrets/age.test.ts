import { generateHybridIdentity, identityToRecipient } from 'age-encryption';
import { describe, expect, it } from 'vitest';
import { AgeProblem, decryptWith, encryptFor, readIdentities } from '../../src/secrets/age.ts';
import { escrowText, openEscrow } from '../../src/secrets/escrow.ts';
import { SecretValue } from '../../src/secrets/values/value.ts';
import { isRecipient } from '../../src/stack/age-recipient.ts';
import { freshKey, problemOf } from './keys.ts';

const problem = (work: () => unknown): Promise<AgeProblem> => problemOf(AgeProblem, work);

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
    // The same for padding that is not zero.
    'age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpfwgqrs',
  ])('is not %j', (text) => {
    expect(isRecipient(text)).toBe(false);
  });
});

describe('a key file', () => {
  it('holds one key or several, between comments and empty lines', async () => {
    const [one, two] = [await freshKey(), await freshKey()];
    const file = `# created: 2026-01-01\r\n# public key: ${one.recipient}\r\n${one.text}\r\n\n  ${two.text}`;
    expect(readIdentities(file).map((identity) => identity.text())).toEqual([one.text, two.text]);
  });

  it('is refused without a key', async () => {
    const found = await problem(() => readIdentities('# nothing here\n'));
    expect(found).toMatchObject({ reason: 'identity', what: 'the key file holds no key' });
  });

  it('is refused with a damaged key, by its line and not by its text', async () => {
    const { text } = await freshKey();
    const damaged = text.replace(/.$/, (last) => (last === 'Q' ? 'P' : 'Q'));
    const found = await problem(() => readIdentities(`# mine\n${damaged}\n`));
    expect(found.reason).toBe('identity');
    expect(found.message).toContain('line 2 ');
    expect(found.message).not.toContain(text.slice(20, 30));
  });

  it('is refused when it is encrypted', async () => {
    const { recipient, text } = await freshKey();
    const file = await encryptFor([recipient], Buffer.from(text));
    expect((await problem(() => readIdentities(file))).what).toContain('itself encrypted');
  });

  it('gives keys that do not print', async () => {
    const { identities } = await freshKey();
    const [key] = identities;
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
    for (const { identities } of keys) expect(await decryptWith(identities, file)).toEqual(plain);
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

  it('does not open with what is no key, which is not printed', async () => {
    const { recipient, text } = await freshKey();
    const damaged = SecretValue.of(text.replace(/.$/, (last) => (last === 'Q' ? 'P' : 'Q')));
    const file = await encryptFor([recipient], Buffer.from('x'));
    const found = await problem(() => decryptWith([damaged], file));
    expect(found.reason).toBe('identity');
    expect(found.stack?.toUpperCase()).not.toContain(text.slice(20, 30));
  });

  it('does not open with another key', async () => {
    const [mine, other] = [await freshKey(), await freshKey()];
    const file = await encryptFor([mine.recipient], Buffer.from('x'));
    const found = await problem(() => decryptWith(other.identities, file));
    expect(found.reason).toBe('no-match');
  });

  it('does not open when it was changed', async () => {
    const { identities, recipient } = await freshKey();
    const file = await encryptFor([recipient], Buffer.from('some text'));
    const bytes = Buffer.from(file.split('\n').slice(1, -2).join(''), 'base64');
    for (const at of [bytes.length - 1, bytes.indexOf('--- ') + 5]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      const lines = changed.toString('base64').match(/.{1,64}/g) ?? [];
      const text = ['-----BEGIN AGE ENCRYPTED FILE-----', ...lines, '-----END AGE ENCRYPTED FILE-----'];
      const found = await problem(() => decryptWith(identities, text.join('\n')));
      expect(found.reason).toBe('damaged');
    }
    const found = await problem(() => decryptWith(identities, 'no file of age'));
    expect(found.reason).toBe('damaged');
  });

  it.each([
    [[], 'nobody'],
    [['age1nonsense'], 'age1nonsense'],
    // Well formed, and of low order: whoever knows nothing could read it.
    [['age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z'], 'cannot encrypt'],
  ])('is not made for %j', async (recipients, said) => {
    const found = await problem(() => encryptFor(recipients, Buffer.from('x')));
    expect(found.reason).toBe('recipient');
    expect(found.message).toContain(said);
  });

  it('is not made for post-quantum recipients beside others', async () => {
    const recipients = [
      (await freshKey()).recipient,
      await identityToRecipient(await generateHybridIdentity()),
    ];
    expect((await problem(() => encryptFor(recipients, Buffer.from('x')))).message).toContain('does not mix');
  });

  it('is not made for a private key, which is not printed', async () => {
    const { text: key } = await freshKey();
    const found = await problem(() => encryptFor([key], Buffer.from('x')));
    expect(found.what).toBe('a private key is written where a recipient (a public key) belongs');
    expect(found.message).not.toContain(key.slice(16, 30));
  });
});

describe('escrow', () => {
  it.each(['', 'plain', 'two\nlines\n', ' ü '])('gives back %j and nothing around it', async (text) => {
    const { identities, recipient } = await freshKey();
    const file = await escrowText(SecretValue.of(text), [recipient]);
    const opened = await openEscrow(file, identities);
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
