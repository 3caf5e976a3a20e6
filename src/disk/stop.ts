import { Stopped } from './problem.ts';

type Signal = Stopped['signal'];
const SIGNALS: readonly Signal[] = ['SIGINT', 'SIGTERM'];

/** Remembers a wish to stop, until it can be followed without leaving anything half done. */
export interface StopWish {
  /** @throws Stopped when somebody has asked to stop */
  readonly check: (finished?: boolean) => void;
  /** From now on, signals do again what they did before. */
  readonly end: () => void;
}

/** Takes Ctrl-C and SIGTERM over from the system, which would end the process at once. */
export function listenForStop(): StopWish {
  let signal: Signal | undefined;
  const listeners = SIGNALS.map((name) => {
    const listener = (): void => {
      signal ??= name;
    };
    process.on(name, listener);
    return { name, listener };
  });
  return {
    check: (finished = false) => {
      if (signal !== undefined) throw new Stopped(signal, finished);
    },
    end: () => {
      for (const { name, listener } of listeners) process.off(name, listener);
    },
  };
}
