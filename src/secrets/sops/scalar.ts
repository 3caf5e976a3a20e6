import type { Scalar } from 'yaml';

/**
 * What a value of a YAML file is to sops, and the text that its MAC takes it as. It reads YAML as Go's
 * `go.yaml.in/yaml/v3` does, where `yes` is text, and 0x1F and 2026-01-01 are not.
 */
export type Reading =
  | { readonly is: 'text' | 'flag' | 'number'; readonly text: string }
  | { readonly is: 'nothing' }
  /** A number or a time in a way of writing that is not followed here. */
  | { readonly is: 'unclear' };

const NOTHING = ['', '~', 'null', 'Null', 'NULL'];
const FLAGS: Readonly<Record<string, string>> = {
  true: 'True',
  True: 'True',
  TRUE: 'True',
  false: 'False',
  False: 'False',
  FALSE: 'False',
};
const INTEGER = /^(0|-?[1-9][0-9]{0,17})$/;
const UNCLEAR = [
  /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/,
  /^[-+]?0[xX][0-9a-fA-F]+$/,
  /^[-+]?0[oO][0-7]+$/,
  /^[-+]?0[bB][01]+$/,
  /^[-+]?\.(inf|Inf|INF)$/,
  /^\.(nan|NaN|NAN)$/,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]/,
  /^<<$/,
];

/** @param node read with the failsafe schema, where every value is text */
export function readingOf({ value, type }: Scalar): Reading {
  const text = String(value);
  if (type !== 'PLAIN') return { is: 'text', text };
  if (NOTHING.includes(text)) return { is: 'nothing' };
  const flag = Object.hasOwn(FLAGS, text) ? FLAGS[text] : undefined;
  if (flag !== undefined) return { is: 'flag', text: flag };
  if (INTEGER.test(text)) return { is: 'number', text };
  const digits = text.replaceAll('_', '');
  return UNCLEAR.some((shape) => shape.test(text) || shape.test(digits))
    ? { is: 'unclear' }
    : { is: 'text', text };
}
