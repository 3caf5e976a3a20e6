import { type Allowance, damaged, LARGEST_OBJECT, spend, tooLarge } from './bytes.ts';

/**
 * Makes an object from another one: https://git-scm.com/docs/gitformat-pack, "Deltified representation".
 *
 * @throws GitUnread when the delta does not fit, or makes more than is allowed
 */
export function applyDelta(base: Buffer, delta: Buffer, allowance: Allowance): Buffer {
  let at = 0;
  const next = (): number => {
    const byte = delta[at++];
    if (byte === undefined) throw damaged();
    return byte;
  };
  const size = (): number => {
    let [value, factor, byte] = [0, 1, 128];
    while (byte >= 128) {
      byte = next();
      value += (byte & 127) * factor;
      factor *= 128;
    }
    return value;
  };
  /** A number whose bytes are there where a bit of the instruction is set. */
  const number = (bits: number, count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index++) {
      if ((bits & (1 << index)) !== 0) value += next() * 256 ** index;
    }
    return value;
  };
  if (size() !== base.length) throw damaged();
  const length = size();
  if (length > LARGEST_OBJECT) throw tooLarge();
  spend(allowance, length);
  const result = Buffer.alloc(length);
  let done = 0;
  const add = (source: Buffer, start: number, count: number): void => {
    if (start + count > source.length || done + count > length) throw damaged();
    source.copy(result, done, start, start + count);
    done += count;
  };
  while (at < delta.length) {
    const instruction = next();
    if (instruction >= 128) {
      const start = number(instruction & 15, 4);
      const count = number((instruction >> 4) & 7, 3);
      add(base, start, count === 0 ? 0x1_0000 : count);
    } else if (instruction > 0) {
      add(delta, at, instruction);
      at += instruction;
    } else {
      throw damaged();
    }
  }
  if (done !== length) throw damaged();
  return result;
}
