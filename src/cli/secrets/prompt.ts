import { createInterface } from 'node:readline';
import { SecretValue } from '../../secrets/values/value.ts';
import { line, lines, type Shown, say } from '../terminal.ts';

/** What a person types at the terminal; questions go to standard error, so that reports stay readable for programs. */
export interface Terminal {
  /** A line that nobody sees; undefined for an empty one. */
  hidden(question: string): Promise<SecretValue | undefined>;
  /** A line that may be seen. Each part of the question is a line of its own: a line break within one is not shown as such. */
  line(...question: readonly string[]): Promise<string>;
}

/** What a person types into. */
export type Keyboard = NodeJS.ReadableStream & {
  readonly isTTY?: boolean;
  setRawMode(mode: boolean): unknown;
};

/** What a person reads questions on. */
export type Screen = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** Ctrl-C, Ctrl-D, and the two keys that delete. */
const [INTERRUPT, END, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\b', '\u007f'];
/** What shells say of a program that Ctrl-C has ended. */
const INTERRUPTED = 130;

/** The terminal, where a person sits at both ends; undefined where a program does. */
export function terminal(input: Keyboard, output: Screen): Terminal | undefined {
  if (!input.isTTY || !output.isTTY) return undefined;
  return {
    hidden: (question) => hidden(input, output, line`${question}`),
    line: (...question) => {
      say(output, lines(question.slice(0, -1).map((one) => line`${one}`)));
      return shown(input, output, line`${question.at(-1) ?? ''}`);
    },
  };
}

function shown(input: Keyboard, output: Screen, question: Shown): Promise<string> {
  return new Promise((resolve) => {
    const reader = createInterface({ input, output });
    reader.on('SIGINT', () => {
      reader.close();
      process.exit(INTERRUPTED);
    });
    reader.question(question, (answer) => {
      reader.close();
      resolve(answer.trim());
    });
  });
}

/** Read letter by letter, since a terminal shows what it reads by lines. */
function hidden(input: Keyboard, output: Screen, question: Shown): Promise<SecretValue | undefined> {
  say(output, question);
  return new Promise((resolve) => {
    const letters: string[] = [];
    const end = (): void => {
      input.off('data', take);
      input.setRawMode(false);
      input.pause();
      say(output, lines([line``]));
    };
    const take = (chunk: Buffer | string): void => {
      for (const letter of chunk.toString()) {
        if (letter === INTERRUPT) {
          end();
          process.exit(INTERRUPTED);
        }
        if (letter === '\r' || letter === '\n' || letter === END) {
          end();
          resolve(letters.length === 0 ? undefined : SecretValue.of(letters.join('')));
          return;
        }
        if (letter === BACKSPACE || letter === DELETE) letters.pop();
        else letters.push(letter);
      }
    };
    input.setRawMode(true);
    input.resume();
    input.on('data', take);
  });
}
