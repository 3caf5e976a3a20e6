import { PassThrough } from 'node:stream';
import { setImmediate as soon } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Keyboard, terminal } from '../../../src/cli/secrets/prompt.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a program sees of a terminal, and what it did to it. */
interface FakeTerminal {
  readonly keyboard: Keyboard;
  readonly type: (...pieces: readonly string[]) => Promise<void>;
  /** The modes that were set, the last one last: raw shows nothing of what is typed. */
  readonly raw: readonly boolean[];
  readonly screen: NodeJS.WritableStream & { readonly isTTY: boolean };
  readonly shown: () => string;
}

function fakeTerminal(): FakeTerminal {
  const raw: boolean[] = [];
  const keys = new PassThrough();
  const setRawMode = (mode: boolean): void => void raw.push(mode);
  const screen = Object.assign(new PassThrough(), { isTTY: true });
  let text = '';
  screen.on('data', (chunk) => {
    text += String(chunk);
  });
  return {
    keyboard: Object.assign(keys, { isTTY: true, setRawMode }),
    type: async (...pieces) => {
      for (const piece of pieces) {
        keys.write(piece);
        await soon();
      }
    },
    raw,
    screen,
    shown: () => text,
  };
}

/** Types at the hidden prompt; the value, and the terminal afterwards. */
async function typed(
  ...pieces: readonly string[]
): Promise<{ value: string | undefined; seen: FakeTerminal }> {
  const seen = fakeTerminal();
  const answer = terminal(seen.keyboard, seen.screen)?.hidden('Value: ');
  await soon();
  expect(seen.raw).toEqual([true]);
  await seen.type(...pieces);
  const value = await answer;
  return { value: value?.text(), seen };
}

describe('the hidden prompt', () => {
  it('takes what is typed, shows nothing of it, and leaves the terminal as it was', async () => {
    const { value, seen } = await typed('s', 'e', 'c', 'ret', '\r');
    expect(value).toBe('secret');
    expect(seen.shown()).toBe('Value: \n');
    expect(seen.raw).toEqual([true, false]);
    expect(seen.keyboard.listenerCount('data')).toBe(0);
    expect(seen.keyboard.isPaused()).toBe(true);
  });

  it.each([
    ['a line end', ['secret\n']],
    ['what is pasted at once', ['secret\r']],
    ['Ctrl-D', ['secret\u0004']],
    ['corrected letters', ['secrx\u007fett\b\r']],
    ['more deleted than typed', ['x\u007f\u007f\u007fsecret\r']],
    ['what follows the end of the line', ['secret\rmore\r']],
  ])('ends at or understands %s', async (_, pieces) => {
    expect((await typed(...pieces)).value).toBe('secret');
  });

  it('gives nothing for an empty line', async () => {
    expect((await typed('\r')).value).toBeUndefined();
    expect((await typed('a\u007f\r')).value).toBeUndefined();
  });

  it('shows nothing as text of what it gives', async () => {
    const seen = fakeTerminal();
    const answer = terminal(seen.keyboard, seen.screen)?.hidden('Value: ');
    await soon();
    await seen.type('hunter\r');
    const value = await answer;
    expect(`${value} ${JSON.stringify({ value })}`).not.toContain('hunter');
  });

  it('ends the program at Ctrl-C with what shells say of that, the terminal as it was', async () => {
    const seen = fakeTerminal();
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => {
      throw new Error('exit');
    });
    void terminal(seen.keyboard, seen.screen)?.hidden('Value: ');
    await soon();
    expect(() => seen.keyboard.emit('data', Buffer.from('secr\u0003'))).toThrow('exit');
    expect(exit).toHaveBeenCalledWith(130);
    expect(seen.raw).toEqual([true, false]);
    expect(seen.shown()).not.toContain('secr');
  });

  it('can be followed by another one', async () => {
    const seen = fakeTerminal();
    const person = terminal(seen.keyboard, seen.screen);
    const first = person?.hidden('First: ');
    await soon();
    await seen.type('one\r');
    expect((await first)?.text()).toBe('one');
    const second = person?.hidden('Second: ');
    await soon();
    await seen.type('two\r');
    expect((await second)?.text()).toBe('two');
    expect(seen.shown()).toBe('First: \nSecond: \n');
  });
});

describe('the visible prompt', () => {
  it('takes a line, without spaces around it', async () => {
    const seen = fakeTerminal();
    const answer = terminal(seen.keyboard, seen.screen)?.line('Replace? (y/N) ');
    await soon();
    await seen.type(' yes \r');
    expect(await answer).toBe('yes');
    expect(seen.shown()).toContain('Replace? (y/N) ');
  });

  it('has lines of its own, and no line break of what is put into them', async () => {
    const seen = fakeTerminal();
    const lines = ['a.pem:1:1 not accepted', 'Compare it:\nSeal? (y/N) \u001b[2K', 'Seal? (y/N) '];
    const answer = terminal(seen.keyboard, seen.screen)?.line(...lines);
    await soon();
    await seen.type('n\r');
    expect(await answer).toBe('n');
    expect(seen.shown()).toContain('a.pem:1:1 not accepted\nCompare it:\\nSeal? (y/N) \\u001b[2K\n');
    expect(seen.shown()).toContain('Seal? (y/N) ');
  });
});

describe('without a person', () => {
  it.each([
    ['input', false, true],
    ['output', true, false],
  ])('at the %s there is no terminal', (_, keyboard, screen) => {
    const seen = fakeTerminal();
    const found = terminal(
      Object.assign(seen.keyboard, { isTTY: keyboard }),
      Object.assign(seen.screen, { isTTY: screen }),
    );
    expect(found).toBeUndefined();
  });
});
