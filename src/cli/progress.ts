import { visible } from '../plain/visible.ts';

/** Where progress is shown. */
interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows how far a long piece of work is. */
export interface Progress {
  step(done: number, total: number, name: string): void;
  /** Takes the line away, so that what follows begins in an empty one. */
  end(): void;
}

/** Work that is over sooner says nothing. */
const PATIENCE = 1000;
/** Milliseconds between two changes of the line. */
const PACE = 100;

/** One line that is written over and over, with nothing but carriage returns; silent where nobody watches. */
export function progressOn(terminal: Terminal, now: () => number = Date.now): Progress {
  const start = now();
  let last = start;
  let length = 0;
  const show = (text: string): void => {
    terminal.write(`\r${text.padEnd(length)}`);
    length = text.length;
  };
  return {
    step(done, total, name) {
      if (terminal.isTTY !== true || now() - start < PATIENCE || now() - last < PACE) return;
      last = now();
      show(visible(`${done} of ${total} stacks: ${name}`).slice(0, (terminal.columns ?? 80) - 1));
    },
    end() {
      if (length === 0) return;
      show('');
      terminal.write('\r');
      length = 0;
    },
  };
}
