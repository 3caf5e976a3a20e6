import { compareText } from '../plain/compare.ts';
import { isRecord } from '../plain/data.ts';
import type { ComposedPart } from './secrets.ts';

/** A key of a Secret, in the data of a file that is composed. */
export interface SecretSource {
  /** @default - the Secret that the file is composed in */
  readonly secret?: string;
  readonly key: string;
}

/** Fixed text, or a value that stands percent-encoded in it: `postgres://bridge:<value>@host/name`. */
export type AddressPart = string | (SecretSource & { readonly as: 'url' });

const PARTS = Symbol('parts');

/** A text in data that only exists where the file is composed. */
export interface ComposedText {
  readonly [PARTS]: readonly ComposedPart[];
}

/** The value of a key, as a text in the data of a file. */
export function secretText(source: SecretSource): ComposedText {
  return { [PARTS]: [{ ...source, as: 'json' }] };
}

/** An address with values in it, as a text in the data of a file. */
export function addressText(parts: readonly AddressPart[]): ComposedText {
  // What is fixed is written as inside a string; a percent-encoded value means the same there.
  const inside = parts.map((part) => (typeof part === 'string' ? JSON.stringify(part).slice(1, -1) : part));
  return { [PARTS]: ['"', ...inside, '"'] };
}

/**
 * The parts of a file that is composed from data: JSON, which is YAML too, so that any value can stand in it. The order
 * of keys means nothing, so that a mere move composes nothing again; what is undefined is left out.
 *
 * @example
 * composedFile({url: 'http://bridge:29318', as_token: secretText({key: 'as-token'})});
 * // ['{"as_token": ', {key: 'as-token', as: 'json'}, ', "url": "http://bridge:29318"}\n']
 *
 * @param data groups, lists and plain values, with {@link secretText} and {@link addressText} where values belong
 */
export function composedFile(data: unknown): readonly [ComposedPart, ...ComposedPart[]] {
  const parts: ComposedPart[] = [];
  let text = '';
  const add = (part: ComposedPart): void => {
    if (typeof part === 'string') text += part;
    else {
      parts.push(text, part);
      text = '';
    }
  };
  const series = <T>(open: string, close: string, items: readonly T[], each: (item: T) => void): void => {
    add(open);
    items.forEach((item, index) => {
      if (index > 0) add(', ');
      each(item);
    });
    add(close);
  };
  const write = (value: unknown): void => {
    if (isComposedText(value)) value[PARTS].forEach(add);
    else if (Array.isArray(value)) series('[', ']', value, write);
    else if (isRecord(value)) {
      const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
      series(
        '{',
        '}',
        entries.sort(([a], [b]) => compareText(a, b)),
        ([key, inner]) => {
          add(`${JSON.stringify(key)}: `);
          write(inner);
        },
      );
    } else add(JSON.stringify(value));
  };
  write(data);
  const [first = '', ...rest] = parts;
  return [first, ...rest, `${text}\n`];
}

function isComposedText(value: unknown): value is ComposedText {
  return typeof value === 'object' && value !== null && PARTS in value;
}
